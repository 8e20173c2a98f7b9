"""A ledger in memory with one accepted request, r1; the app in a world of its own, and its door."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from restore.messages.ledger_entry import LedgerEntry
from storage import connection
from storage.ledger import Ledger
from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import FrontDoor
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


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as world:
        yield world


@pytest.fixture
def door(harness: AppHarness) -> FrontDoor:
    return FrontDoor(harness)
