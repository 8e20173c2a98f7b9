"""What the reconciler looks at first, on real blobs and queues: the folders, and the queues."""

from azure.storage.queue import QueueServiceClient

from storage import queues
from storage.documents import BlobDocuments


def test_folders_are_told_without_what_is_in_them(documents: BlobDocuments) -> None:
    assert documents.folders() == frozenset()
    for name in ("open/r1", "open/r2", "notify/new/a", "slots/restores"):
        documents.create(name, {}, {})
    assert documents.folders() == {"open/", "notify/", "slots/"}


def test_folders_of_a_container_that_is_not_there_are_none(documents: BlobDocuments) -> None:
    documents._container.delete_container()
    try:
        assert documents.folders() == frozenset()
    finally:
        documents._container.create_container()


def test_only_the_missing_queues_are_made(account: str) -> None:
    with QueueServiceClient.from_connection_string(account) as service:
        service.create_queue("restore-requests")
        for _ in range(2):
            queues.make_missing(service, ("restore-requests", "restore-alerts"))
        assert {queue.name for queue in service.list_queues()} == {
            "restore-alerts", "restore-requests"
        }  # fmt: skip
