"""Real blobs and a real queue do for the outbox what the fakes do."""

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.storage.queue import QueueClient

from restore.messages.errors import ServiceUnavailable
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Verdict
from storage import draining, open_index
from storage.documents import BlobDocuments, Changed
from storage.events import Events, QueueEvents
from storage.ledger import Ledger
from storage.outbox import Outbox
from tests.fakes.outbox import drain_open
from tests.unit.storage.test_outbox import PLANNED

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DONE = Verdict(verdict="Completed", succeeded=True, text="It is done.")


class _Refused:
    """A queue to which the app has no right."""

    def send(self, event: dict[str, Any]) -> None:
        raise ServiceUnavailable("It takes nothing.")


def accept(ledger: Ledger) -> LedgerEntry:
    request = {"recoveryType": "RestoreDisks", "sourceResourceId": "/vm"}
    entry = LedgerEntry(
        request_id="r1", request_hash="h", request=request, source="queue", accepted_at=NOW
    )
    return ledger.accept(entry)[0]


def ids(queue: QueueClient) -> list[str]:
    return [json.loads(b64decode(each.content))["id"] for each in queue.peek_messages(32)]


def test_what_was_refused_is_drained_and_nothing_is_left_open(
    queue: QueueClient, documents: BlobDocuments
) -> None:
    ledger = Ledger(documents, lambda: NOW)
    refused = Outbox(documents, Events(documents, _Refused()))
    refused.tell(accept(ledger))
    refused.tell(ledger.finish("r1", lambda _: DONE, NOW))
    refused.publish(PLANNED)
    assert open_index.page(documents).request_ids == ("r1",)

    events, later = Events(documents, QueueEvents(queue)), NOW + timedelta(minutes=5)
    outbox = Outbox(documents, events)
    drain_open(ledger, outbox, later)
    draining.drain_kept(documents, events, later)
    assert ids(queue) == ["r1:accepted", "r1:finished", "plan-1:planned"]
    assert open_index.page(documents).request_ids == ()
    assert documents.page("outbox/", 10, None).lines == ()


def test_a_note_is_put_whatever_is_there_and_a_claim_only_on_what_was_read(
    documents: BlobDocuments,
) -> None:
    open_index.opened(documents, "r1", NOW)
    assert not open_index.opened(documents, "r1", NOW)
    noted = open_index.read(documents, "r1")
    assert noted is not None
    open_index.note(documents, "r1", NOW, 1, 1)
    with pytest.raises(Changed):
        documents.replace("open/r1", {}, noted.found.version, {})
    again = open_index.read(documents, "r1")
    assert again is not None
    assert again.note.sent == 1
