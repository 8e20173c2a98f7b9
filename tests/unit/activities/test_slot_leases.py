"""Until when a slot is needed whose lease has run out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from activities import slot_leases
from arm import connection
from arm.backup import JobList
from restore.messages.errors import NotFound, ServiceUnavailable
from restore.messages.ledger_entry import Intent, LedgerEntry, LedgerState, Verifying
from restore.messages.model import JobSnapshot, Verdict
from storage import concurrency_slots
from storage.documents import Changed
from storage.ledger import Ledger
from tests.fakes import log
from tests.fakes.storage import MemoryDocuments

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
INTENT = Intent(
    item_id="/i",
    container_name="c",
    recovery_point="1",
    vault_time=NOW,
    written_at=NOW,
    window_s=200,
    known_jobs=(),
)
OVER = INTENT.over_at


class Job:
    """A vault with one job, and a count of the looks at it."""

    def __init__(self, *, is_terminal: bool) -> None:
        self.looks = 0
        self._is_terminal = is_terminal

    def read_job(self, item_id: str, job_id: str) -> JobSnapshot:
        del item_id
        self.looks += 1
        status = "Completed" if self._is_terminal else "InProgress"
        return JobSnapshot(job_id=job_id, status=status)


@pytest.fixture
def ledger() -> Ledger:
    """The entry of a restore whose job is known, and which was abandoned."""
    ledger = Ledger(MemoryDocuments(), lambda: NOW)
    ledger.accept(
        LedgerEntry(
            request_id="r1",
            request_hash="h",
            request={},
            source="queue",
            accepted_at=NOW,
        )
    )
    held = ledger.read("r1")
    assert held is not None
    ledger.intend(held, INTENT)
    ledger.started("r1", job_id="job")
    ledger.finish("r1", lambda _: Verdict(verdict="Failed", succeeded=False, text="x"), NOW)
    return ledger


@pytest.mark.parametrize("is_terminal", [True, False])
def test_until_the_window_of_its_post_is_over_azure_is_not_asked(
    ledger: Ledger, is_terminal: bool
) -> None:
    """Two jobs may have begun in it, and what is not listed yet holds the slot as well."""
    job = Job(is_terminal=is_terminal)
    with connection.use(job):  # type: ignore[arg-type]
        before = OVER - timedelta(seconds=1)
        assert slot_leases.needed_until(ledger, "r1", before) == OVER
        assert job.looks == 0


@pytest.mark.parametrize("is_terminal", [True, False])
def test_after_that_its_job_decides(ledger: Ledger, is_terminal: bool) -> None:
    job = Job(is_terminal=is_terminal)
    with connection.use(job):  # type: ignore[arg-type]
        until = slot_leases.needed_until(ledger, "r1", OVER)
    assert until == (None if is_terminal else OVER + concurrency_slots.JOB_AGAIN)
    assert job.looks == 1


SOON = NOW + timedelta(minutes=5)


class Azure:
    """A vault that shows a job by its id, or does not, and a list of jobs."""

    def __init__(self, *listed: JobSnapshot, job: JobSnapshot | Exception | None = None) -> None:
        self.listed, self.job = listed, job
        self.asked: list[tuple[str, datetime]] = []

    def read_job(self, item_id: str, job_id: str) -> JobSnapshot:
        del item_id, job_id
        if isinstance(self.job, Exception):
            raise self.job
        assert self.job is not None
        return self.job

    def restore_jobs(self, item_id: str, since: datetime) -> JobList:
        self.asked.append((item_id, since))
        return JobList(self.listed, NOW)


def job(job_id: str, status: str = "InProgress", container: str = "c", **more: Any) -> JobSnapshot:
    plain: dict[str, Any] = {"start_time": NOW}
    return JobSnapshot(job_id=job_id, status=status, container_name=container, **plain | more)


def accepted(**changes: Any) -> Ledger:
    """One request, with these fields otherwise."""
    ledger = Ledger(MemoryDocuments(), lambda: NOW)
    entry = LedgerEntry(
        request_id="r1", request_hash="h", request={}, source="queue", accepted_at=NOW
    )
    ledger.accept(msgspec.structs.replace(entry, **changes))
    return ledger


def until(ledger: Ledger, azure: Azure | None = None, now: datetime = NOW) -> datetime | None:
    with connection.use(azure or Azure()):  # type: ignore[arg-type]
        return slot_leases.needed_until(ledger, "r1", now)


def version(ledger: Ledger) -> str:
    held = ledger.read("r1")
    assert held is not None
    return held.version


def test_a_request_that_nobody_knows_or_that_is_verified_needs_none() -> None:
    assert until(Ledger(MemoryDocuments())) is None
    judged = Verdict(verdict="Completed", succeeded=True, text="x")
    verifying = Verifying(verdict=judged, since=NOW)
    known = accepted(state=LedgerState.STARTED, intent=INTENT, verifying=verifying)
    assert until(known) is None


@pytest.mark.parametrize("state", [LedgerState.ACCEPTED, LedgerState.CANCELLED])
def test_what_has_sent_nothing_needs_none_and_asks_anew_before_it_does(state: LedgerState) -> None:
    ledger = accepted(state=state)
    before = version(ledger)
    assert until(ledger) is None
    assert (version(ledger) != before) is (state is LedgerState.ACCEPTED)


@pytest.mark.parametrize("state", [LedgerState.INTENDED, LedgerState.STARTED])
def test_what_somebody_follows_is_looked_at_again_in_an_hour(state: LedgerState) -> None:
    ledger = accepted(state=state, intent=INTENT)
    later = OVER + timedelta(hours=1)
    assert until(ledger, now=later) == later + timedelta(hours=1)


def abandoned(job_id: str | None) -> Ledger:
    return accepted(state=LedgerState.FINISHED, intent=INTENT, job_id=job_id)


AGAIN = OVER + concurrency_slots.JOB_AGAIN


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ((), None),
        ((job("job"),), AGAIN),
        ((job("job", "Completed"),), None),
        ((job("a"), job("z")), None),
        ((job("job", "Completed"), job("z")), None),
    ],
)
def test_a_job_that_azure_shows_no_longer_must_not_be_in_its_list(
    listed: tuple[JobSnapshot, ...], expected: datetime | None
) -> None:
    azure = Azure(*listed, job=NotFound("No job.", code="JobNotFound"))
    assert until(abandoned("job"), azure, OVER) == expected
    assert azure.asked == [("/i", NOW - timedelta(minutes=5))]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ((), None),
        ((job("a"),), AGAIN),
        ((job("a", "Completed"), job("b")), AGAIN),
        ((job("a", "Completed"), job("b", "Failed")), None),
        ((job("a", container="other"),), None),
        ((job("a", start_time=None),), AGAIN),
        ((job("a", start_time=NOW - timedelta(days=1)),), None),
    ],
)
def test_while_a_job_may_be_its_own_the_slot_is_needed(
    listed: tuple[JobSnapshot, ...], expected: datetime | None
) -> None:
    assert until(abandoned(None), Azure(*listed), OVER) == expected


def test_after_its_window_it_does_not_matter_how_long_after() -> None:
    later = OVER + timedelta(days=3)
    assert until(abandoned(None), Azure(job("a")), later) == later + concurrency_slots.JOB_AGAIN


@pytest.mark.parametrize("error", [ServiceUnavailable("No.", code="Busy"), Changed("r1"), None])
def test_slots_are_released_or_renewed_and_kept_where_nobody_knows(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception | None
) -> None:
    log.listen(caplog)
    found: dict[str, list[Any]] = {"released": [], "renewed": []}

    def needed(ledger: Ledger, request_id: str, now: datetime) -> datetime | None:
        if request_id == "odd" and error is not None:
            raise error
        return {"free": None, "odd": NOW}.get(request_id, OVER)

    def release(documents: Any, request_id: str, now: datetime) -> None:
        found["released"].append((request_id, now))

    def renew(documents: Any, request_id: str, until: datetime) -> None:
        found["renewed"].append((request_id, until))

    monkeypatch.setattr(slot_leases, "needed_until", needed)
    monkeypatch.setattr(concurrency_slots, "release", release)
    monkeypatch.setattr(concurrency_slots, "renew", renew)
    slot_leases.end(Ledger(MemoryDocuments()), ["odd", "free", "needed"], NOW)
    odd = SOON if error is not None else NOW
    assert found == {"released": [("free", NOW)], "renewed": [("odd", odd), ("needed", OVER)]}
    assert len(log.lines(caplog, "remark")) == (error is not None)
