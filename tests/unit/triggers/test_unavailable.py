"""Storage that does not answer: whoever asks is told that nothing was started, and to ask again."""

import json
from collections.abc import Callable, Coroutine
from typing import Any, cast

import azure.functions as func
import pytest

from restore.messages.errors import ServiceUnavailable
from restore.settings import Settings
from storage import connection
from storage.ledger import Ledger
from tests.end_to_end.harness import request_for
from tests.fakes.durable import FakeDurableClient
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from triggers import (
    abandon,
    alert_decisions,
    alert_views,
    approvals,
    listing,
    put_back,
    rejections,
    restores,
)

BODY = json.dumps(request_for("RestoreDisks", "r2")).encode()
DECISION = b'{"decision":"refuse","reason":"not now"}'
ORDER = b'{"reason":"a storm"}'
SETTINGS = Settings()


class _Away(MemoryDocuments):
    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return super().__getattribute__(name)
        raise ServiceUnavailable("No answer.", code="ServerBusy")


def _request(body: bytes = b"") -> func.HttpRequest:
    method = "POST" if body else "GET"
    return func.HttpRequest(method, "/api/x", route_params={"id": "r1"}, body=body)


HANDLERS: dict[str, Callable[[Any], Coroutine[Any, Any, func.HttpResponse]]] = {
    "start": lambda client: restores.start(_request(BODY), client, SETTINGS),
    "show": lambda client: restores.show(_request(), client, SETTINGS),
    "cancel": lambda client: restores.cancel(_request(b" "), client, SETTINGS),
    "abandon": lambda client: abandon.abandon(_request(b" "), client, SETTINGS),
    "approve": lambda client: approvals.decide(_request(DECISION), client, SETTINGS),
    "put back": lambda client: put_back.put_back(_request(b" "), client, SETTINGS),
    "list": lambda client: listing.show_page(_request()),
    "list rejections": lambda client: rejections.show_page(_request()),
    "show a rejection": lambda client: rejections.show(_request()),
    "list alerts": lambda client: alert_views.show_page(_request(), SETTINGS),
    "show an alert": lambda client: alert_views.show(_request()),
    "list holds": lambda client: alert_views.show_holds(_request()),
    "decide about a hold": lambda client: alert_decisions.decide(
        _request(DECISION), client, SETTINGS
    ),
    "stop alerts": lambda client: alert_decisions.stop(_request(ORDER), SETTINGS),
    "resume alerts": lambda client: alert_decisions.resume(_request(ORDER), SETTINGS),
}


@pytest.mark.parametrize("name", HANDLERS)
async def test_a_handler_says_that_nothing_was_started(name: str) -> None:
    with connection.use(Ledger(_Away()), MemoryEvents()):
        reply = await HANDLERS[name](cast("Any", FakeDurableClient()))
    told = json.loads(reply.get_body())
    assert (reply.status_code, told["status"], told["code"]) == (503, 503, "ServerBusy")
    assert told["detail"] == "No answer. This call started nothing. Send it again."
    assert reply.headers["Retry-After"] == "10"
