"""This process's connection to the app's own storage account, by its `AzureWebJobsStorage`.

One of the three places that read the environment. Accepts what the Functions host accepts: a
connection string, `UseDevelopmentStorage=true`, or the identity-based form
(`AzureWebJobsStorage__accountName`, or `__blobServiceUri` with `__queueServiceUri`).
`use` is the seam through which tests and simulation put their own store in place.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from arm import connection as arm_connection
from restore import names
from storage.documents import BlobDocuments
from storage.events import EventQueue, Events, QueueEvents
from storage.ledger import Ledger

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient
    from azure.storage.queue import QueueClient

_SETTING = "AzureWebJobsStorage"
_TIMEOUTS: dict[str, Any] = {"connection_timeout": 5, "read_timeout": 20, "retry_total": 2}

_in_use: tuple[Ledger, EventQueue] | None = None


def ledger() -> Ledger:
    """Return this process's ledger."""
    return _in_use[0] if _in_use else _real()[0]


def events() -> Events:
    """Return this process's door for events."""
    ledger, queue = _in_use or _real()
    return Events(ledger.documents, queue)


@contextmanager
def use(ledger: Ledger, events: EventQueue) -> Iterator[None]:
    """Put another ledger and event queue in place of the real ones, for tests and simulation."""
    global _in_use
    before, _in_use = _in_use, (ledger, events)
    try:
        yield
    finally:
        _in_use = before


@cache
def _real() -> tuple[Ledger, EventQueue]:
    return Ledger(BlobDocuments(_container())), QueueEvents(_queue())


def _container() -> "ContainerClient":
    from azure.storage.blob import BlobServiceClient

    service: BlobServiceClient = _service(BlobServiceClient, "blob")
    return service.get_container_client(names.LEDGER_CONTAINER)


def _queue() -> "QueueClient":
    from azure.storage.queue import QueueServiceClient, TextBase64EncodePolicy

    service: QueueServiceClient = _service(QueueServiceClient, "queue")
    return service.get_queue_client(  # Base64 is what every Functions queue trigger expects
        names.RESTORE_EVENTS, message_encode_policy=TextBase64EncodePolicy()
    )


def _service(kind: Any, service: str) -> Any:
    connection = os.environ.get(_SETTING)
    if connection == "UseDevelopmentStorage=true":
        connection = _development_storage()
    if connection:
        return kind.from_connection_string(connection, **_TIMEOUTS)
    uri = os.environ.get(f"{_SETTING}__{service}ServiceUri")
    account = os.environ.get(f"{_SETTING}__accountName")
    if not uri and not account:
        raise LookupError(f"{_SETTING} is not set: the app has no storage account for its ledger.")
    address = uri or f"https://{account}.{service}.core.windows.net"
    return kind(address, credential=arm_connection.credential(), **_TIMEOUTS)


def _development_storage() -> str:
    """Azurite's published account and key, on its default ports."""
    name = "devstoreaccount1"
    key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
    endpoints = "".join(
        f"{service}Endpoint=http://127.0.0.1:{port}/{name};"
        for service, port in (("Blob", 10000), ("Queue", 10001))
    )
    return f"DefaultEndpointsProtocol=http;AccountName={name};AccountKey={key};{endpoints}"
