"""A round has its time, its amounts and its ends: the rest waits, what is too old is dropped."""

from datetime import timedelta
from typing import Any

import pytest

from notifications import delivery
from notifications.posting import Post, Reply
from restore.notify.receiver_state import Dropped
from tests.fakes.app_harness import START
from tests.fakes.notified import Notified
from tests.unit.notifications.test_delivery import told

AWAY = {"name": "one", "kind": "webhook", "url": "http://127.0.0.1:9/", "handshake": False}


def alone(exchange: Any, **more: Any) -> Notified:
    """One receiver without a server, and what it does with what it is sent."""
    return Notified({"receivers": [AWAY], **more}, exchange)


def refuse_connection(post: Post) -> Reply:
    raise ConnectionRefusedError


@pytest.mark.parametrize(("send_s", "write_s", "sent"), [(10, 0, 6), (9.75, 0, 9), (9, 1, 6)])
def test_one_call_sends_in_three_rounds_of_twenty_seconds_and_the_next_goes_on(
    send_s: float, write_s: float, sent: int
) -> None:
    def slowly(post: Post) -> Reply:
        town.clock.advance(send_s)
        return Reply(202, {})

    def written(name: str) -> None:
        town.clock.advance(write_s)

    town = alone(slowly)
    town.tell(*(told(number) for number in range(20)))
    town.delivery.deal()
    town.wakes.messages.clear()
    town.documents.after_write = written
    town.delivery.deliver("one")
    assert len(town.left("one")) == 20 - sent
    assert town.wakes.messages == [(town.clock.now(), "one")]


@pytest.mark.parametrize(("waiting", "left"), [(10, 10), (11, 10), (12, 10), (215, 15)])
def test_of_too_many_the_oldest_are_dropped_two_hundred_in_a_round(
    monkeypatch: pytest.MonkeyPatch, waiting: int, left: int
) -> None:
    monkeypatch.setattr(delivery, "WAITING_MAX", 10)
    town = alone(refuse_connection)
    town.tell(*(told(number) for number in range(waiting)))
    town.delivery.deal()
    town.delivery.deliver("one")
    assert town.left("one") == [f"r{each}:accepted" for each in range(waiting - left, waiting)]
    assert town.pending_notifications.state("one").dropped == waiting - left


@pytest.mark.parametrize(("later_s", "is_kept"), [(3599, True), (3600, False), (3601, False)])
def test_what_is_as_old_as_it_may_become_is_dropped(later_s: float, is_kept: bool) -> None:
    town = alone(refuse_connection, keepFor="PT1H")
    town.tell(told(1))
    town.delivery.deal()
    town.clock.advance(later_s)
    town.delivery.deliver("one")
    assert bool(town.left("one")) is is_kept


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (None, "NotifyLate"),
        (Reply(400, {}), "NotifyRefused"),
        (TimeoutError(), "NotifyNotReached"),
    ],
)
def test_what_is_dropped_says_what_stood_in_its_way(
    answer: Reply | Exception | None, code: str
) -> None:
    def exchange(post: Post) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    town = alone(exchange, keepFor="PT1H")
    town.tell(told(1))
    town.delivery.deal()
    if answer is not None:
        town.delivery.deliver("one")
    town.clock.advance(3600)
    town.delivery.deliver("one")
    last = Dropped(event_id="r1:accepted", at=town.clock.now(), code=code)
    assert town.pending_notifications.state("one").last_dropped == last


def test_one_notification_waits_as_long_as_its_receiver_asks() -> None:
    town = alone(lambda post: Reply(422, {"retry-after": "600"}))
    town.tell(told(1))
    town.delivery.deal()
    town.wakes.messages.clear()
    town.delivery.deliver("one")
    assert town.wakes.messages == [(START + timedelta(minutes=10), "one")]
