"""A ledger in memory with one accepted request, r1."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from restore.messages.ledger_entry import LedgerEntry
from storage import connection
from storage.ledger import Ledger
from tests.fakes.storage import MemoryDocuments, MemoryEvents

ACCEPTED_AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    ledger = Ledger(MemoryDocuments())
    ledger.accept(
        LedgerEntry(
            request_id="r1",
            request_hash="h",
            request={"recoveryType": "RestoreDisks"},
            source="queue",
            accepted_at=ACCEPTED_AT,
        )
    )
    with connection.use(ledger, MemoryEvents()):
        yield ledger
