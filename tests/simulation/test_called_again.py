"""A worker process that exits fails the calls in flight; they are made again, and nothing is lost.

What the host then tells the engine is a failure of the call, whatever its function had done by
then (`python exited with code 137`). The orchestrator restore_vm has nobody above it and is not
run here.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from arm.transport import NotSent
from devhost.language_worker.failures import WorkerExited
from restore.messages import names
from restore.messages.model import Verdict
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness

HOUR = 3600.0
ACTIVITIES = (
    names.OPEN_RESTORE,
    names.FIND_PROTECTED_ITEM,
    names.FIND_RECOVERY_POINT,
    names.AUTHORIZE_RESTORE,
    names.TRIGGER_RESTORE,
    names.READ_OPERATION,
    names.READ_JOB,
    names.CLOSE_RESTORE,
)


class Exits:
    """The worker exits at a place, from its nth time on, so many times in a row."""

    def __init__(self, harness: AppHarness, place: str, *, nth: int = 1, count: int = 1) -> None:
        self._place, self._nth, self._count = place, nth, count
        self.seen = 0
        harness.at_boundary = self._at

    @property
    def struck(self) -> int:
        """How often it has exited."""
        return max(min(self.seen - self._nth + 1, self._count), 0)

    def _at(self, where: str) -> None:
        if where != self._place:
            return
        self.seen += 1
        if self._nth <= self.seen < self._nth + self._count:
            raise WorkerExited(137)


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as world:
        yield world


def must_end_well(harness: AppHarness, hours: float = 3) -> Verdict:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(hours * HOUR)
    verdict = harness.verdict("r1")
    (job_id,) = harness.simulator.state.job_records
    assert (verdict.verdict, verdict.job_id) == ("Completed", job_id)
    assert len(harness.posts()) == 1
    for kind in ("accepted", "started", "finished"):
        told = harness.sent(kind)
        assert told
        assert all(each == told[0] for each in told)
    return verdict


@pytest.mark.parametrize("when", ["begun", "answered"])
@pytest.mark.parametrize("activity", ACTIVITIES)
@pytest.mark.parametrize("count", [1, 4])
def test_an_activity_whose_worker_exits_is_called_again(
    harness: AppHarness, activity: str, when: str, count: int
) -> None:
    exits = Exits(harness, f"{activity}: {when}", count=count)
    must_end_well(harness)
    assert exits.struck == count


@pytest.mark.parametrize("when", ["turn begun", "turn taken"])
@pytest.mark.parametrize("nth", [1, 2, 5, 9])
@pytest.mark.parametrize("count", [1, 5])
def test_a_follower_whose_worker_exits_is_run_again_and_finds_its_job(
    harness: AppHarness, when: str, nth: int, count: int
) -> None:
    exits = Exits(harness, f"{names.WATCH_JOB}: {when}", nth=nth, count=count)
    must_end_well(harness)
    assert exits.struck == count


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_child_that_waits_for_its_parent_is_run_again(harness: AppHarness, nth: int) -> None:
    exits = Exits(harness, f"{names.RETRY_ACTIVITY}: turn taken", nth=nth, count=2)
    until, exit_there = harness.clock.now() + timedelta(hours=1), harness.at_boundary

    def at(where: str) -> None:
        exit_there(where)
        if where.startswith("find_protected_item: GET") and harness.clock.now() < until:
            raise NotSent

    harness.at_boundary = at
    must_end_well(harness)
    assert exits.struck == 2


def test_a_follower_that_a_person_has_terminated_is_run_again(harness: AppHarness) -> None:
    watch_id = names.watch_id("restore-r1")
    harness.plan(300, lambda: harness.driver.client.terminate(watch_id, "by the night shift"))
    must_end_well(harness)


def test_a_cancel_and_then_an_exit_of_the_follower_keep_what_azure_said(
    harness: AppHarness,
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    harness.cancel("r1")
    exits = Exits(harness, f"{names.WATCH_JOB}: turn taken")
    harness.run_for(3 * HOUR)
    assert exits.struck == 1
    assert harness.verdict("r1").verdict == "Cancelled"
