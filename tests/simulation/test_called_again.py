"""A worker process that exits fails the calls in flight; they are made again, and nothing is lost.

What the host then tells the engine is a failure of the call, whatever its function had done by
then (`python exited with code 137`). The orchestrator restore_vm has nobody above it and is not
played here.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from arm.transport import NotSent
from devhost.language_worker.failures import WorkerExited
from restore.messages import names
from restore.messages.model import Verdict
from tests.end_to_end.stage import request_for
from tests.fakes.laboratory import Laboratory

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

    def __init__(self, laboratory: Laboratory, place: str, *, nth: int = 1, count: int = 1) -> None:
        self._place, self._nth, self._count = place, nth, count
        self.seen = 0
        laboratory.at_boundary = self._at

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
def laboratory() -> Iterator[Laboratory]:
    with Laboratory().open() as world:
        yield world


def must_end_well(laboratory: Laboratory, hours: float = 3) -> Verdict:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(hours * HOUR)
    verdict = laboratory.verdict("r1")
    (job_id,) = laboratory.simulator.state.job_records
    assert (verdict.verdict, verdict.job_id) == ("Completed", job_id)
    assert len(laboratory.posts()) == 1
    for kind in ("accepted", "started", "finished"):
        told = laboratory.sent(kind)
        assert told
        assert all(each == told[0] for each in told)
    return verdict


@pytest.mark.parametrize("when", ["begun", "answered"])
@pytest.mark.parametrize("activity", ACTIVITIES)
@pytest.mark.parametrize("count", [1, 4])
def test_an_activity_whose_worker_exits_is_called_again(
    laboratory: Laboratory, activity: str, when: str, count: int
) -> None:
    exits = Exits(laboratory, f"{activity}: {when}", count=count)
    must_end_well(laboratory)
    assert exits.struck == count


@pytest.mark.parametrize("when", ["turn begun", "turn taken"])
@pytest.mark.parametrize("nth", [1, 2, 5, 9])
@pytest.mark.parametrize("count", [1, 5])
def test_a_follower_whose_worker_exits_is_run_again_and_finds_its_job(
    laboratory: Laboratory, when: str, nth: int, count: int
) -> None:
    exits = Exits(laboratory, f"{names.WATCH_JOB}: {when}", nth=nth, count=count)
    must_end_well(laboratory)
    assert exits.struck == count


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_child_that_waits_for_its_parent_is_run_again(laboratory: Laboratory, nth: int) -> None:
    exits = Exits(laboratory, f"{names.RETRY_ACTIVITY}: turn taken", nth=nth, count=2)
    until, exit_there = laboratory.clock.now() + timedelta(hours=1), laboratory.at_boundary

    def at(where: str) -> None:
        exit_there(where)
        if where.startswith("find_protected_item: GET") and laboratory.clock.now() < until:
            raise NotSent

    laboratory.at_boundary = at
    must_end_well(laboratory)
    assert exits.struck == 2


def test_a_follower_that_a_person_has_terminated_is_run_again(laboratory: Laboratory) -> None:
    watch_id = names.watch_id("restore-r1")
    laboratory.plan(300, lambda: laboratory.driver.client.terminate(watch_id, "by the night shift"))
    must_end_well(laboratory)


def test_a_cancel_and_then_an_exit_of_the_follower_keep_what_azure_said(
    laboratory: Laboratory,
) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(300)
    laboratory.cancel("r1")
    exits = Exits(laboratory, f"{names.WATCH_JOB}: turn taken")
    laboratory.run_for(3 * HOUR)
    assert exits.struck == 1
    assert laboratory.verdict("r1").verdict == "Cancelled"
