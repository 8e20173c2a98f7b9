"""A fault that nobody foresaw: the host answers it with an empty 500, no handler tells of it.

All but `GET /health`, whose work it is to tell: tests/unit/triggers/test_health.py.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any, cast

import azure.functions as func
import pytest

from restore.settings import Settings
from storage import connection
from storage.ledger import Ledger
from tests.end_to_end.harness import request_for
from tests.fakes.durable import FakeDurableClient
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from triggers import approvals, listing, plans, points, restores

SECRET = "AccountKey=s3cret; /home/site/wwwroot/storage"
BODY = json.dumps(request_for("OriginalLocation", "r2")).encode()
DECISION = b'{"decision":"approve","reason":"it is mine to say"}'


class _Broken(MemoryDocuments):
    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return super().__getattribute__(name)
        raise RuntimeError(SECRET)


class _BrokenClient(FakeDurableClient):
    async def start_new(self, *given: Any, **named: Any) -> Any:
        raise RuntimeError(SECRET)


def _request(method: str, body: bytes = b"") -> func.HttpRequest:
    vm = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-app/providers"
    vm += "/Microsoft.Compute/virtualMachines/web-01"
    params = {"sourceResourceId": vm} if method == "GET" else {}
    return func.HttpRequest(method, "/x", params=params, route_params={"id": "r1"}, body=body)


HANDLERS: dict[str, Callable[[Any], Coroutine[Any, Any, func.HttpResponse]]] = {
    "start": lambda client: restores.start(_request("POST", BODY), client, Settings()),
    "show": lambda client: restores.show(_request("GET"), client, Settings()),
    "cancel": lambda client: restores.cancel(_request("POST"), client, Settings()),
    "approve": lambda client: approvals.decide(_request("POST", DECISION), client, Settings()),
    "plan": lambda client: plans.ask(_request("POST", BODY), client, Settings()),
    "list": lambda client: listing.show_page(_request("GET")),
    "recovery points": lambda client: points.show(_request("GET"), client),
}


@pytest.mark.parametrize("name", HANDLERS)
async def test_a_handler_leaves_it_to_the_host(name: str) -> None:
    client = cast("Any", _BrokenClient())
    with connection.use(Ledger(_Broken()), MemoryEvents()), pytest.raises(RuntimeError):
        await HANDLERS[name](client)
