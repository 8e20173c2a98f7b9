"""A real queue and real blobs take what our doors let out, and refuse what the fakes refuse."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.queue import QueueClient

from restore.values.cloud_events import MESSAGE_BYTES_MAX
from storage.documents import BlobDocuments
from storage.events import Events, QueueEvents
from storage.labels import labels_of
from tests.unit.restore.samples import GROUP
from tests.unit.storage.test_events import LARGE
from tests.unit.storage.test_labels import entry


def test_a_message_of_48_kb_is_the_largest_that_a_queue_takes(queue: QueueClient) -> None:
    queue.send_message("x" * MESSAGE_BYTES_MAX)
    with pytest.raises(HttpResponseError):
        queue.send_message("x" * (MESSAGE_BYTES_MAX + 1))


@pytest.mark.parametrize("kind", LARGE)
def test_an_event_of_any_size_is_sent_and_read(
    queue: QueueClient, documents: BlobDocuments, kind: str
) -> None:
    door, event = Events(documents, QueueEvents(queue)), LARGE[kind]()
    door.send(event)
    door.send(event)
    first, second = _texts(queue)
    assert first == second
    assert door.full_data(event["id"]) == event["data"]


def test_a_blob_takes_the_labels_of_the_longest_names(documents: BlobDocuments) -> None:
    name = "𝕏" * 260
    vm = f"{GROUP.removesuffix('rg')}{name}/providers/Microsoft.Compute/virtualMachines/{name}"
    documents.create("restores/r1", {}, labels_of(entry(vm, "𝕏" * 512)))
    (line,) = documents.page("restores/", 10, None).lines
    assert line.labels["jobid"].startswith("%F0%9D%95%8F")


def _texts(queue: QueueClient) -> list[Any]:
    return [message.content for message in queue.receive_messages()]
