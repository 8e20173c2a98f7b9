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


class Stage:
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
def stage() -> Stage:
    return Stage()


ALL = [("r1:accepted", "1"), ("r1:started", "2"), ("r1:finished", "3")]


def test_who_makes_a_change_sends_what_it_tells_and_nothing_is_left_open(stage: Stage) -> None:
    stage.outbox.tell(stage.accept())
    stage.outbox.tell(stage.start())
    assert stage.open() == ("r1",)
    stage.outbox.tell(stage.finish())
    assert stage.told() == ALL
    assert stage.open() == ()


def test_another_process_sends_nothing_again(stage: Stage) -> None:
    for change in (stage.accept, stage.start, stage.finish):
        stage.begin()
        stage.outbox.tell(change())
    assert stage.told() == ALL


def test_what_the_queue_refused_goes_with_the_next_change(stage: Stage) -> None:
    stage.refuses = True
    stage.outbox.tell(stage.accept())
    assert stage.told() == []
    stage.refuses = False
    stage.outbox.tell(stage.start())
    assert stage.told() == ALL[:2]


def test_a_queue_that_refuses_is_asked_once_for_each_change(stage: Stage) -> None:
    stage.refuses = True
    for change in (stage.accept, stage.start, stage.finish):
        stage.outbox.tell(change())
    assert stage.tries == 3


def test_whoever_drains_sends_what_nobody_else_will(stage: Stage) -> None:
    stage.refuses = True
    for change in (stage.accept, stage.start, stage.finish):
        stage.outbox.tell(change())
    stage.refuses = False
    stage.drain()
    assert stage.told() == ALL
    assert stage.open() == ()


def test_sending_does_not_touch_the_entry(stage: Stage) -> None:
    stage.outbox.tell(stage.accept())
    held = stage.ledger.read("r1")
    stage.drain()
    assert stage.ledger.read("r1") == held


def test_what_was_told_just_now_is_left_to_who_told_it(stage: Stage) -> None:
    stage.accept()
    stage.drain(NOW + timedelta(seconds=59))
    assert stage.told() == []
    stage.drain(NOW + timedelta(seconds=60))
    assert stage.told() == ALL[:1]


def test_of_two_who_drain_at_the_same_time_one_sends(stage: Stage) -> None:
    stage.accept()
    stage.queue.before_send = lambda: _once(stage, stage.drain)
    stage.drain()
    assert stage.told() == ALL[:1]


def test_what_is_kept_by_two_who_drain_is_sent_by_one(stage: Stage) -> None:
    stage.refuses = True
    stage.outbox.publish(PLANNED)
    stage.queue.before_send = lambda: _once(stage, stage.drain)
    stage.drain()
    assert stage.told() == [("plan-1:planned", None)]


def test_who_drained_and_died_is_followed_by_another_a_minute_later(stage: Stage) -> None:
    stage.accept()
    stage.refuses = True
    with pytest.raises(ServiceUnavailable):
        stage.drain()
    stage.refuses = False
    stage.drain(LATER + timedelta(seconds=30))
    assert stage.told() == []
    stage.drain(LATER + timedelta(seconds=60))
    assert stage.told() == ALL[:1]


def test_a_note_that_is_lost_costs_a_second_copy_and_nothing_else(stage: Stage) -> None:
    def lose(name: str) -> None:
        if stage.documents.writing in ("put", "remove") or name.startswith("open/"):
            raise ServiceUnavailable("It is not noted.")

    entry = stage.accept()
    stage.documents.before_write = lose
    stage.outbox.tell(entry)
    stage.documents.before_write = lambda name: None
    stage.begin()
    stage.outbox.tell(stage.start())
    assert stage.told() == [ALL[0], *ALL[:2]]
    assert stage.queue.sent[0] == stage.queue.sent[1]


def test_telling_fails_nothing_whatever_storage_does(stage: Stage) -> None:
    entry = stage.finish_all()

    def refuse(name: str) -> None:
        raise ServiceUnavailable("Nothing works.")

    stage.begin()
    stage.refuses = True
    stage.documents.before_read = stage.documents.before_write = refuse
    stage.outbox.tell(entry)


def test_an_event_of_no_entry_is_kept_until_it_is_sent(stage: Stage) -> None:
    stage.refuses = True
    stage.outbox.publish(PLANNED)
    stage.outbox.publish(PLANNED)
    stage.refuses = False
    stage.drain()
    stage.drain()
    assert stage.queue.sent == [json.loads(json.dumps(PLANNED))]
    assert stage.documents.kept == {}


def test_an_event_that_can_neither_be_sent_nor_kept_is_still_its_maker_s(stage: Stage) -> None:
    def refuse(name: str) -> None:
        raise ServiceUnavailable("Nothing works.")

    stage.refuses, stage.documents.before_write = True, refuse
    with pytest.raises(ServiceUnavailable):
        stage.outbox.publish(PLANNED)


def test_it_is_told_how_many_events_are_held_up_and_since_when(stage: Stage) -> None:
    stage.outbox.tell(stage.accept())
    stage.refuses = True
    stage.now = NOW + timedelta(minutes=10)
    entry = stage.start()
    stage.outbox.tell(entry)
    assert stage.outbox.held_up(entry, stage.now + timedelta(seconds=59)) is None
    held_up = stage.outbox.held_up(entry, stage.now + timedelta(seconds=60))
    assert held_up is not None
    assert (held_up.events, held_up.since) == (1, stage.now)
    stage.refuses = False
    stage.outbox.tell(entry)
    assert stage.outbox.held_up(entry, stage.now + timedelta(hours=1)) is None


def test_who_asks_again_for_what_is_over_opens_nothing(stage: Stage) -> None:
    stage.finish_all()
    stage.accept()
    assert stage.open() == ()


def test_who_asks_again_loses_no_note_of_what_is_unsent(stage: Stage) -> None:
    stage.outbox.tell(stage.accept())
    stage.refuses = True
    stage.outbox.tell(stage.finish())
    stage.refuses = False
    stage.accept()
    stage.drain()
    assert stage.told() == [("r1:accepted", "1"), ("r1:finished", "2")]


def test_a_request_is_open_before_it_is_accepted(stage: Stage) -> None:
    seen: list[Any] = []
    stage.documents.before_write = lambda name: seen.append((name, stage.open()))
    stage.accept()
    assert seen == [("open/r1", ()), ("restores/r1", ("r1",))]


def test_what_was_opened_and_never_accepted_is_forgotten_but_not_at_once(stage: Stage) -> None:
    open_index.opened(stage.documents, "r9", NOW)
    stage.drain(NOW + timedelta(minutes=59))
    assert stage.open() == ("r9",)
    stage.drain(NOW + timedelta(minutes=61))
    assert stage.open() == ()


def test_draining_goes_on_page_by_page(stage: Stage) -> None:
    for number in range(open_index.PAGE_SIZE + 5):
        stage.accept(f"r{number:03}")
    token = drain_open(stage.ledger, stage.outbox, LATER)
    assert len(stage.queue.sent) == open_index.PAGE_SIZE
    assert drain_open(stage.ledger, stage.outbox, LATER, token) is None
    assert len(stage.queue.sent) == open_index.PAGE_SIZE + 5


def test_nothing_to_do_costs_two_looks(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    whole = stage.documents.page

    def page(prefix: str, *more: Any) -> Any:
        asked.append(prefix)
        return whole(prefix, *more)

    monkeypatch.setattr(stage.documents, "page", page)
    stage.documents.before_read = asked.append
    stage.drain()
    assert asked == ["open/", "outbox/"]


def _once(stage: Stage, action: Any) -> None:
    stage.queue.before_send = lambda: None
    action()


def test_the_oldest_unsent_event_decides_since_when_they_are_held_up(stage: Stage) -> None:
    stage.refuses = True
    stage.outbox.tell(stage.accept())
    accepted_at, stage.now = stage.now, LATER
    entry = stage.start()
    held_up = stage.outbox.held_up(entry, LATER + timedelta(seconds=1))
    assert held_up is not None
    assert (held_up.events, held_up.since) == (2, accepted_at)
