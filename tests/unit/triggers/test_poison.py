"""A message that the host gave up is put aside and told; keeping it ends, whatever happens."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from restore.messages.errors import ServiceUnavailable
from storage import connection, rejections
from storage.ledger import Ledger
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness, worker
from tests.fakes.log import lines
from tests.fakes.messages import message
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from triggers import poison, queue

BODY = json.dumps(request_for("RestoreDisks", "r1")).encode()


class World:
    """The documents and the event queue of one app."""

    def __init__(self) -> None:
        self.documents, self.events = MemoryDocuments(), MemoryEvents()

    def kept(self) -> list[dict[str, Any]]:
        """All rejections, as their documents are."""
        return [
            json.loads(text)
            for name, (text, _, _) in self.documents.kept.items()
            if name.startswith("rejections/")
        ]


@pytest.fixture(autouse=True)
def world() -> Iterator[World]:
    world = World()
    with connection.use(Ledger(world.documents), world.events):
        yield world


def refuse(*_: object) -> None:
    raise ServiceUnavailable("No answer.", code="ServerBusy")


async def test_a_poisoned_message_is_kept_and_told_with_all_of_it(world: World) -> None:
    await poison.take(message(BODY, "p1"))
    (kept,), (event,) = world.kept(), world.events.sent
    assert (kept["kind"], kept["code"], kept["requestId"]) == ("poisoned", "Poisoned", "r1")
    assert kept["queue"] == "restore-requests-poison"
    assert kept["original"] == event["data"]["original"] == BODY.decode()
    assert event["type"] == "azure-vm-restore.poisoned.v1"
    assert event["data"]["keptAt"] == f"/api/rejections/{kept['id']}"


async def test_a_poisoned_message_that_comes_again_is_kept_once_and_told_the_same(
    world: World,
) -> None:
    await poison.take(message(BODY, "p1"))
    await poison.take(message(BODY, "p1", tries=2))
    first, second = world.events.sent
    assert first == second
    assert len(world.kept()) == 1


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 60_000, b'{"requestId": 7}', b"null"])
async def test_whatever_it_says_it_is_kept(world: World, body: bytes) -> None:
    await poison.take(message(body, "p1"))
    assert len(world.kept()) == 1


async def test_a_reading_that_raises_hinders_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr("restore.request.parsing.parse_text", break_)
    await poison.take(message(BODY, "p1"))
    assert "requestId" not in world.kept()[0]


async def test_what_the_last_try_raised_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_(*_: object) -> None:
        raise RuntimeError("AccountKey=s3cret")

    monkeypatch.setattr(queue, "_take", break_)
    (taking,) = [each for each in worker().functions if each.name == "take_restore_request"]
    client = AppHarness().api.client_binding()
    for tries in range(1, 6):
        with pytest.raises(RuntimeError, match="s3cret"):
            await taking.function(message=message(BODY, "m1", tries=tries), client=client)
    await poison.take(message(BODY, "p1"))
    assert "Its last try raised RuntimeError." in world.kept()[0]["text"]
    assert "s3cret" not in json.dumps(world.documents.kept)


async def test_storage_that_refuses_is_waited_for_and_then_the_event_alone_tells(
    world: World,
) -> None:
    world.documents.before_write = refuse
    assert poison.TRIES_MAX == 100, "most of a day: it comes again every ten minutes"
    for tries in range(1, poison.TRIES_MAX):
        with pytest.raises(ServiceUnavailable):
            await poison.take(message(BODY, "p1", tries=tries))
    assert world.events.sent == []
    await poison.take(message(BODY, "p1", tries=poison.TRIES_MAX))
    (event,) = world.events.sent
    assert event["data"]["original"] == BODY.decode()


async def test_a_fault_of_ours_is_not_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_(*_: object) -> None:
        raise RuntimeError("we are broken")

    monkeypatch.setattr(rejections, "keep", break_)
    await poison.take(message(BODY, "p1"))
    assert [event["data"]["messageId"] for event in world.events.sent] == ["p1"]
    assert [line["event"] for line in lines(caplog)] == ["fault", "poisoned"]


async def test_what_can_be_neither_kept_nor_told_ends_and_says_so(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.documents.before_write = world.events.before_send = refuse
    await poison.take(message(BODY, "p1", tries=poison.TRIES_MAX))
    *faults, poisoned = lines(caplog)
    assert [fault["exception"] for fault in faults] == ["ServiceUnavailable"] * 2
    assert (poisoned["event"], poisoned["messageId"]) == ("poisoned", "p1")
    assert "It is lost" in poisoned["text"]


async def test_a_message_that_kills_its_process_each_time_ends_unread(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(rejections, "raised_by", die)
    await poison.take(message(BODY, "p1", tries=poison.TRIES_MAX + 1))
    assert len(world.events.sent) == 1


async def test_that_a_note_cannot_be_taken_hides_no_error(world: World) -> None:
    world.documents.before_write = refuse
    await poison.note(message(BODY), RuntimeError())
    assert world.documents.kept == {}


async def test_of_storage_that_does_not_answer_no_note_is_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_take", refuse)
    (taking,) = [each for each in worker().functions if each.name == "take_restore_request"]
    client = AppHarness().api.client_binding()
    with pytest.raises(ServiceUnavailable):
        await taking.function(message=message(BODY, "m1"), client=client)
    assert world.documents.kept == {}


async def test_storage_that_answers_at_the_last_try_keeps_the_message(world: World) -> None:
    await poison.take(message(BODY, "p1", tries=poison.TRIES_MAX))
    assert len(world.kept()) == 1
