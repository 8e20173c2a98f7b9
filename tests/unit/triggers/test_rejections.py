"""Messages that became no request: kept, listed the newest first, shown one by one."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import azure.functions as func
import pytest

from restore.messages.errors import ServiceUnavailable
from restore.messages.rejection import ORIGINAL_BYTES_MAX, PutBack, Rejection
from restore.request import rejections as reading
from restore.settings import Settings
from storage import connection, rejections
from storage.ledger import Ledger
from tests.fakes.durable import FakeDurableClient
from tests.fakes.messages import NOW, message
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from triggers import queue
from triggers import rejections as handlers

WRONG = b'{"recoveryType": "RestoreDisks"}'


@pytest.fixture(autouse=True)
def documents() -> Iterator[MemoryDocuments]:
    documents = MemoryDocuments()
    with connection.use(Ledger(documents), MemoryEvents()):
        yield documents


async def reject(body: bytes, message_id: str, minutes: int = 0) -> None:
    sent = message(body, message_id, NOW + timedelta(minutes=minutes))
    await queue._take(sent, cast("Any", FakeDurableClient()), Settings())


async def page(**params: str) -> tuple[int, Any]:
    request = func.HttpRequest("GET", "/api/rejections", params=params, body=b"")
    reply = await handlers.show_page(request)
    return reply.status_code, json.loads(reply.get_body())


async def one(rejection_id: str) -> tuple[int, Any]:
    request = func.HttpRequest("GET", "/x", route_params={"id": rejection_id}, body=b"")
    reply = await handlers.show(request)
    return reply.status_code, json.loads(reply.get_body())


async def test_a_rejected_message_is_listed_and_shown_with_all_that_is_wrong() -> None:
    await reject(WRONG, "m1")
    status, body = await page()
    (line,) = body["value"]
    assert status == 200
    assert (line["kind"], line["code"], line["messageId"]) == ("rejected", "InvalidRequest", "m1")
    assert (line["at"], line["putBackAt"]) == ("2026-11-23T03:00:00Z", None)
    status, shown = await one(line["id"])
    assert (status, shown["original"]) == (200, WRONG.decode())
    assert "$.sourceResourceId" in {problem["path"] for problem in shown["problems"]}
    assert shown["queue"] == "restore-requests"


async def test_the_event_says_where_the_message_is_kept() -> None:
    await reject(WRONG, "m1")
    (event,) = cast("MemoryEvents", connection.events()._queue).sent
    rejection_id = event["data"]["keptAt"].removeprefix("/api/rejections/")
    assert (await one(rejection_id))[1]["messageId"] == "m1"


async def test_a_message_that_is_delivered_again_is_listed_once() -> None:
    await reject(WRONG, "m1")
    await reject(WRONG, "m1")
    assert len((await page())[1]["value"]) == 1


async def test_the_newest_come_first_page_by_page() -> None:
    for number in range(5):
        await reject(WRONG, f"m{number}", minutes=number)
    _, first = await page(top="3")
    _, second = await page(top="3", continuationToken=first["continuationToken"])
    lines = [*first["value"], *second["value"]]
    assert [line["messageId"] for line in lines] == ["m4", "m3", "m2", "m1", "m0"]
    assert "continuationToken" not in second


async def test_a_list_can_be_of_one_kind(documents: MemoryDocuments) -> None:
    await reject(WRONG, "m1")
    rejections.keep(documents, poisoned(b"x"))
    for kind, message_id in (("rejected", "m1"), ("POISONED", "p1")):
        _, body = await page(kind=kind)
        assert [line["messageId"] for line in body["value"]] == [message_id]
    status, body = await page(kind="lost")
    assert (status, [each["path"] for each in body["problems"]]) == (400, ["$.kind"])


@pytest.mark.parametrize("rejection_id", ["x", "..", "../restores/r1", "a b"])
async def test_of_what_is_not_kept_there_is_nothing_to_show(rejection_id: str) -> None:
    status, body = await one(rejection_id)
    assert (status, body["code"]) == (404, "RejectionNotFound")


async def test_without_storage_the_answer_is_to_ask_again(
    documents: MemoryDocuments, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ServiceUnavailable("no")

    documents.before_read = refuse
    monkeypatch.setattr(documents, "page", refuse)
    assert (await one("x"))[0] == 503
    assert (await page())[0] == 503


def poisoned(body: bytes) -> Rejection:
    return reading.poisoned(message_id="p1", original=body, time=NOW)


@pytest.mark.parametrize("body", [b"{}", b"\xff\xfe\x00", "é語".encode(), b""])
def test_what_came_is_kept_byte_by_byte(documents: MemoryDocuments, body: bytes) -> None:
    rejections.keep(documents, poisoned(body))
    kept = rejections.read(documents, poisoned(body).id)
    assert kept is not None
    assert kept.rejection.body == body
    assert kept.rejection.is_whole


def test_more_than_a_queue_takes_is_kept_from_its_beginning() -> None:
    kept = poisoned(b"x" * (ORIGINAL_BYTES_MAX + 1))
    assert (len(kept.original), kept.is_whole) == (ORIGINAL_BYTES_MAX, False)


def test_the_first_who_puts_back_is_noted(documents: MemoryDocuments) -> None:
    rejections.keep(documents, poisoned(b"x"))
    kept = rejections.read(documents, poisoned(b"x").id)
    assert kept is not None
    for who in ("ann", "bob"):
        rejections.note_put_back(documents, kept, PutBack(at=NOW, request_id="r1", by=who))
    again = rejections.read(documents, poisoned(b"x").id)
    assert again is not None
    assert again.rejection.put_back == PutBack(at=NOW, request_id="r1", by="ann")
    rejections.note_put_back(documents, again, PutBack(at=NOW, request_id="r2"))
    (line,) = rejections.page(documents, 9, None).lines
    assert rejections.line_of(line.name, line.labels)["putBackAt"] == "2026-11-23T03:00:00Z"


async def test_an_unknown_id_is_told_up_to_its_limit() -> None:
    _, body = await one("q" * 300)
    assert body["detail"].count("q") == 200
