"""Closing a restore keeps its slot as long as something of it may run on at Azure."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from restore.messages.activity_io import Close
from restore.messages.ledger_entry import Intent, LedgerEntry, LedgerState
from restore.messages.model import Failure, Verdict
from storage import closing, concurrency_slots
from storage.ledger import Ledger
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments

LOST = Failure(code="Gone", message="It is gone.", category="NotFound")
DONE = Verdict(verdict="Completed", succeeded=True, text="It is done.")
LATER = START + timedelta(hours=1)
INTENT = Intent(
    item_id="/i", container_name="c", recovery_point="1", vault_time=START, written_at=START,
    window_s=200, known_jobs=(),
)  # fmt: skip


class Outbox:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.told: list[LedgerEntry] = []

    def tell(self, entry: LedgerEntry) -> None:
        self.told.append(entry)


def closed(close: dict[str, Any], **changes: Any) -> tuple[LedgerEntry, MemoryDocuments]:
    documents = MemoryDocuments()
    ledger, outbox = Ledger(documents, lambda: START), Outbox()
    entry = LedgerEntry(
        request_id="r1", request_hash="h", request={}, source="queue", accepted_at=START
    )
    ledger.accept(msgspec.structs.replace(entry, **changes))
    concurrency_slots.take(documents, "r1", 1, START, START)
    order = Close(request_id="r1", **close)
    found = closing.close(ledger, outbox, order, LATER)  # type: ignore[arg-type]
    assert outbox.told == [found]
    assert found.state is LedgerState.FINISHED
    return found, documents


def lease(documents: MemoryDocuments) -> Any:
    found = documents.read(concurrency_slots._NAME)
    assert found is not None
    kept = concurrency_slots.ConcurrencySlots.from_json(found.document)
    return kept.holders.get("r1")


def test_what_is_over_gives_its_slot_back_at_once() -> None:
    found, documents = closed(
        {"verdict": DONE, "is_over": True}, intent=INTENT, state=LedgerState.STARTED
    )
    assert found.verdict == DONE
    assert lease(documents) is None


def test_what_has_sent_nothing_gives_its_slot_back() -> None:
    _, documents = closed({"failure": LOST})
    assert lease(documents) is None


@pytest.mark.parametrize("job_id", ["job", None])
def test_what_may_run_on_keeps_its_slot(job_id: str | None) -> None:
    _, documents = closed(
        {"failure": LOST}, intent=INTENT, state=LedgerState.STARTED, job_id=job_id
    )
    again = LATER + timedelta(hours=1)
    assert lease(documents) == (again if job_id else INTENT.over_at)
