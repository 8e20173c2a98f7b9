"""Until when a slot is needed whose lease has run out."""

from datetime import UTC, datetime, timedelta

import pytest

from activities import slot_leases
from arm import connection
from restore.messages.ledger_entry import Intent, LedgerEntry
from restore.messages.model import JobSnapshot, Verdict
from storage import concurrency_slots
from storage.ledger import Ledger
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
