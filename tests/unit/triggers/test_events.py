"""What did not fit into an event is read by the app's own route, without rights on its storage."""

import base64
import json
from typing import Any, cast

import azure.functions as func
import pytest

from restore.messages.errors import ServiceUnavailable
from restore.settings import Settings
from storage import connection
from storage.ledger import Ledger
from tests.fakes.durable import FakeDurableClient
from tests.fakes.messages import message
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from triggers import events, problems, queue


async def data_of(event_id: str) -> tuple[int, Any]:
    request = func.HttpRequest("GET", "/x", route_params={"id": event_id}, body=b"")
    reply = await events.show_data(request)
    return reply.status_code, json.loads(reply.get_body())


async def reject(body: bytes) -> dict[str, Any]:
    """Give the queue's function a message that it rejects; return the event."""
    sent = MemoryEvents()
    with connection.use(Ledger(MemoryDocuments()), sent):
        for _ in range(2):
            await queue._take(message(body), cast("Any", FakeDurableClient()), Settings())
        first, second = sent.sent
        assert first == second
        status, told = await data_of(first["id"])
        assert (status == 200) is ("fullDataAt" in first["data"])
    return first | {"whole": told if status == 200 else None}


async def test_a_rejected_message_that_fits_is_told_with_all_of_its_text() -> None:
    event = await reject(b"restore web-01 please")
    assert event["data"]["original"] == "restore web-01 please"
    assert event["time"] == "2026-11-23T03:00:00Z"
    assert event["whole"] is None


async def test_a_rejected_message_of_64_kb_is_told_from_its_beginning_and_read_by_the_route() -> (
    None
):
    text = "語" * (64 * 1024 // 3)
    event = await reject(text.encode())
    data = event["data"]
    assert data["original"].rstrip("…") == text[: len(data["original"]) - 1]
    assert len(data["original"]) > 15_000
    assert data["problems"]
    assert (data["truncated"], data["fullDataAt"]) == (
        ["$.original"],
        "/api/events/m1:rejected/data",
    )
    assert event["whole"]["original"] == text
    assert event["whole"]["problems"] == data["problems"]


async def test_bytes_that_are_no_text_are_read_whole_too() -> None:
    event = await reject(b"\xff" * 65_536)
    assert event["whole"]["originalEncoding"] == "base64"
    assert len(event["whole"]["original"]) == 65_536 // 3 * 4 + 4


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("event_id", ["r1:finished", "r1", "..", "../restores/r1"])
async def test_of_an_event_that_was_sent_whole_there_is_nothing_to_read(event_id: str) -> None:
    status, body = await data_of(event_id)
    assert (status, body["code"]) == (404, "EventDataNotFound")


async def test_without_storage_the_answer_is_to_ask_again(ledger: Ledger) -> None:
    def refuse(name: str) -> None:
        raise ServiceUnavailable("no")

    assert isinstance(ledger.documents, MemoryDocuments)
    ledger.documents.before_read = refuse
    assert (await data_of("r1:finished"))[0] == 503


async def test_an_answer_is_cut_at_its_bound_and_what_was_kept_is_not() -> None:
    errors = [{"code": 1, "text": "x" * 1000}] * 2000
    view = {"requestId": "r1", "phase": "Failed", "verdict": "Failed", "jobErrors": errors}
    shown = json.loads(problems.ok(200, view).get_body())
    assert shown["truncated"] == ["$.jobErrors"]
    assert (shown["requestId"], shown["verdict"]) == ("r1", "Failed")
    assert 900 < len(shown["jobErrors"]) < 1100
    assert json.loads(problems.whole(view).get_body()) == view


async def test_an_alert_on_the_queue_is_named_in_one_problem_and_kept_whole() -> None:
    alert = {"schemaId": "azureMonitorCommonAlertSchema", "data": {"essentials": {}}}
    for body in (json.dumps(alert).encode(), base64.b64encode(json.dumps(alert).encode())):
        data = (await reject(body))["data"]
        (problem,) = data["problems"]
        assert "is an alert in Azure Monitor's common schema" in problem["message"]
        assert data["original"] == body.decode()


@pytest.mark.usefixtures("ledger")
async def test_an_unknown_id_is_told_up_to_its_limit() -> None:
    _, body = await data_of("q" * 300)
    assert body["detail"].count("q") == 200
