"""Who sends is woken by a message, whose queue is made where it is missing."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from restore.messages.errors import ServiceUnavailable
from storage.queues import QueueWakes, make


class Queue:
    """A queue that is there or not, and may refuse."""

    def __init__(self, *, is_there: bool = True, refuses: Exception | None = None) -> None:
        self.is_there, self.refuses = is_there, refuses
        self.sent: list[tuple[str, int]] = []
        self.made = 0

    def create_queue(self, **_: Any) -> None:
        if self.is_there:
            raise ResourceExistsError("It is there.")
        self.made += 1
        self.is_there = True

    def send_message(self, text: str, visibility_timeout: int) -> None:
        if self.refuses is not None:
            raise self.refuses
        if not self.is_there:
            raise ResourceNotFoundError("No queue.")
        self.sent.append((text, visibility_timeout))


def wake(queue: Queue, receiver: str | None = None, after_s: float = 0) -> None:
    QueueWakes(queue).wake(receiver, after_s)  # type: ignore[arg-type]


def test_a_message_says_whom_and_is_seen_when_it_is_time() -> None:
    queue = Queue()
    wake(queue)
    wake(queue, "ops", 0.1)
    wake(queue, "ops", 7)
    assert queue.sent == [("{}", 0), ('{"receiver":"ops"}', 1), ('{"receiver":"ops"}', 7)]


def test_a_queue_that_is_missing_is_made() -> None:
    queue = Queue(is_there=False)
    wake(queue, "ops", 3)
    assert (queue.made, queue.sent) == (1, [('{"receiver":"ops"}', 3)])
    make(queue)  # type: ignore[arg-type]
    assert queue.made == 1


@pytest.mark.parametrize("error", [HttpResponseError("No."), OSError("away")])
def test_a_queue_that_refuses_is_told(error: Exception) -> None:
    expected = ServiceUnavailable if isinstance(error, HttpResponseError) else OSError
    with pytest.raises(expected) as caught:
        wake(Queue(refuses=error))
    if isinstance(caught.value, ServiceUnavailable):
        assert "did not take a message" in caught.value.message
        assert caught.value.doing == "wake who sends"
