"""This process's connection to the app's own storage account, by its `AzureWebJobsStorage`.

One of the four places that read the environment; what it may say is known to
restore/storage_settings.py.
`use` is the seam through which tests and simulation put their own store in place.
"""

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from arm import connection as arm_connection
from restore import storage_settings
from restore.messages import names
from restore.messages.errors import SettingsWrong
from restore.notify import receivers
from restore.settings import Settings
from restore.values import links
from storage import queues
from storage.documents import BlobDocuments
from storage.events import EventQueue, Events, QueueEvents
from storage.ledger import Ledger
from storage.outbox import Outbox
from storage.pending_notifications import PendingNotifications, Wakes

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient
    from azure.storage.queue import QueueClient, QueueServiceClient

_TIMEOUTS: dict[str, Any] = {
    "connection_timeout": 5,
    "read_timeout": 20,
    "retry_total": 2,
    "initial_backoff": 2,
    "increment_base": 2,
    "random_jitter_range": 1,
}
"""Three tries, and short pauses: the library's own add most of a minute, for which a caller would
wait, and which an activity does not have (STORAGE_S)."""
ONE_SHORT_TRY: dict[str, Any] = {"connection_timeout": 2, "read_timeout": 2, "retry_total": 0}
"""Of an event: what is not sent then is sent later, and a restore does not wait for it. Of a look:
whoever asks for the app's health waits for it."""

EVENT_S_MAX = sum(ONE_SHORT_TRY.values())
"""How long that can take."""


class _Parts(NamedTuple):
    ledger: Ledger
    events: Events
    outbox: Outbox
    pending_notifications: PendingNotifications | None
    make_queues: Callable[[Collection[str]], None]


_in_use: _Parts | None = None


def ledger() -> Ledger:
    """Return this process's ledger."""
    return (_in_use or _real()).ledger


def events() -> Events:
    """Return this process's door for events."""
    return (_in_use or _real()).events


def outbox() -> Outbox:
    """Return this process's outbox."""
    return (_in_use or _real()).outbox


def pending_notifications() -> PendingNotifications | None:
    """Return what waits for receivers of notifications; None where nobody is told
    (RESTORE_NOTIFY)."""
    return (_in_use or _real()).pending_notifications


def make_queues(names: Collection[str]) -> None:
    """Make those of these queues that are missing. Raises ServiceUnavailable."""
    (_in_use or _real()).make_queues(names)


@contextmanager
def use(
    ledger: Ledger,
    events: EventQueue,
    make_queues: Callable[[Collection[str]], None] = lambda _: None,
    wakes: Wakes | None = None,
) -> Iterator[None]:
    """Put another ledger and event queue in place of the real ones, for tests and simulation. With
    `wakes` somebody is told, too."""
    global _in_use
    before, _in_use = _in_use, _parts(ledger, events, make_queues, wakes)
    try:
        yield
    finally:
        _in_use = before


@cache
def _real() -> _Parts:
    ledger, events = Ledger(BlobDocuments(_container())), QueueEvents(_queue(names.RESTORE_EVENTS))
    settings = Settings.parse(os.environ)
    wakes = None
    if settings.restore_notify != receivers.NOBODY:  # or it stands in a file, or is wrong
        wakes = queues.QueueWakes(_queue(names.RESTORE_NOTIFICATIONS, is_base64=False))
    make_queues = partial(queues.make_missing, _queues())
    return _parts(ledger, events, make_queues, wakes, settings.address)


def _parts(
    ledger: Ledger,
    queue: EventQueue,
    make_queues: Callable[[Collection[str]], None],
    wakes: Wakes | None = None,
    address: str = links.PATH,
) -> _Parts:
    events = Events(ledger.documents, queue, address)
    pending_notifications = None if wakes is None else PendingNotifications(ledger.documents, wakes)
    outbox = Outbox(ledger.documents, events, pending_notifications)
    return _Parts(ledger, events, outbox, pending_notifications, make_queues)


def _container() -> "ContainerClient":
    from azure.storage.blob import BlobServiceClient

    service: BlobServiceClient = client(BlobServiceClient, "blob", _TIMEOUTS)
    return service.get_container_client(names.LEDGER_CONTAINER)


def _queue(name: str, *, is_base64: bool = True) -> "QueueClient":
    """Return a queue; Base64 is what every Functions queue trigger expects but our own."""
    from azure.storage.queue import TextBase64EncodePolicy

    policy = TextBase64EncodePolicy() if is_base64 else None
    return _queues().get_queue_client(name, message_encode_policy=policy)


def _queues() -> "QueueServiceClient":
    from azure.storage.queue import QueueServiceClient

    service: QueueServiceClient = client(QueueServiceClient, "queue", ONE_SHORT_TRY)
    return service


def client(kind: Any, service: str, times: dict[str, Any]) -> Any:
    """Return a client of this kind for one of the account's services, made as the settings say.
    Raises SettingsWrong."""
    settings, problems = storage_settings.parse(os.environ)
    if settings is None:
        raise SettingsWrong(" ".join(problems), doing="reach the app's storage account")
    if settings.connection_string is not None:
        known = _development_storage() if settings.is_emulator else settings.connection_string
        return kind.from_connection_string(known, **times)
    assert settings.urls is not None, "it is one or the other"
    named = settings.identity
    credential = arm_connection.credential(named) if named else arm_connection.credential()
    return kind(settings.urls[service], credential=credential, **times)


def _development_storage() -> str:
    """Azurite's published account and key, on its default ports."""
    name = "devstoreaccount1"
    key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
    endpoints = "".join(
        f"{service}Endpoint=http://127.0.0.1:{port}/{name};"
        for service, port in (("Blob", 10000), ("Queue", 10001), ("Table", 10002))
    )
    return f"DefaultEndpointsProtocol=http;AccountName={name};AccountKey={key};{endpoints}"
