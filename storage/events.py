"""The queue `restore-events`: the door that every event of a restore leaves by.

Here: sending one CloudEvent, and keeping all of its data where a message takes only a part. Not
here: what an event says and what of it gives way (restore/values/cloud_events.py), or when it is
sent (storage/outbox.py).
"""

from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from restore.messages import names
from restore.values import cloud_events, links
from restore.values.truncation import compact
from storage import client_errors
from storage.documents import Documents, Taken

if TYPE_CHECKING:
    from azure.storage.queue import QueueClient

_FOREVER_S = -1
_RETRY_AFTER_S = 10.0
"""As for documents: it is the same storage account."""


class EventQueue(Protocol):
    """Where events go. Sending may raise ServiceUnavailable."""

    def send(self, event: dict[str, Any]) -> None:
        """Send one event, which a queue message takes."""


class Events:
    """Events on their way out. Any method may raise ServiceUnavailable. `address` is the app's, as
    whoever reads an event reaches it."""

    def __init__(self, documents: Documents, queue: EventQueue, address: str = links.PATH) -> None:
        self._documents = documents
        self._queue, self._address = queue, address

    def send(self, event: dict[str, Any]) -> None:
        """Send one event. Repeatable: a second sending carries the same id and the same part."""
        event = cloud_events.reached(event, self._address)
        message = cloud_events.message(event, self._address)
        if message is not event:  # kept first: whoever reads the message must find the rest
            try:
                self._documents.create(_name(event["id"]), event["data"], {})
            except Taken:
                pass  # an earlier sending of the same event kept it
        self._queue.send(message)

    def full_data(self, event_id: str) -> dict[str, Any] | None:
        """Return all data of an event whose message took a part of it; None if there is none."""
        if not names.is_event_id(event_id):  # it comes from a URL: `..` leads elsewhere
            return None
        found = self._documents.read(_name(event_id))
        return None if found is None else found.document


class QueueEvents:
    """A real storage queue, which is created on first use."""

    def __init__(self, queue: "QueueClient") -> None:
        self._queue = queue

    def send(self, event: dict[str, Any]) -> None:
        """Send one event, which a queue message takes."""
        from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError

        text = compact(event)
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
            said = "The app's storage account did not accept the event."
            raise client_errors.unavailable(
                error, said, doing="publish an event", retry_after_s=_RETRY_AFTER_S
            ) from None


def _name(event_id: str) -> str:
    return f"{names.EVENT_DATA}{quote(event_id, safe=':')}"
