"""What is told leaves by two doors, the queue and the notifications, and neither waits for the
other."""

import json
from typing import Any

import pytest

from restore.messages.errors import ServiceUnavailable
from restore.values import cloud_events
from storage import draining, open_index
from storage.outbox import Outbox, Told
from storage.pending_notifications import PendingNotifications
from tests.fakes.notified import QueueOfWakes
from tests.fakes.storage import MemoryDocuments
from tests.unit.storage.test_outbox import LATER, NOW, PLANNED, OutboxHarness

ALL = ["r1:accepted", "r1:started", "r1:finished"]


class Doors(OutboxHarness):
    """The same with a second door, which may take nothing, too."""

    shut = False

    def begin(self) -> None:
        """Another process: it remembers nothing."""
        self.wakes = QueueOfWakes(lambda: self.now)
        self.pending_notifications = PendingNotifications(self.documents, self.wakes)
        self.documents.before_write = self._shut
        self.outbox = Outbox(self.documents, self.events, self.pending_notifications)

    def _shut(self, name: str) -> None:
        if self.shut and name.startswith("notify/"):
            raise ServiceUnavailable("It takes nothing.")

    def kept(self) -> list[str]:
        """The ids of what is kept as notifications, in no order."""
        names = (name for name in self.documents.kept if name.startswith("notify/new/"))
        return [name.removeprefix("notify/new/") for name in names]

    def sequences(self) -> dict[str, str]:
        """What is kept as notifications: of each the number that tells the order."""
        kept = (json.loads(self.documents.kept[f"notify/new/{each}"][0]) for each in self.kept())
        return {each["event"]["id"]: each["event"]["sequence"] for each in kept}

    def queued(self) -> list[str]:
        """The ids of what the queue has got."""
        return [event["id"] for event in self.queue.sent]

    def tell_all(self) -> None:
        """Live through a restore, and tell all of it."""
        for change in (self.accept, self.start, self.finish):
            self.outbox.tell(change())


@pytest.fixture
def doors() -> Doors:
    return Doors()


def test_all_that_is_told_leaves_by_both_and_nothing_is_left_open(doors: Doors) -> None:
    doors.tell_all()
    assert doors.queued() == doors.kept() == ALL
    assert doors.open() == ()
    assert doors.wakes.messages == [(NOW, None)] * 3
    assert doors.sequences() == {"r1:accepted": "1", "r1:started": "2", "r1:finished": "3"}


def test_a_queue_that_refuses_holds_up_no_notification(doors: Doors) -> None:
    doors.refuses = True
    doors.tell_all()
    assert (doors.queued(), doors.kept()) == ([], ALL)
    assert doors.open() == ("r1",)
    doors.refuses = False
    doors.drain()
    assert (doors.queued(), doors.kept()) == (ALL, ALL)
    assert doors.open() == ()


def test_notifications_that_cannot_be_kept_hold_up_no_event(doors: Doors) -> None:
    doors.shut = True
    doors.tell_all()
    assert (doors.queued(), doors.kept()) == (ALL, [])
    assert doors.open() == ("r1",)
    doors.shut = False
    doors.drain()
    assert (doors.queued(), doors.kept()) == (ALL, ALL)
    assert doors.open() == ()


def test_what_was_kept_before_is_not_kept_again_by_another_process(doors: Doors) -> None:
    doors.outbox.tell(doors.accept())
    doors.documents.kept.pop("notify/new/r1:accepted")  # it was dealt out
    doors.begin()
    doors.outbox.tell(doors.start())
    assert doors.kept() == ["r1:started"]


def test_a_note_of_an_older_build_costs_a_second_notification_and_no_event(doors: Doors) -> None:
    doors.outbox.tell(doors.accept())
    note = {"openedAt": NOW.isoformat(), "sent": 1}
    doors.documents.put("open/r1", note)
    doors.documents.kept.pop("notify/new/r1:accepted")
    doors.begin()
    doors.outbox.tell(doors.start())
    assert doors.queued() == ALL[:2]
    assert doors.kept() == ALL[:2]
    assert doors.sequences() == {"r1:accepted": "1", "r1:started": "2"}


def test_where_nobody_is_told_what_was_told_counts_as_told(doors: Doors) -> None:
    alone = OutboxHarness()
    alone.outbox.tell(alone.accept())
    entry = alone.start()
    alone.outbox.tell(entry)
    noted = open_index.read(alone.documents, "r1")
    assert noted is not None
    later = Outbox(alone.documents, alone.events, doors.pending_notifications)
    assert later.told_by(noted.note, entry) == Told(2, 2)


def test_an_event_of_no_entry_leaves_by_both(doors: Doors) -> None:
    doors.outbox.publish(PLANNED)
    assert doors.queued() == doors.kept() == ["plan-1:planned"]
    assert len(doors.wakes.messages) == 1


def test_an_event_of_no_entry_that_cannot_be_kept_is_still_its_makers(doors: Doors) -> None:
    doors.shut = True
    with pytest.raises(ServiceUnavailable):
        doors.outbox.publish(PLANNED)


def test_a_wake_that_fails_fails_nothing(doors: Doors) -> None:
    def refuse() -> None:
        raise ServiceUnavailable("No wake.")

    doors.wakes.before_wake = refuse
    doors.tell_all()
    assert doors.kept() == ALL


def test_a_notification_takes_what_a_message_takes_and_says_where_the_rest_is(
    doors: Doors,
) -> None:
    large = cloud_events.event("planned", "r1", "/vm", NOW, {"plan": {"x": "y" * 100_000}})
    doors.outbox.publish(large)
    (kept,) = (
        json.loads(text) for name, (text, *_) in doors.documents.kept.items() if "notify/" in name
    )
    assert kept["event"]["data"]["fullDataAt"] == "/api/events/r1:planned/data"
    assert len(json.dumps(kept)) < 50_000


def test_what_a_message_said_that_was_rejected_is_not_kept_as_a_notification(doors: Doors) -> None:
    data = {"original": "password=hunter2", "originalEncoding": "utf-8", "code": "InvalidRequest"}
    doors.outbox.publish(cloud_events.event("rejected", "m1", "m1", NOW, data))
    assert "hunter2" in str(doors.queue.sent)
    assert not [
        name
        for name, (text, *_) in doors.documents.kept.items()
        if name.startswith("notify/") and "hunter2" in text
    ]


def test_whoever_drains_claims_what_is_left_of_either_door(doors: Doors) -> None:
    doors.shut = True
    doors.outbox.tell(doors.accept())
    doors.shut = False
    counted: list[str] = doors.documents.count_calls()
    doors.drain(LATER)
    doors.drain(LATER)
    assert len([call for call in counted if call == "write notify/new/r1:accepted"]) == 1


def test_an_undealt_notification_that_somebody_claims_is_dealt_by_nobody_else() -> None:
    documents = MemoryDocuments()
    pending_notifications = PendingNotifications(documents, QueueOfWakes(lambda: NOW))
    pending_notifications.keep(PLANNED)
    asked: list[Any] = []

    def wanting(event: Any) -> list[str]:
        if not asked:
            asked.append(event)
            pending_notifications.deal(lambda _: ["other"], NOW)
        return ["one"]

    pending_notifications.deal(wanting, NOW)
    assert [each.event_id for each in pending_notifications.waiting("one")] == ["plan-1:planned"]
    assert pending_notifications.waiting("other") == []
    assert draining.drain_kept(documents, None, NOW) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("refuses", "shut", "said"), [(True, False, "The queue takes"), (False, True, "It takes")]
)
def test_whoever_drains_hears_that_a_door_takes_nothing(
    doors: Doors, refuses: bool, shut: bool, said: str
) -> None:
    doors.refuses = doors.shut = True
    doors.outbox.tell(doors.accept())
    doors.refuses, doors.shut = refuses, shut
    with pytest.raises(ServiceUnavailable, match=said):
        doors.drain()


def test_nobody_is_woken_for_what_was_kept_before(doors: Doors) -> None:
    early = doors.accept()
    doors.outbox.tell(early)
    entry = doors.start()
    for told in (entry, entry, early):
        doors.outbox.tell(told)
    assert len(doors.wakes.messages) == 2
