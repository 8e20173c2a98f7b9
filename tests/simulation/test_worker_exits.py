"""The worker process exits within a call, on virtual time: the host's part of it.

What the app makes of that is no matter here, but where the exit lies and what fails with it.
"""

from collections.abc import Callable

import msgspec
import pytest

from devhost.engine.history import Kind
from devhost.language_worker.failures import WorkerExited
from tests.simulation.running import run_scenario
from tests.simulation.scenario import PlannedFault
from tests.simulation.sweep import MAIN
from tests.simulation.worker_life import WorkerExits, WorkerLife
from tests.simulation.world import World

EXITED = "python exited with code 137 (0x89)"
FAILED_TURN = f"One or more errors occurred. ({EXITED})"
EXIT = "the worker process exits"
SENT = "POST restore 202"


def exits(where: str, *, after: int = 0, more: tuple[PlannedFault, ...] = ()) -> World:
    """Run a restore in which the worker exits once, at one of the places of that name."""
    faults = (*more, PlannedFault(kind="worker_exits", where=where, after=after))
    scenario = msgspec.structs.replace(MAIN["disks"], faults=faults)
    world = run_scenario(scenario, keeps=True, keeps_histories=True)
    assert world.record.fired["worker_exits"] == 1
    assert told(world).count(EXIT) == 1
    return world


def told(world: World) -> list[str]:
    return [text for _, text in world.record.lines]


def failed(world: World, kind: Kind = Kind.TaskFailed) -> list[str]:
    """Why calls failed, as it stands in the histories."""
    events = [event for _, history in world.store.executions() for event in history]
    return [event["Reason"] for event in events if event["EventType"] == kind]


@pytest.mark.parametrize(("where", "sent"), [("begun", 0), ("answered", 1)])
def test_an_activity_fails_before_its_effect_or_after_it(where: str, sent: int) -> None:
    world = exits(f"trigger_restore: {where}")
    assert f"Activity function 'trigger_restore' failed: {EXITED}" in failed(world)
    before = told(world)[: told(world).index(EXIT)]
    assert sum(line.startswith(SENT) for line in before) == sent


def test_a_turn_fails_for_good_and_for_its_parent() -> None:
    world = exits("watch_job: turn begun")
    reason = f"Orchestrator function 'watch_job' failed: {FAILED_TURN}"
    assert reason in failed(world, Kind.SubOrchestrationInstanceFailed)


def test_once_something_was_scheduled_a_turn_counts_as_another_workflow() -> None:
    world = exits("watch_job: turn begun", after=1)
    (reason, *_) = failed(world, Kind.SubOrchestrationInstanceFailed)
    assert reason.startswith("Non-Deterministic workflow detected: ")


@pytest.mark.parametrize("where", ["starter message-0: step", "restore_vm: turn begun"])
def test_a_queue_message_comes_again_whichever_call_the_worker_exits_in(where: str) -> None:
    """The starter still waits for the engine's answer when the orchestrator's first turn begins."""
    lines = [line for line in told(exits(where)) if line == EXIT or " is delivered" in line]
    assert lines == ["message-0 is delivered, 1", EXIT, "message-0 is delivered, 2"]


def test_calls_that_overlap_fail_together_and_do_not_go_on() -> None:
    seen: list[str] = []
    life = WorkerLife(lambda: seen.append("exited"))

    def call(*steps: Callable[[], object]) -> None:
        with life.calling():
            for step in steps:
                step()

    def overlapped() -> None:
        with pytest.raises(WorkerExited):
            call(life.go_on, _exit)

    with pytest.raises(WorkerExited, match="137"):
        call(overlapped, life.go_on, lambda: seen.append("went on"))
    assert seen == ["exited"]
    call(life.go_on)  # the next process


def _exit() -> None:
    raise WorkerExits
