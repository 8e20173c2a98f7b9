"""What the app looks at for its health is there on a real account, and its key opens it."""

import pytest
from azure.storage.queue import QueueClient, QueueServiceClient

from restore.messages.errors import AccessDenied, NotFound
from storage import connection, reachability

pytestmark = pytest.mark.azurite


@pytest.fixture(autouse=True)
def _is_the_apps(account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AzureWebJobsStorage", account)


def test_blobs_and_tables_answer() -> None:
    reachability.blobs()
    reachability.tables()


def test_a_queue_is_missing_until_somebody_makes_it(account: str) -> None:
    with pytest.raises(NotFound):
        reachability.request_queue()
    connection.client(QueueServiceClient, "queue", {}).create_queue("restore-requests")
    reachability.request_queue()
    QueueClient.from_connection_string(account, "restore-requests").delete_queue()


@pytest.mark.parametrize("look", [reachability.blobs, reachability.tables])
def test_another_key_opens_nothing(
    account: str, monkeypatch: pytest.MonkeyPatch, look: object
) -> None:
    assert callable(look)
    key = account.partition("AccountKey=")[2].partition(";")[0]
    monkeypatch.setenv("AzureWebJobsStorage", account.replace(key, "c2VjcmV0"))
    with pytest.raises(AccessDenied):
        look()
