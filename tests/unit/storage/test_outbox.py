"""The outbox: telling never fails what is told, and nothing that was told is lost."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from restore.messages.errors import ServiceUnavailable
from restore.messages.ledger_entry import Intent, LedgerEntry
from restore.messages.model import Verdict
from restore.values import cloud_events
from storage import draining, open_index
from storage.events import Events
from storage.ledger import Ledger
from storage.outbox import Outbox
from tests.fakes.outbox import drain_open
from tests.fakes.storage import MemoryDocuments, MemoryEvents

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
DONE = Verdict(verdict="Completed", succeeded=True, text="It is done.")
PLANNED = cloud_events.event("planned", "r1", "/vm", NOW, {}, key="plan-1")


class OutboxHarness:
    """One request, its storage account, and a process that tells."""

    def __init__(self) -> None:
        self.documents, self.queue = MemoryDocuments(), MemoryEvents()
        self.now = NOW
        self.ledger = Ledger(self.documents, lambda: self.now)
        self.events = Events(self.documents, self.queue)
        self.refuses, self.tries = False, 0
        self.queue.before_send = self._refuse
        self.begin()

    def begin(self) -> None:
        """Another process: it remembers nothing."""
        self.outbox = Outbox(self.documents, self.events)

    def _refuse(self) -> None:
        self.tries += 1
        if self.refuses:
            raise ServiceUnavailable("The queue takes nothing.")

    def accept(self, request_id: str = "r1") -> LedgerEntry:
        entry = LedgerEntry(
            request_id=request_id,
            request_hash="h",
            request={"recoveryType": "RestoreDisks", "sourceResourceId": "/vm"},
            source="queue",
            accepted_at=self.now,
        )
        return self.ledger.accept(entry)[0]

    def start(self) -> LedgerEntry:
        held = self.ledger.read("r1")
        assert held is not None
        intent = Intent(
            item_id="/item",
            container_name="c",
            recovery_point="1",
            vault_time=NOW,
            written_at=NOW,
            window_s=200,
            known_jobs=(),
        )
        return self.ledger.started("r1", self.ledger.intend(held, intent), job_id="job")

    def finish(self) -> LedgerEntry:
        return self.ledger.finish("r1", lambda _: DONE, self.now)

    def finish_all(self) -> LedgerEntry:
        self.outbox.tell(self.accept())
        entry = self.finish()
        self.outbox.tell(entry)
        return entry

    def drain(self, now: datetime = LATER) -> None:
        drain_open(self.ledger, self.outbox, now)
        draining.drain_kept(self.documents, self.events, now)

    def told(self) -> list[tuple[str, str | None]]:
        return [(event["id"], event.get("sequence")) for event in self.queue.sent]

    def open(self) -> tuple[str, ...]:
        return open_index.page(self.documents).request_ids


@pytest.fixture
def harness() -> OutboxHarness:
    return OutboxHarness()


ALL = [("r1:accepted", "1"), ("r1:started", "2"), ("r1:finished", "3")]


def test_who_makes_a_change_sends_what_it_tells_and_nothing_is_left_open(
    harness: OutboxHarness,
) -> None:
    harness.outbox.tell(harness.accept())
    harness.outbox.tell(harness.start())
    assert harness.open() == ("r1",)
    harness.outbox.tell(harness.finish())
    assert harness.told() == ALL
    assert harness.open() == ()


def test_another_process_sends_nothing_again(harness: OutboxHarness) -> None:
    for change in (harness.accept, harness.start, harness.finish):
        harness.begin()
        harness.outbox.tell(change())
    assert harness.told() == ALL


def test_what_the_queue_refused_goes_with_the_next_change(harness: OutboxHarness) -> None:
    harness.refuses = True
    harness.outbox.tell(harness.accept())
    assert harness.told() == []
    harness.refuses = False
    harness.outbox.tell(harness.start())
    assert harness.told() == ALL[:2]


def test_a_queue_that_refuses_is_asked_once_for_each_change(harness: OutboxHarness) -> None:
    harness.refuses = True
    for change in (harness.accept, harness.start, harness.finish):
        harness.outbox.tell(change())
    assert harness.tries == 3


def test_whoever_drains_sends_what_nobody_else_will(harness: OutboxHarness) -> None:
    harness.refuses = True
    for change in (harness.accept, harness.start, harness.finish):
        harness.outbox.tell(change())
    harness.refuses = False
    harness.drain()
    assert harness.told() == ALL
    assert harness.open() == ()


def test_sending_does_not_touch_the_entry(harness: OutboxHarness) -> None:
    harness.outbox.tell(harness.accept())
    held = harness.ledger.read("r1")
    harness.drain()
    assert harness.ledger.read("r1") == held


def test_what_was_told_just_now_is_left_to_who_told_it(harness: OutboxHarness) -> None:
    harness.accept()
    harness.drain(NOW + timedelta(seconds=59))
    assert harness.told() == []
    harness.drain(NOW + timedelta(seconds=60))
    assert harness.told() == ALL[:1]


def test_of_two_who_drain_at_the_same_time_one_sends(harness: OutboxHarness) -> None:
    harness.accept()
    harness.queue.before_send = lambda: _once(harness, harness.drain)
    harness.drain()
    assert harness.told() == ALL[:1]


def test_what_is_kept_by_two_who_drain_is_sent_by_one(harness: OutboxHarness) -> None:
    harness.refuses = True
    harness.outbox.publish(PLANNED)
    harness.queue.before_send = lambda: _once(harness, harness.drain)
    harness.drain()
    assert harness.told() == [("plan-1:planned", None)]


def test_who_drained_and_died_is_followed_by_another_a_minute_later(harness: OutboxHarness) -> None:
    harness.accept()
    harness.refuses = True
    with pytest.raises(ServiceUnavailable):
        harness.drain()
    harness.refuses = False
    harness.drain(LATER + timedelta(seconds=30))
    assert harness.told() == []
    harness.drain(LATER + timedelta(seconds=60))
    assert harness.told() == ALL[:1]


def test_a_note_that_is_lost_costs_a_second_copy_and_nothing_else(harness: OutboxHarness) -> None:
    def lose(name: str) -> None:
        if harness.documents.writing in ("put", "remove") or name.startswith("open/"):
            raise ServiceUnavailable("It is not noted.")

    entry = harness.accept()
    harness.documents.before_write = lose
    harness.outbox.tell(entry)
    harness.documents.before_write = lambda name: None
    harness.begin()
    harness.outbox.tell(harness.start())
    assert harness.told() == [ALL[0], *ALL[:2]]
    assert harness.queue.sent[0] == harness.queue.sent[1]


def test_telling_fails_nothing_whatever_storage_does(harness: OutboxHarness) -> None:
    entry = harness.finish_all()

    def refuse(name: str) -> None:
        raise ServiceUnavailable("Nothing works.")

    harness.begin()
    harness.refuses = True
    harness.documents.before_read = harness.documents.before_write = refuse
    harness.outbox.tell(entry)


def test_an_event_of_no_entry_is_kept_until_it_is_sent(harness: OutboxHarness) -> None:
    harness.refuses = True
    harness.outbox.publish(PLANNED)
    harness.outbox.publish(PLANNED)
    harness.refuses = False
    harness.drain()
    harness.drain()
    assert harness.queue.sent == [json.loads(json.dumps(PLANNED))]
    assert harness.documents.kept == {}


def test_an_event_that_can_neither_be_sent_nor_kept_is_still_its_maker_s(
    harness: OutboxHarness,
) -> None:
    def refuse(name: str) -> None:
        raise ServiceUnavailable("Nothing works.")

    harness.refuses, harness.documents.before_write = True, refuse
    with pytest.raises(ServiceUnavailable):
        harness.outbox.publish(PLANNED)


def test_it_is_told_how_many_events_are_held_up_and_since_when(harness: OutboxHarness) -> None:
    harness.outbox.tell(harness.accept())
    harness.refuses = True
    harness.now = NOW + timedelta(minutes=10)
    entry = harness.start()
    harness.outbox.tell(entry)
    assert harness.outbox.held_up(entry, harness.now + timedelta(seconds=59)) is None
    held_up = harness.outbox.held_up(entry, harness.now + timedelta(seconds=60))
    assert held_up is not None
    assert (held_up.events, held_up.since) == (1, harness.now)
    harness.refuses = False
    harness.outbox.tell(entry)
    assert harness.outbox.held_up(entry, harness.now + timedelta(hours=1)) is None


def test_who_asks_again_for_what_is_over_opens_nothing(harness: OutboxHarness) -> None:
    harness.finish_all()
    harness.accept()
    assert harness.open() == ()


def test_who_asks_again_loses_no_note_of_what_is_unsent(harness: OutboxHarness) -> None:
    harness.outbox.tell(harness.accept())
    harness.refuses = True
    harness.outbox.tell(harness.finish())
    harness.refuses = False
    harness.accept()
    harness.drain()
    assert harness.told() == [("r1:accepted", "1"), ("r1:finished", "2")]


def test_a_request_is_open_before_it_is_accepted(harness: OutboxHarness) -> None:
    seen: list[Any] = []
    harness.documents.before_write = lambda name: seen.append((name, harness.open()))
    harness.accept()
    assert seen == [("open/r1", ()), ("restores/r1", ("r1",))]


@pytest.mark.parametrize("minutes", [60, 61])
def test_what_was_opened_and_never_accepted_is_forgotten_but_not_at_once(
    harness: OutboxHarness, minutes: int
) -> None:
    open_index.opened(harness.documents, "r9", NOW)
    harness.drain(NOW + timedelta(minutes=59))
    assert harness.open() == ("r9",)
    harness.drain(NOW + timedelta(minutes=minutes))
    assert harness.open() == ()
    draining.forget(harness.documents, "r9", LATER)


def test_draining_goes_on_page_by_page(harness: OutboxHarness) -> None:
    for number in range(55):
        harness.accept(f"r{number:03}")
    token = drain_open(harness.ledger, harness.outbox, LATER)
    assert len(harness.queue.sent) == 50
    assert drain_open(harness.ledger, harness.outbox, LATER, token) is None
    assert len(harness.queue.sent) == 55


def test_nothing_to_do_costs_two_looks(
    harness: OutboxHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    whole = harness.documents.page

    def page(prefix: str, *more: Any) -> Any:
        asked.append(prefix)
        return whole(prefix, *more)

    monkeypatch.setattr(harness.documents, "page", page)
    harness.documents.before_read = asked.append
    harness.drain()
    assert asked == ["open/", "outbox/"]


def _once(harness: OutboxHarness, action: Any) -> None:
    harness.queue.before_send = lambda: None
    action()


def test_the_oldest_unsent_event_decides_since_when_they_are_held_up(
    harness: OutboxHarness,
) -> None:
    harness.refuses = True
    harness.outbox.tell(harness.accept())
    accepted_at, harness.now = harness.now, LATER
    entry = harness.start()
    held_up = harness.outbox.held_up(entry, LATER + timedelta(seconds=1))
    assert held_up is not None
    assert (held_up.events, held_up.since) == (2, accepted_at)


def test_what_is_over_and_sent_is_closed_by_whoever_drains(harness: OutboxHarness) -> None:
    """Its process died between the last event and the note that nothing is left."""
    harness.finish_all()
    open_index.note(harness.documents, "r1", NOW, 2, 2)
    assert harness.open() == ("r1",)
    harness.drain(NOW)
    assert (harness.open(), len(harness.told())) == ((), 2)


def test_what_is_sent_and_not_over_stays_open(harness: OutboxHarness) -> None:
    harness.outbox.tell(harness.accept())
    harness.drain()
    assert harness.open() == ("r1",)
    assert len(harness.told()) == 1
