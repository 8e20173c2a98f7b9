"""Real blobs and a real queue keep and wake as the fakes do."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.queue import QueueClient, QueueServiceClient

from restore.notify.receiver_state import ReceiverState
from storage.documents import BlobDocuments
from storage.pending_notifications import FOLDER, PendingNotifications
from storage.queues import QueueWakes
from tests.unit.restore.notify.events import ALL

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def wakes(account: str) -> Iterator[QueueClient]:
    """A queue that is not there yet."""
    client = QueueServiceClient.from_connection_string(account).get_queue_client("wakes")
    yield client
    client.delete_queue()


def test_a_wake_makes_its_queue_and_is_seen_when_it_is_time(wakes: QueueClient) -> None:
    queue = QueueWakes(wakes)
    queue.wake(None, 0)
    queue.wake("ops", 1.2)
    (first,) = wakes.receive_messages()
    assert json.loads(first.content) == {}
    assert wakes.peek_messages() == []
    give_up = time.monotonic() + 20
    while not (seen := [*wakes.receive_messages()]):
        assert time.monotonic() < give_up, "it is never seen"
        time.sleep(0.2)
    assert json.loads(seen[0].content) == {"receiver": "ops"}


def test_a_notification_is_dealt_out_refused_and_done(
    documents: BlobDocuments, wakes: QueueClient
) -> None:
    pending_notifications = PendingNotifications(documents, QueueWakes(wakes))
    for event in ALL.values():
        pending_notifications.keep(event)
        pending_notifications.keep(event)
    pending_notifications.wake()
    pending_notifications.deal(lambda event: ["a", "b"], NOW)
    pending_notifications.deal(lambda event: ["a", "b"], NOW)
    waiting = pending_notifications.waiting("a")
    assert sorted(each.event_id for each in waiting) == sorted(each["id"] for each in ALL.values())
    assert pending_notifications.event_of(waiting[0]) is not None
    pending_notifications.later(waiting[0], NOW + timedelta(minutes=1))
    (again,) = (
        each for each in pending_notifications.waiting("a") if each.event_id == waiting[0].event_id
    )
    assert (again.tries, again.not_before) == (1, NOW + timedelta(minutes=1))
    for each in waiting:
        pending_notifications.done(each)
    assert pending_notifications.waiting("a") == []
    (held,) = pending_notifications.held_up(NOW + timedelta(hours=1), ["a", "b"])
    assert (held.receiver, held.notifications, held.since) == ("b", len(ALL), NOW)
    assert (
        len(pending_notifications.held_up(NOW + timedelta(hours=1), ["a", "b"], request_id="r1"))
        == 1
    )
    assert FOLDER in documents.folders()


def test_one_sender_has_a_receiver_for_itself(documents: BlobDocuments, wakes: QueueClient) -> None:
    pending_notifications = PendingNotifications(documents, QueueWakes(wakes))
    pending_notifications.wake()
    claimed = pending_notifications.claim("a", NOW)
    assert claimed is not None
    assert pending_notifications.claim("a", NOW) is None
    failed = claimed.state.failed(NOW, "NotifyNotReached", "It did not answer.")
    pending_notifications.release("a", failed, claimed.version)
    pending_notifications.release(
        "a", ReceiverState(), claimed.version
    )  # too late: it was released
    assert pending_notifications.state("a") == failed.released()
    assert pending_notifications.claim("a", NOW) is None
    assert pending_notifications.claim("a", NOW + timedelta(seconds=10)) is not None
