"""The queue `restore-events`, to which every event of a restore is sent.

Here: sending one CloudEvent, and keeping what is too large for a queue message. Not here: what an
event says (restore/cloud_events.py) or when it is sent (the orchestrators).
"""

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from restore.errors import ServiceUnavailable

if TYPE_CHECKING:
    from azure.storage.queue import QueueClient

MESSAGE_BYTES_MAX = 48 * 1024
"""A queue message holds 64 KiB, which is 48 KiB before Base64."""

_FOREVER_S = -1
_RETRY_AFTER_S = 10.0


class EventQueue(Protocol):
    """Where events go. Sending may raise ServiceUnavailable."""

    def send(self, event: dict[str, Any]) -> None:
        """Send one event; a second sending of the same event carries the same id."""


class QueueEvents:
    """Events on a real storage queue, which is created on first use."""

    def __init__(self, queue: "QueueClient") -> None:
        self._queue = queue

    def send(self, event: dict[str, Any]) -> None:
        """Send one event; a second sending of the same event carries the same id."""
        from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError

        text = msgspec.json.encode(event).decode()
        assert len(text.encode()) <= MESSAGE_BYTES_MAX, "an event outgrew its queue message"
        try:
            try:
                self._queue.send_message(text, time_to_live=_FOREVER_S)
            except ResourceNotFoundError:
                try:
                    self._queue.create_queue()
                except ResourceExistsError:
                    pass  # another worker was quicker
                self._queue.send_message(text, time_to_live=_FOREVER_S)
        except AzureError as error:
            code = str(getattr(error, "error_code", None) or type(error).__name__)
            message = "The app's storage account did not take the event."
            raise ServiceUnavailable(
                message, code=code, doing="publish an event", retry_after_s=_RETRY_AFTER_S
            ) from None
