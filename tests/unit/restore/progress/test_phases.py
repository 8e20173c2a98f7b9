"""Phases only move on, and every end is for good."""

from typing import get_args

import pytest

from restore.messages.model import JobSnapshot, VerdictKind
from restore.progress.phases import ALLOWED, TERMINAL, RestorePhase, advanced, phase_of


def test_every_phase_has_its_line_in_the_table() -> None:
    assert set(ALLOWED) == set(RestorePhase)


def test_the_terminal_phases_are_the_verdicts() -> None:
    assert {phase.value for phase in TERMINAL} == set(get_args(VerdictKind))


def test_every_phase_can_be_reached_and_can_reach_an_end() -> None:
    reached = {RestorePhase.ACCEPTED}
    while following := {to for phase in reached for to in ALLOWED[phase]} - reached:
        reached |= following
    assert reached == set(RestorePhase)
    assert all(ALLOWED[phase] & TERMINAL for phase in set(RestorePhase) - TERMINAL)


def test_a_request_is_rejected_only_before_azure_accepted_it() -> None:
    after = {RestorePhase.STARTING, RestorePhase.TRANSFERRING, RestorePhase.FINALIZING}
    assert not any(RestorePhase.REJECTED in ALLOWED[phase] for phase in after)


@pytest.mark.parametrize("phase", sorted(TERMINAL))
def test_a_terminal_phase_is_never_left(phase: RestorePhase) -> None:
    assert all(advanced(phase, to) is phase for to in RestorePhase)


def test_a_look_that_comes_late_does_not_lead_back() -> None:
    finalizing = RestorePhase.FINALIZING
    assert advanced(finalizing, RestorePhase.TRANSFERRING) is finalizing
    assert advanced(RestorePhase.TRANSFERRING, finalizing) is finalizing


@pytest.mark.parametrize(
    ("status", "task", "phase"),
    [
        ("InProgress", None, "Transferring"),
        ("InProgress", "Transfer data from vault", "Transferring"),
        ("InProgress", "Create the restored virtual machine", "Finalizing"),
        ("InProgress", "Update the virtual machine", "Finalizing"),
        ("Cancelling", "Transfer data from vault", "Cancelling"),
        ("Completed", "Create the restored virtual machine", "Completed"),
        ("CompletedWithWarnings", None, "CompletedWithWarnings"),
        ("Failed", None, "Failed"),
        ("Cancelled", None, "Cancelled"),
        ("Invalid", None, "Transferring"),
        ("Invalid", "Create the restored virtual machine", "Finalizing"),
        ("SomethingNew", None, "Transferring"),
    ],
)
def test_a_job_is_in_the_phase_of_its_status_then_of_its_task(
    status: str, task: str | None, phase: str
) -> None:
    snapshot = JobSnapshot(job_id="j", status=status, task=task)
    assert phase_of(snapshot) == phase
    assert (phase_of(snapshot) in TERMINAL) == snapshot.is_terminal
