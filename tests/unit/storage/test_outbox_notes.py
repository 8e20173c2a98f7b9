"""What has left is noted, remembered and never noted as less; what was told just now is left."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from restore.values import cloud_events
from storage import draining, open_index
from storage.outbox import Told
from tests.unit.storage.test_outbox import ALL, LATER, NOW, OutboxHarness


@pytest.fixture
def harness() -> OutboxHarness:
    return OutboxHarness()


@pytest.mark.parametrize("sent", [0, 1, 2, 3])
def test_what_is_held_up_is_what_comes_after_what_was_sent(
    harness: OutboxHarness, sent: int
) -> None:
    harness.accept()
    harness.start()
    entry = harness.finish()
    open_index.note(harness.documents, "r1", NOW, sent, sent)
    held_up = harness.outbox.held_up(entry, LATER)
    assert (held_up.events if held_up else 0) == 3 - sent


def test_of_an_entry_that_was_read_long_ago_nothing_is_held_up(harness: OutboxHarness) -> None:
    early = harness.accept()
    harness.outbox.tell(harness.start())
    assert harness.outbox.held_up(early, LATER) is None


def test_what_has_left_is_not_noted_again_whoever_tells_it(harness: OutboxHarness) -> None:
    early = harness.accept()
    harness.outbox.tell(early)
    entry = harness.start()
    harness.outbox.tell(entry)
    calls = harness.documents.count_calls()
    harness.outbox.tell(entry)
    harness.outbox.tell(early)
    assert calls == []
    assert harness.told() == ALL[:2]


def test_a_first_event_costs_one_write_and_where_there_is_none_nothing(
    harness: OutboxHarness,
) -> None:
    entry = harness.accept()
    calls = harness.documents.count_calls()
    harness.outbox.tell(replace(entry, events=()))
    assert calls == []
    harness.outbox.tell(entry)
    assert calls == ["write open/r1"]


def test_a_process_remembers_of_a_thousand_requests_what_has_left(harness: OutboxHarness) -> None:
    def looks_at_r1() -> bool:
        calls = harness.documents.count_calls()
        harness.outbox.tell(started)
        return "read open/r1" in calls

    harness.outbox.tell(harness.accept())
    started = harness.start()
    harness.outbox.tell(started)
    for number in range(2, 1001):
        harness.outbox.tell(harness.accept(f"r{number}"))
    assert not looks_at_r1()
    harness.outbox.tell(harness.accept("r1001"))
    assert looks_at_r1()


def test_a_verdict_of_just_now_is_left_to_who_wrote_it(harness: OutboxHarness) -> None:
    harness.outbox.tell(harness.accept())
    harness.now = LATER
    harness.finish()
    harness.drain(LATER + timedelta(seconds=59))
    assert len(harness.told()) == 1
    harness.drain(LATER + timedelta(seconds=60))
    assert (len(harness.told()), harness.open()) == (2, ())


def test_what_another_one_has_sent_meanwhile_is_passed_over(harness: OutboxHarness) -> None:
    def meanwhile() -> None:
        harness.queue.before_send = lambda: None
        draining.drain_kept(harness.documents, harness.events, LATER)

    harness.refuses = True
    for key in ("plan-1", "plan-2"):
        harness.outbox.publish(cloud_events.event("planned", "r1", "/vm", NOW, {}, key=key))
    harness.queue.before_send = meanwhile
    harness.drain()
    assert sorted(harness.told()) == [("plan-1:planned", None), ("plan-2:planned", None)]
    assert harness.documents.kept == {}


def test_where_nothing_is_noted_all_of_what_is_over_has_left_and_else_nothing(
    harness: OutboxHarness,
) -> None:
    entry = harness.accept()
    harness.documents.remove("open/r1")
    assert harness.outbox.told(entry) == Told(0, 0)
    assert harness.outbox.told(harness.finish()) == Told(2, 2)


def test_who_asks_again_opens_what_is_not_over(harness: OutboxHarness) -> None:
    harness.accept()
    harness.documents.remove("open/r1")
    harness.accept()
    assert harness.open() == ("r1",)
