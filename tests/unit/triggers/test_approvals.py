"""What somebody who decides is told when the ledger cannot take the decision."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import azure.functions as func

from restore.messages.model import Authorization
from restore.settings import Settings
from storage.ledger import Ledger
from tests.fakes.durable import FakeDurableClient
from tests.fakes.storage import MemoryDocuments
from triggers import approvals


async def test_a_decision_that_loses_every_race_is_to_be_sent_again(ledger: Ledger) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    ledger.authorize("r1", Authorization(rule="replace", approval=True, until=until))
    documents = ledger.documents
    assert isinstance(documents, MemoryDocuments)
    documents.before_write = documents.touch
    body = b'{"decision": "refuse", "reason": "not now"}'
    request = func.HttpRequest("POST", "/x", route_params={"id": "r1"}, body=body)
    reply = await approvals.decide(request, cast("Any", FakeDurableClient()), Settings())
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "10")
    assert json.loads(reply.get_body())["code"] == "Contended"
    held = ledger.read("r1")
    assert held is not None
    assert held.entry.approval is None
