"""A request by HTTP: which id it gets, and where its answer says that it is shown."""

import json
from datetime import UTC, datetime
from typing import Any, cast

import azure.functions as func
import pytest

from restore.messages.model import Authorization
from restore.settings import Settings
from storage.ledger import Ledger
from tests.fakes.durable import FakeDurableClient
from tests.unit.restore.samples import DISKS, without
from triggers import openapi, plans, request_urls, restores

BODY = without(DISKS, "requestId")


async def ask(
    key: str | None = None, url: str = "https://x.test/api/restores", **fields: Any
) -> tuple[int, Any, str | None]:
    headers = {"prefer": "respond-async"} | ({} if key is None else {"idempotency-key": key})
    request = func.HttpRequest(
        "POST", url, headers=headers, body=json.dumps(BODY | fields).encode()
    )
    reply = await restores.start(request, cast("Any", FakeDurableClient()), Settings())
    return reply.status_code, json.loads(reply.get_body()), reply.headers.get("Location")


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("key", ["8e03978e-40d5", '"8e03978e-40d5"'])
async def test_an_idempotency_key_may_stand_in_quotes(key: str) -> None:
    status, body, location = await ask(key)
    assert (status, body["requestId"]) == (202, "8e03978e-40d5")
    assert location == "/api/restores/8e03978e-40d5"
    status, _, _ = await ask(key, requestId="8e03978e-40d5")
    assert status == 202


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("key", ['""', '"', '""a""', '"a', '"ab', 'ab"', '!ab"', "'a'", '"a";x=1'])
async def test_what_is_more_than_one_pair_of_quotes_is_no_key(key: str) -> None:
    status, body, _ = await ask(key)
    assert status == 400
    assert [problem["path"] for problem in body["problems"]] == ["$.requestId"]


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("https://x.test/api/restores?code=k", "/api"),
        ("https://x.test/ops/v1/restores", "/ops/v1"),
        ("https://x.test/restores/restores/", "/restores"),
        ("https://x.test/restores", ""),
        ("/api/restores", "/api"),
    ],
)
async def test_the_place_of_a_restore_follows_the_way_of_its_request(
    ledger: Ledger, url: str, prefix: str
) -> None:
    del ledger
    _, body, location = await ask("r-9", url)
    assert location == f"{prefix}/restores/{body['requestId']}"


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("restores/{id}", "/ops/v1/restores/restores"),
        ("restores/{id}/cancel", "/ops/v1/restores/r1/cancel"),
        ("restores/plan", "/ops/v1/restores/plan"),
        ("openapi.json", "/ops/v1/openapi.json"),
    ],
)
def test_the_prefix_is_what_stands_before_the_route(route: str, path: str) -> None:
    request = func.HttpRequest("GET", f"https://x.test{path}", body=b"")
    assert request_urls.prefix(request, route) == "/ops/v1"


async def test_where_a_restore_is_decided_follows_the_way_too(ledger: Ledger) -> None:
    until = datetime(2099, 1, 1, tzinfo=UTC)
    ledger.authorize("r1", Authorization(rule="r", approval=True, until=until))
    url = "https://x.test/ops/v1/restores/r1"
    request = func.HttpRequest("GET", url, route_params={"id": "r1"}, body=b"")
    reply = await restores.show(request, cast("Any", FakeDurableClient()), Settings())
    shown = json.loads(reply.get_body())
    assert shown["approval"]["decideAt"] == "/ops/v1/restores/r1/approval"


async def test_the_document_names_the_prefix_by_which_it_was_asked_for() -> None:
    request = func.HttpRequest("GET", "https://x.test/ops/v1/openapi.json", body=b"")
    document = json.loads(openapi.show(request, Settings()).get_body())
    assert document["servers"] == [{"url": "/ops/v1"}]
    assert document | {"servers": openapi.document()["servers"]} == openapi.document()


def test_a_plan_that_takes_long_is_found_by_the_same_way() -> None:
    reply = plans.not_yet(request_urls.plan("p1", "/ops/v1"))
    assert reply.headers["Location"] == "/ops/v1/plans/p1"
