"""What a cancel request is told: by how far the restore has come, and by who still follows it."""

import json
from datetime import UTC, datetime
from typing import Any, cast

import azure.functions as func
import pytest
from azure.durable_functions import OrchestrationRuntimeStatus

from restore.messages import names
from restore.messages.ledger_entry import Intent
from restore.messages.model import Authorization, Verdict
from restore.settings import Settings
from storage.ledger import Ledger
from tests.fakes.durable import FakeDurableClient
from tests.fakes.storage import MemoryDocuments
from triggers import restores

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def start(ledger: Ledger) -> None:
    held = ledger.read("r1")
    assert held is not None
    intent = Intent(
        item_id="/i",
        container_name="c",
        recovery_point="1",
        vault_time=NOW,
        written_at=NOW,
        window_s=200,
        known_jobs=(),
    )
    ledger.intend(held, intent)
    ledger.started("r1", job_id="job")


async def cancel(client: FakeDurableClient, request_id: str = "r1") -> tuple[int, Any]:
    request = func.HttpRequest("POST", "/x", route_params={"id": request_id}, body=b"")
    reply = await restores.cancel(request, cast("Any", client), Settings())
    return reply.status_code, json.loads(reply.get_body())


async def test_before_anything_is_sent_it_is_certain_and_nobody_is_told(ledger: Ledger) -> None:
    del ledger
    client = FakeDurableClient()
    for _ in range(2):
        status, body = await cancel(client)
        assert (status, body["cancel"]) == (202, "BeforeStart")
    assert client.raised == []


async def test_a_wish_to_cancel_what_is_started_is_noted_and_seen_to(ledger: Ledger) -> None:
    start(ledger)
    client = FakeDurableClient()
    status, body = await cancel(client)
    assert (status, body["cancel"]) == (202, "Asked")
    name, order = client.started["restore-r1~cancel"]
    assert (name, order["requestId"]) == (names.CANCEL_JOB, "r1")
    held = ledger.read("r1")
    assert held is not None
    assert held.entry.must_cancel


@pytest.mark.parametrize(
    ("state", "is_started"), [("Pending", 0), ("Running", 0), ("Completed", 1), ("Failed", 1)]
)
async def test_a_second_wish_is_seen_to_by_who_runs_for_the_first_or_anew(
    ledger: Ledger, state: str, is_started: int
) -> None:
    start(ledger)
    client = FakeDurableClient()
    await cancel(client)
    client.runtime["restore-r1~cancel"] = OrchestrationRuntimeStatus[state]
    client.started["restore-r1~cancel"] = ("before", None)
    assert (await cancel(client))[0] == 202
    assert client.started["restore-r1~cancel"][0] == ("before", names.CANCEL_JOB)[is_started]
    held = ledger.read("r1")
    assert held is not None
    assert held.entry.cancel_asked == 2


async def test_a_restore_that_is_over_cannot_be_cancelled(ledger: Ledger) -> None:
    start(ledger)
    done = Verdict(verdict="Completed", succeeded=True, text="It is done.")
    ledger.finish("r1", lambda _: done, NOW)
    status, body = await cancel(FakeDurableClient())
    assert (status, body["code"], body["verdict"]) == (409, "RestoreIsOver", "Completed")


async def test_a_cancel_that_loses_every_race_is_to_be_sent_again(ledger: Ledger) -> None:
    documents = ledger.documents
    assert isinstance(documents, MemoryDocuments)
    documents.before_write = documents.touch
    request = func.HttpRequest("POST", "/x", route_params={"id": "r1"}, body=b"")
    reply = await restores.cancel(request, cast("Any", FakeDurableClient()), Settings())
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "10")
    body = json.loads(reply.get_body())
    assert body["code"] == "Contended"
    assert "Send it again" in body["detail"]


@pytest.mark.parametrize("request_id", ["r2", "..", "../items/x"])
async def test_an_unknown_restore_cannot_be_cancelled(ledger: Ledger, request_id: str) -> None:
    del ledger
    status, body = await cancel(FakeDurableClient(), request_id)
    assert (status, body["code"]) == (404, "RestoreNotFound")


@pytest.mark.parametrize("approval", [True, False])
async def test_a_restore_that_waits_for_an_approval_is_woken(
    ledger: Ledger, approval: bool
) -> None:
    ledger.authorize("r1", Authorization(rule="replace", approval=approval, until=NOW))
    client = FakeDurableClient()
    assert (await cancel(client))[1]["cancel"] == "BeforeStart"
    assert client.raised == [("restore-r1", names.DECISION_EVENT)] * approval
