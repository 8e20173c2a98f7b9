"""Patience is a time: hours without Azure change when a restore ends, and nothing else of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from arm.transport import NotSent
from restore.messages import names
from restore.messages.model import Verdict
from restore.messages.poll_policy import PollPolicy
from simulated_azure.faults import Fault
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness

HOUR = 3600.0
PHASES = (
    "find_protected_item",
    "find_recovery_point",
    "trigger_restore",
    "read_operation",
    "read_job",
)


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as world:
        yield world


def fault(harness: AppHarness, **what: Any) -> None:
    harness.simulator.faults.add([msgspec.convert(what, Fault)])


class Away:
    """Azure cannot be reached for some hours, from the first call that an activity makes on."""

    def __init__(self, harness: AppHarness, activity: str, hours: float, lost: bool) -> None:
        self._clock = harness.clock
        self._begins = f"{activity}: {'POST' if lost else ''}"
        self._lasts = timedelta(hours=hours)
        self._lost = lost
        self.until: datetime | None = None
        self.longest = 0
        harness.at_boundary = self._at
        harness.on_turn = self._turn

    def _at(self, where: str) -> None:
        if ": GET" not in where and ": POST" not in where:
            return
        is_begin = where.startswith(self._begins) and where.endswith("answered") is self._lost
        if self.until is None and is_begin:
            self.until = self._clock.now() + self._lasts
        if self.until is not None and self._clock.now() < self.until:
            raise ConnectionResetError if where.endswith("answered") else NotSent

    def _turn(self, name: str, context: dict[str, list[object]], answer: object) -> None:
        self.longest = max(self.longest, len(context["history"]))


def told(harness: AppHarness) -> Verdict:
    """The verdict; the vault's one job is called by no name, for that is drawn by lot."""
    verdict, (job_id,) = harness.verdict("r1"), harness.simulator.state.job_records
    text = verdict.text.replace(job_id, "THE JOB")
    assert (verdict.job_id, "THE JOB" in text) == (job_id, True)
    return msgspec.structs.replace(verdict, text=text, job_id=None)


def undisturbed() -> Verdict:
    with AppHarness().open() as harness:
        harness.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(2 * HOUR)
        return told(harness)


@pytest.mark.parametrize(
    ("phase", "is_lost"), [*((phase, False) for phase in PHASES), ("trigger_restore", True)]
)
def test_three_hours_without_azure_only_delay_the_verdict(
    harness: AppHarness, phase: str, is_lost: bool
) -> None:
    away = Away(harness, phase, 3, is_lost)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(2.5 * HOUR)
    assert harness.ledger.read("r1").entry.verdict is None  # type: ignore[union-attr]
    harness.run_for(3.5 * HOUR)
    assert told(harness) == undisturbed()
    assert len(harness.posts()) == 1
    assert away.longest <= 200


def test_a_wait_of_two_days_keeps_every_history_short(harness: AppHarness) -> None:
    away = Away(harness, "find_protected_item", 48, False)
    harness.ask(request_for("RestoreDisks", "r1", deadline="P4D"))
    harness.run_for(50 * HOUR)
    assert harness.verdict("r1").verdict == "Completed"
    assert away.longest <= 120


def test_the_status_says_why_it_waits_first_in_the_parent_then_in_the_child(
    harness: AppHarness,
) -> None:
    Away(harness, "find_protected_item", 3, False)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(60)
    told = harness.status("restore-r1")["waiting"]
    assert (told["code"], told["until"]) == ("ServiceUnavailable", "2026-11-24T03:00:00Z")
    assert "Unreachable" in told["reason"]
    harness.run_for(HOUR)
    there = harness.status(names.wait_id("restore-r1"))["waiting"]
    assert there["attempt"] > told["attempt"]
    harness.run_for(5 * HOUR)
    assert "waiting" not in harness.status("restore-r1")
    assert harness.status(names.wait_id("restore-r1")) == {}


def test_a_deadline_that_passes_before_the_post_says_that_nothing_was_started(
    harness: AppHarness,
) -> None:
    Away(harness, "find_recovery_point", 12, False)
    harness.ask(request_for("RestoreDisks", "r1", deadline="PT2H"))
    harness.run_for(2 * HOUR + 60)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "DeadlinePassed"
    assert "Nothing was started." in verdict.text
    assert "Unreachable" in verdict.text
    assert harness.posts() == []


def test_a_deadline_that_passes_with_a_lost_reply_out_does_not_say_so(
    harness: AppHarness,
) -> None:
    Away(harness, "trigger_restore", 12, True)
    harness.ask(request_for("RestoreDisks", "r1", deadline="PT2H"))
    harness.run_for(2 * HOUR + 60)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "DeadlinePassed"
    assert "It is not known whether Azure started a restore" in verdict.text
    assert "othing was started" not in verdict.text


def test_nothing_is_sent_by_the_last_try_when_the_time_is_over(harness: AppHarness) -> None:
    away = Away(harness, "trigger_restore", 1.995, False)
    harness.ask(request_for("RestoreDisks", "r1", deadline="PT2H"))
    harness.run_for(2 * HOUR + 60)
    assert away.until is not None
    assert away.until < harness.clock.now() - timedelta(seconds=60), "it is back for that try"
    verdict = harness.verdict("r1")
    assert verdict.verdict == "DeadlinePassed"
    assert "Nothing was started." in verdict.text
    assert "Unreachable" in verdict.text
    assert harness.posts() == []


def test_the_deadline_is_one_for_waiting_and_following(harness: AppHarness) -> None:
    harness.simulator.state.jobs.duration_s = 30 * HOUR
    Away(harness, "find_recovery_point", 2, False)
    harness.ask(request_for("RestoreDisks", "r1", deadline="PT3H"))
    harness.run_for(3 * HOUR + 60)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "DeadlinePassed"
    assert verdict.job_id is not None


def test_a_permission_that_is_missing_while_following_is_waited_for_and_named(
    harness: AppHarness,
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(120)
    denied = {"kind": "status", "status": 403, "code": "AuthorizationFailed", "times": 50}
    fault(harness, match={"operation": "job"}, **denied)
    harness.run_for(3 * HOUR)
    told = harness.status(names.watch_id("restore-r1"))["waiting"]
    assert told["code"] == "AccessDenied"
    assert "AuthorizationFailed" in told["reason"]
    harness.run_for(3 * HOUR)
    assert harness.verdict("r1").verdict == "Completed"


@pytest.mark.parametrize("job_search_s", [240, 270, 600])
def test_settling_a_lost_reply_uses_up_no_attempts(
    harness: AppHarness, job_search_s: float
) -> None:
    fault(harness, match={"method": "POST", "path": "/restore$"}, times=2, kind="drop_before")
    harness.ask(request_for("RestoreDisks", "r1"), PollPolicy(job_search_s=job_search_s))
    harness.run_for(4 * HOUR)
    assert harness.verdict("r1").verdict == "Completed"
    assert len(harness.posts()) == 1
