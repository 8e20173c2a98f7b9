"""Of two who send, or deal, at the same time one does; and nothing that waits is lost by it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from restore.notify.receiver_state import LEASE
from restore.values import cloud_events
from storage.pending_notifications import (
    FOLDER,
    WAITING_MAX,
    Held,
    PendingNotifications,
    Waiting,
)
from tests.fakes.app_harness import START
from tests.fakes.notified import QueueOfWakes
from tests.fakes.storage import MemoryDocuments

MINUTE = timedelta(minutes=1)


class World:
    """Two senders of one app, and its storage account."""

    def __init__(self) -> None:
        self.documents = MemoryDocuments()
        self.documents.now = lambda: START
        self.one, self.other = (
            PendingNotifications(self.documents, QueueOfWakes(lambda: START)) for _ in range(2)
        )

    def keep(self, number: int, kind: str = "started") -> None:
        event = cloud_events.event(kind, f"r{number}", "/vm", START, {"a": number}, sequence=1)
        self.one.keep(event)

    def deal(self, *receivers: str, now: datetime = START) -> bool:
        return self.one.deal(lambda event: receivers, now)

    def waiting(self, receiver: str = "ops") -> list[str]:
        return [each.event_id for each in self.one.waiting(receiver)]


@pytest.fixture
def world() -> World:
    return World()


def test_a_receiver_is_one_senders_for_a_while(world: World) -> None:
    first = world.one.claim("ops", START)
    assert first is not None
    assert world.other.claim("ops", START + LEASE - timedelta(seconds=1)) is None
    assert world.other.claim("others", START) is not None
    world.one.release("ops", first.state, first.version)
    assert world.other.claim("ops", START) is not None


def test_a_sender_that_died_is_followed_by_another(world: World) -> None:
    first = world.one.claim("ops", START)
    assert first is not None
    second = world.other.claim("ops", START + LEASE)
    assert second is not None
    world.one.release("ops", first.state, first.version)
    assert world.one.claim("ops", START + LEASE) is None, "it is the other one's by now"
    assert world.one.state("ops").claimed_until == START + 2 * LEASE
    assert world.one.state("nobody").claimed_until is None


@pytest.mark.parametrize("existing", [False, True])
def test_of_two_who_claim_at_once_one_has_it(world: World, existing: bool) -> None:
    if existing:
        held = world.one.claim("ops", START)
        assert held is not None
        world.one.release("ops", held.state, held.version)
    found: list[Any] = []

    def meanwhile(name: str) -> None:
        world.documents.before_write = lambda name: None
        found.append(world.other.claim("ops", START))
        del name

    world.documents.before_write = meanwhile
    assert world.one.claim("ops", START) is None
    assert found[0] is not None


def test_each_receiver_gets_what_it_wants_once(world: World) -> None:
    for number in (2, 1):
        world.keep(number)
    world.keep(1)
    assert world.deal("ops", "others")
    assert world.waiting() == world.waiting("others") == ["r1:started", "r2:started"]
    assert world.deal("ops")
    assert world.waiting() == ["r1:started", "r2:started"]
    for each in world.one.waiting("ops"):
        assert world.one.event_of(each) is not None
        world.one.done(each)
        assert world.one.event_of(each) is None
    assert world.waiting() == []
    assert FOLDER in world.documents.folders()
    for each in world.one.waiting("others"):
        world.one.done(each)
    assert FOLDER not in world.documents.folders()


def test_who_died_in_the_middle_of_dealing_is_followed(world: World) -> None:
    world.keep(1)

    def dies(event: dict[str, Any]) -> Any:
        yield "ops"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        world.one.deal(dies, START)
    assert world.waiting() == ["r1:started"]
    assert world.deal("ops", "others")
    assert world.waiting("others") == [], "the other one may still be at it"
    assert world.deal("ops", "others", now=START + MINUTE)
    assert world.waiting() == world.waiting("others") == ["r1:started"]


def test_dealing_ends_when_its_time_is_over(world: World) -> None:
    for number in range(3):
        world.keep(number)
    looks = iter([False, True])
    assert not world.one.deal(lambda event: ["ops"], START, lambda: next(looks))
    assert len(world.waiting()) == 1


def test_a_refusal_counts_a_try_and_says_when_again(world: World) -> None:
    world.keep(1)
    world.deal("ops")
    (before,) = world.one.waiting("ops")
    assert before.tries == 0
    world.one.later(before, START + MINUTE)
    (after,) = world.one.waiting("ops")
    assert (after.tries, after.not_before) == (1, START + MINUTE)
    assert (after.told_at, after.since) == (before.told_at, before.since)
    world.one.done(after)
    world.one.later(after, START + MINUTE)
    assert world.waiting() == []


def test_a_refusal_that_another_one_has_noted_is_noted_once(world: World) -> None:
    world.keep(1)
    world.deal("ops")
    (before,) = world.one.waiting("ops")

    def meanwhile(name: str) -> None:
        world.documents.before_write = lambda name: None
        world.other.later(before, START + 2 * MINUTE)
        del name

    world.documents.before_write = meanwhile
    world.one.later(before, START + MINUTE)
    (after,) = world.one.waiting("ops")
    assert (after.tries, after.not_before) == (1, START + 2 * MINUTE)


def test_what_has_not_arrived_within_a_minute_is_held_up(world: World) -> None:
    world.keep(1)
    assert world.one.held_up(START + MINUTE - timedelta(seconds=1)) == []
    assert world.one.held_up(START + MINUTE) == [Held(None, 1, START)]
    world.deal("ops")
    world.keep(2)
    later = START + 2 * MINUTE
    assert world.one.held_up(later, ["ops"]) == [Held(None, 1, START), Held("ops", 1, START)]
    assert world.one.held_up(later, ["ops"], "r1") == [Held("ops", 1, START)]
    assert world.one.held_up(later, ["ops"], "r2") == [Held(None, 1, START)]
    assert world.one.held_up(later) == [Held(None, 1, START)], "nobody was ever told"
    world.one.claim("ops", START)
    assert world.one.held_up(later)[1:] == [Held("ops", 1, START)]


def test_what_waits_is_named(world: World) -> None:
    world.keep(1)
    world.deal("ops")
    (found,) = world.one.waiting("ops")
    assert isinstance(found, Waiting)
    assert world.one.waiting("ops", "r1") == [found]
    assert world.one.waiting("ops", "r2") == []


def test_each_refusal_counts(world: World) -> None:
    world.keep(1)
    world.deal("ops")
    for tries in (1, 2, 3):
        (before,) = world.one.waiting("ops")
        world.one.later(before, START + tries * MINUTE)
        (after,) = world.one.waiting("ops")
        assert (after.tries, after.not_before) == (tries, START + tries * MINUTE)


@pytest.mark.parametrize(
    ("not_before", "is_due"),
    [
        (None, True),
        (START - MINUTE, True),
        (START, True),
        (START + timedelta(seconds=1), False),
    ],
)
def test_what_waits_is_due_from_its_time_on(not_before: datetime | None, is_due: bool) -> None:
    one = Waiting("n", "r1:started", "t", START, 0, not_before)
    assert one.is_due(START) is is_due


def test_what_another_one_has_dealt_out_meanwhile_is_passed_over(world: World) -> None:
    for number in (1, 2):
        world.keep(number)
    dealt: list[str] = []

    def wanting(event: dict[str, Any]) -> list[str]:
        if not dealt:
            dealt.append(event["id"])
            world.other.deal(lambda _: ["ops"], START)
        return ["ops"]

    assert world.one.deal(wanting, START)
    assert dealt == ["r1:started"]
    assert world.waiting() == ["r1:started", "r2:started"]


@pytest.mark.parametrize(
    ("waiting", "calls", "found"),
    [(1_000, 1, 1_000), (1_001, 2, 1_001), (10_000, 10, 10_000), (10_001, 10, 10_000)],
)
def test_a_thousand_are_listed_with_one_call_and_ten_thousand_at_most(
    world: World, waiting: int, calls: int, found: int
) -> None:
    assert WAITING_MAX == 5_000
    labels = {"toldat": "2026-11-23T03:00:00Z~1", "since": "2026-11-23T03:00:00Z"}
    for number in range(waiting):
        world.documents.create(f"notify/to/ops/r{number:05}:started", {}, labels)
    listed = world.documents.count_calls()
    assert len(world.one.waiting("ops")) == found
    assert listed == ["page notify/to/ops/"] * calls


def test_who_sends_is_woken_at_once_or_when_it_is_time(world: World) -> None:
    wakes = QueueOfWakes(lambda: START)
    pending_notifications = PendingNotifications(world.documents, wakes)
    pending_notifications.wake()
    pending_notifications.wake("ops", 60)
    assert wakes.messages == [(START, None), (START + MINUTE, "ops")]
