"""The app's storage account, on Azurite: fresh blobs and a fresh queue for each test."""

from collections.abc import Iterator

import pytest
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueClient, QueueServiceClient, TextBase64EncodePolicy

from devhost.azurite import Azurite
from devhost.starting import BadStart
from storage.documents import BlobDocuments


@pytest.fixture(scope="module")
def account() -> Iterator[str]:
    azurite = Azurite()
    try:
        azurite.start()
    except BadStart as error:
        pytest.skip(str(error))
    yield azurite.connection_string
    azurite.stop()


@pytest.fixture
def queue(account: str) -> Iterator[QueueClient]:
    service = QueueServiceClient.from_connection_string(account)
    client = service.get_queue_client(
        "restore-events", message_encode_policy=TextBase64EncodePolicy()
    )
    client.create_queue()
    yield client
    client.delete_queue()


@pytest.fixture
def documents(account: str) -> Iterator[BlobDocuments]:
    service = BlobServiceClient.from_connection_string(account)
    container = service.get_container_client("restore-ledger")
    container.create_container()
    yield BlobDocuments(container)
    container.delete_container()
