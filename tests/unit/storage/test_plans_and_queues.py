"""Plans, poll URLs, queues and the real event queue: each keeps what it was given, once."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError

from arm.long_running import PollUrls
from restore.messages.errors import ServiceUnavailable
from storage import plans, poll_urls, queues
from storage.events import QueueEvents
from tests.fakes.storage import MemoryDocuments


def test_a_plan_is_kept_under_its_hash_and_stays_as_it_was() -> None:
    documents = MemoryDocuments()
    plans.keep(documents, "h", {"a": 1})
    plans.keep(documents, "h", {"a": 2})
    assert plans.read(documents, "h") == {"a": 1}
    assert plans.read(documents, "other") is None
    assert list(documents.kept) == ["plans/h"]


def test_the_urls_of_the_newest_operation_are_kept_until_they_are_dropped() -> None:
    documents = MemoryDocuments()
    assert poll_urls.find(documents, "r1") is None
    for number in (1, 2):
        poll_urls.keep(documents, "r1", PollUrls(location=f"https://x/{number}"))
    assert poll_urls.find(documents, "r1") == PollUrls(location="https://x/2")
    poll_urls.drop(documents, "r1")
    assert poll_urls.find(documents, "r1") is None


class Queue:
    """A queue client; `errors` are raised by the next calls, None lets one pass."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors = list(errors)
        self.calls: list[tuple[Any, ...]] = []

    def _called(self, *call: Any) -> None:
        self.calls.append(call)
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error

    def create_queue(self) -> None:
        """Create."""
        self._called("create")

    def send_message(self, text: str, time_to_live: int) -> None:
        """Send."""
        self._called("send", text, time_to_live)


SENT = ("send", '{"id":"e"}', -1)


def send(queue: Queue) -> None:
    QueueEvents(cast("Any", queue)).send({"id": "e"})


def test_an_event_is_sent_compact_and_never_expires() -> None:
    queue = Queue()
    send(queue)
    assert queue.calls == [SENT]


@pytest.mark.parametrize("made", [None, ResourceExistsError()], ids=["by us", "by another"])
def test_a_missing_queue_is_made_and_the_event_sent(made: Exception | None) -> None:
    queue = Queue(ResourceNotFoundError(), made)
    send(queue)
    assert queue.calls == [SENT, ("create",), SENT]


def test_an_event_that_storage_does_not_take_is_sent_later() -> None:
    error = AzureError("https://x/?sig=S3CRET")
    error.error_code = "QueueDisabled"  # type: ignore[attr-defined]
    with pytest.raises(ServiceUnavailable) as caught:
        send(Queue(error))
    assert (caught.value.code, caught.value.retry_after_s) == ("QueueDisabled", 10)
    assert caught.value.doing == "publish an event"
    assert "S3CRET" not in str(caught.value)


@pytest.mark.parametrize("error", [None, ResourceExistsError()], ids=["new", "there"])
def test_a_queue_is_made_unless_it_is_there(error: Exception | None) -> None:
    queue = Queue(error)
    queues.make(cast("Any", queue))
    assert queue.calls == [("create",)]


class QueueService:
    """An account with queues: those that are there, and those that were asked for."""

    def __init__(self, *there: str, error: Exception | None = None) -> None:
        self.there, self.error = there, error
        self.asked: dict[str, Queue] = {}

    def list_queues(self) -> list[Any]:
        """List."""
        if self.error is not None:
            raise self.error
        return [SimpleNamespace(name=name) for name in self.there]

    def get_queue_client(self, name: str) -> Queue:
        """Ask for one."""
        self.asked[name] = Queue()
        return self.asked[name]


def test_only_missing_queues_are_made() -> None:
    service = QueueService("a", "hub-control-00", "c")
    queues.make_missing(cast("Any", service), ("a", "b", "c", "d"))
    assert {name: queue.calls for name, queue in service.asked.items()} == {
        "b": [("create",)], "d": [("create",)],
    }  # fmt: skip


def test_queues_that_cannot_be_listed_are_an_error_with_a_code() -> None:
    service = QueueService(error=AzureError("https://x/?sig=S3CRET"))
    with pytest.raises(ServiceUnavailable) as caught:
        queues.make_missing(cast("Any", service), ("a",))
    assert (caught.value.code, caught.value.doing) == ("AzureError", "look for missing queues")
    assert "S3CRET" not in str(caught.value)
    assert service.asked == {}


@pytest.mark.parametrize("code", ["AuthorizationFailure", None])
def test_a_queue_that_cannot_be_made_is_an_error_with_a_code(code: str | None) -> None:
    error = AzureError("https://x/?sig=S3CRET")
    if code:
        error.error_code = code  # type: ignore[attr-defined]
    with pytest.raises(ServiceUnavailable) as caught:
        queues.make(cast("Any", Queue(error)))
    assert caught.value.code == (code or "AzureError")
    assert "S3CRET" not in str(caught.value)
    assert caught.value.doing == "make a missing queue"
