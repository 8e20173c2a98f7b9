"""Queues as such: there must be some. And the one whose messages say nothing but "look now"."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from restore.values.truncation import compact
from storage import client_errors

if TYPE_CHECKING:
    from azure.storage.queue import QueueClient, QueueServiceClient


def make(queue: "QueueClient") -> None:
    """Make a queue, if it is missing. Raises ServiceUnavailable."""
    from azure.core.exceptions import AzureError, ResourceExistsError

    try:
        queue.create_queue()
    except ResourceExistsError:
        return
    except AzureError as error:
        said = "The app's storage account did not create a queue."
        raise client_errors.unavailable(error, said, doing="make a missing queue") from None


def make_missing(service: "QueueServiceClient", names: Iterable[str]) -> None:
    """Make those of these queues that are missing, after one look at all. Raises
    ServiceUnavailable."""
    from azure.core.exceptions import AzureError

    try:
        there = {queue.name for queue in service.list_queues()}
    except AzureError as error:
        said = "The app's storage account did not list its queues."
        raise client_errors.unavailable(error, said, doing="look for missing queues") from None
    for name in names:
        if name not in there:
            make(service.get_queue_client(name))


class QueueWakes:
    """Wakes who sends notifications (storage/pending_notifications.py): a message that is seen when
    it is time. It says to whom, in plain JSON, or nothing: to all."""

    def __init__(self, queue: "QueueClient") -> None:
        self._queue = queue

    def wake(self, receiver: str | None, after_s: float) -> None:
        """Put a message. Raises ServiceUnavailable."""
        from azure.core.exceptions import AzureError, ResourceNotFoundError

        text = compact({} if receiver is None else {"receiver": receiver})
        hidden_s = math.ceil(after_s)
        try:
            try:
                self._queue.send_message(text, visibility_timeout=hidden_s)
            except ResourceNotFoundError:
                make(self._queue)
                self._queue.send_message(text, visibility_timeout=hidden_s)
        except AzureError as error:
            said = "The app's storage account did not take a message."
            raise client_errors.unavailable(error, said, doing="wake who sends") from None
