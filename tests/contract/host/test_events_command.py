"""`devhost events` shows every event on the queue, and every one is there afterwards as well."""

import base64
import itertools
import json

import pytest
from azure.storage.queue import QueueClient

from devhost.azurite import Azurite
from devhost.cli import events
from devhost.starting import BadStart

pytestmark = pytest.mark.azurite

_numbers = itertools.count()


@pytest.fixture
def queue(azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> QueueClient:
    monkeypatch.setenv("AzureWebJobsStorage", azurite.connection_string)
    name = f"events-{next(_numbers)}"
    queue = QueueClient.from_connection_string(azurite.connection_string, name)
    queue.create_queue()
    return queue


def _put(queue: QueueClient, first: int, last: int) -> None:
    for number in range(first, last):
        event = {
            "id": f"e{number}",
            "time": f"2026-11-27T10:{number // 60:02d}:{number % 60:02d}.123Z",
            "type": "azure-vm-restore.accepted.v1",
            "data": {"requestId": f"r-{number}"},
        }
        queue.send_message(base64.b64encode(json.dumps(event).encode()).decode())


def _shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.split()[2] for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("count", [3, 32, 33, 100])
def test_every_event_is_shown_in_the_order_of_time_and_stays(
    queue: QueueClient, capsys: pytest.CaptureFixture[str], count: int
) -> None:
    _put(queue, 0, count)
    for _ in range(2):
        assert events.main(["--queue", queue.queue_name]) == 0
        assert _shown(capsys) == [f"r-{number}" for number in range(count)]
    assert queue.get_queue_properties().approximate_message_count == count
    assert len(list(queue.receive_messages(messages_per_page=32, visibility_timeout=1))) == count


def test_looks_one_after_the_other_give_what_is_new(queue: QueueClient) -> None:
    looks = events.Looks(queue)
    for first, last in ((0, 5), (5, 5), (5, 40), (40, 40), (40, 41)):
        _put(queue, first, last)
        assert [one["id"] for one in looks.new_events()] == [f"e{n}" for n in range(first, last)]


def test_following_prints_what_comes_until_it_is_stopped(
    queue: QueueClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    coming = iter([(1, 3), (3, 40)])

    def pause(seconds: float) -> None:
        first_last = next(coming, None)
        if first_last is None:
            raise KeyboardInterrupt
        _put(queue, *first_last)

    _put(queue, 0, 1)
    monkeypatch.setattr("devhost.cli.events.time.sleep", pause)
    with pytest.raises(KeyboardInterrupt):
        events.main(["--follow", "--queue", queue.queue_name])
    assert _shown(capsys) == [f"r-{number}" for number in range(40)]


def test_an_empty_queue_and_one_that_is_not_there_have_no_events(
    queue: QueueClient, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (queue.queue_name, "no-such-queue"):
        assert events.main(["--queue", name]) == 0
        assert capsys.readouterr().out == "No events.\n"


def test_a_queue_that_does_not_answer_is_a_bad_start(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;"
    monkeypatch.setenv("AzureWebJobsStorage", f"{nobody}QueueEndpoint=http://127.0.0.1:9/a;")
    with pytest.raises(BadStart, match="does not answer"):
        events.main([])
