"""What waits arrives, once the receiver takes it; nobody waits for another, nothing for ever.

The receivers are real servers of this machine; the hours are made.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from notifications.posting import Post, Reply
from restore.messages.errors import ServiceUnavailable
from restore.notify import summaries
from restore.values.times import stamp
from storage import pending_notifications
from tests.fakes.app_harness import START
from tests.fakes.notified import Notified
from tests.fakes.receiver import LocalReceiver, Mood
from tests.unit.restore.notify.events import ALL, REJECTED, event

HOUR_S = 3600.0


@pytest.fixture
def local() -> Iterator[dict[str, LocalReceiver]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(LocalReceiver()) for name in ("bad", "good")}


def hook(name: str, receiver: LocalReceiver, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "webhook", "url": receiver.url, **more}


def both(local: dict[str, LocalReceiver], **more: Any) -> Notified:
    return Notified({"receivers": [hook(name, each) for name, each in local.items()], **more})


def told(number: int) -> dict[str, Any]:
    """One of many events, a second after the one before."""
    one = event("accepted", {}, request_id=f"r{number}")
    return one | {"time": stamp(START + timedelta(seconds=number))}


def ids(receiver: LocalReceiver) -> list[str]:
    return [each["id"] for each in receiver.posted()]


def test_everybody_who_wants_an_event_gets_it_once_and_nothing_is_left(
    local: dict[str, LocalReceiver],
) -> None:
    town = both(local)
    town.tell(*ALL.values())
    town.run_for(1)
    for receiver in local.values():
        assert sorted(ids(receiver)) == sorted(each["id"] for each in ALL.values())
    assert not any(name.startswith(pending_notifications.FOLDER) for name in town.documents.kept)


def test_a_webhook_is_asked_before_it_is_told_and_not_for_each_event(
    local: dict[str, LocalReceiver],
) -> None:
    town = both(local)
    for number in range(3):
        town.tell(told(number))
        town.run_for(1)
    assert [each.method for each in local["good"].got] == ["OPTIONS", "POST", "POST", "POST"]


def test_the_oldest_is_sent_first() -> None:
    with LocalReceiver() as receiver:
        town = Notified({"receivers": [hook("one", receiver)]})
        late = [event("started", {}, sequence=2), event("accepted", {}, sequence=1)]
        town.tell(*late)
        town.run_for(1)
        assert ids(receiver) == ["r1:accepted", "r1:started"]


@pytest.mark.parametrize(("write_s", "dealt_s"), [(0.25, 20), (0.3, 20.4), (1, 20)])
def test_what_is_too_much_to_be_dealt_out_at_once_goes_on_in_another_call(
    local: dict[str, LocalReceiver], write_s: float, dealt_s: float
) -> None:
    """The host ends all functions, when one takes too long."""
    town = both(local)
    town.tell(*(told(number) for number in range(30)))
    town.wakes.messages.clear()

    def slow(_: str) -> None:
        town.clock.advance(write_s)

    town.documents.after_write = slow
    begun = town.clock.now()
    town.delivery.deal()
    assert (town.clock.now() - begun).total_seconds() == dealt_s
    assert town.wakes.messages == [(town.clock.now(), None)]
    town.documents.after_write = lambda _: None
    town.run_for(60)
    assert len(ids(local["good"])) == 30


def test_a_receiver_that_is_down_for_an_hour_gets_everything_afterwards(
    local: dict[str, LocalReceiver],
) -> None:
    town = both(local)
    local["bad"].leave()
    for number in range(12):
        town.tell(told(number))
        town.run_for(300)
        assert ids(local["good"])[-1] == f"r{number}:accepted"  # at once, whoever is away
    assert len(town.left("bad")) == 12
    state = town.pending_notifications.state("bad")
    assert (state.since, state.code) == (START, "NotifyNotReached")
    local["bad"].come_back()
    town.run_for(300)
    assert ids(local["bad"]) == ids(local["good"])
    assert town.pending_notifications.state("bad").code is None


@pytest.mark.parametrize("mood", ["fails", "busy", "redirects", "floods", "hangs up", "refuses"])
def test_a_receiver_that_misbehaves_for_an_hour_gets_everything_afterwards(
    local: dict[str, LocalReceiver], mood: Mood
) -> None:
    town = both(local)
    local["bad"].mood = mood
    for number in range(6):
        town.tell(told(number))
        town.run_for(600)
    assert len(ids(local["good"])) == 6
    assert ids(local["bad"]) == []
    local["bad"].mood = "well"
    town.run_for(HOUR_S)
    assert sorted(ids(local["bad"])) == sorted(ids(local["good"]))


def test_waits_grow_and_so_few_tries_are_made_in_an_hour(local: dict[str, LocalReceiver]) -> None:
    tries: list[Post] = []

    def refuse(post: Post) -> Reply:
        tries.append(post)
        raise TimeoutError

    town = Notified({"receivers": [hook("bad", local["bad"])]}, refuse)
    for number in range(60):
        town.tell(told(number))
        town.run_for(60)
    assert 14 <= len(tries) <= 18  # 10, 20, 40, 80, 160, then every 300 s
    assert len(town.wakes.messages) <= 2


def test_one_notification_that_is_refused_holds_up_no_other() -> None:
    refused = {"r1:accepted"}

    def choose(post: Post) -> Reply:
        return Reply(400 if json.loads(post.body)["id"] in refused else 202, {})

    with LocalReceiver() as receiver:
        town = Notified({"receivers": [hook("one", receiver, handshake=False)]}, choose)
    town.tell(*(told(number) for number in range(5)))
    town.run_for(1)
    assert town.left("one") == ["r1:accepted"]
    assert town.pending_notifications.state("one").code is None
    town.tell(told(9))
    town.run_for(1)
    assert town.left("one") == ["r1:accepted"]
    refused.clear()
    town.run_for(60)
    assert town.left("one") == []


def test_a_notification_that_the_app_cannot_write_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = summaries.of

    def fail(event: Any, public_url: str | None = None) -> Any:
        assert event["id"] != "r1:accepted", "a bug of ours"
        return whole(event, public_url)

    monkeypatch.setattr(summaries, "of", fail)
    with LocalReceiver() as receiver:
        teams = {"name": "one", "kind": "teams", "urlSetting": "RESTORE_NOTIFY_A"}
        notify = {"receivers": [teams], "hosts": [receiver.authority]}
        town = Notified(notify, secrets={"RESTORE_NOTIFY_A": receiver.url})
        town.tell(*(told(number) for number in range(3)))
        town.run_for(1)
        assert len(receiver.got) == 2
    assert town.left("one") == ["r1:accepted"]
    assert '"event":"fault"' in caplog.text


def test_what_never_arrives_is_dropped_after_its_time_and_that_is_seen(
    local: dict[str, LocalReceiver], caplog: pytest.LogCaptureFixture
) -> None:
    town = both(local, keepFor="PT2H")
    local["bad"].mood = "fails"
    town.tell(told(1))
    town.run_for(1.5 * HOUR_S)
    town.tell(told(2))
    assert "r1:accepted" in town.left("bad")
    caplog.set_level(logging.ERROR)
    town.run_for(0.7 * HOUR_S)
    assert town.left("bad") == ["r2:accepted"]
    state = town.pending_notifications.state("bad")
    assert state.dropped == 1
    assert state.last_dropped is not None
    assert state.last_dropped.event_id == "r1:accepted"
    assert '"event":"notification-dropped"' in caplog.text
    assert '"eventId":"r1:accepted"' in caplog.text
    local["bad"].mood = "well"
    town.run_for(HOUR_S)
    assert ids(local["bad"]) == ["r2:accepted"]
    assert town.pending_notifications.state("bad").dropped == 1


def test_no_more_wait_than_there_may_be(
    local: dict[str, LocalReceiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.delivery.WAITING_MAX", 10)
    town = both(local)
    local["bad"].mood = "fails"
    for number in range(30):
        town.tell(told(number))
        town.run_for(60)
    assert len(town.left("bad")) <= 10 + 5  # what came since the last try
    assert "r29:accepted" in town.left("bad")
    assert len(ids(local["good"])) == 30


def test_no_more_is_sent_in_a_minute_than_a_webhook_allows() -> None:
    allows = {"WebHook-Allowed-Origin": "*", "WebHook-Allowed-Rate": "4"}
    with LocalReceiver(allows=allows) as receiver:
        town = Notified({"receivers": [hook("one", receiver)]})
        counts = []
        for number in range(10):
            town.tell(told(number))
        for _ in range(3):
            town.run_for(59)
            counts.append(len(receiver.posted()))
            town.run_for(1)
        assert counts == [4, 8, 10]


def test_a_webhook_that_says_no_is_asked_again_and_told_nothing_before() -> None:
    with LocalReceiver(allows={}) as receiver:
        town = Notified({"receivers": [hook("one", receiver)]})
        town.tell(told(1))
        town.run_for(HOUR_S)
        assert {each.method for each in receiver.got} == {"OPTIONS"}
        assert town.pending_notifications.state("one").code == "NotifyNotAllowed"
        receiver.allows = {"WebHook-Allowed-Origin": "azure-vm-restore"}
        town.run_for(300)
        assert ids(receiver) == ["r1:accepted"]


def test_of_two_who_deliver_at_the_same_time_one_sends(local: dict[str, LocalReceiver]) -> None:
    town = both(local)
    town.tell(told(1))
    entered: list[Post] = []
    whole = town.sender.exchange

    def meanwhile(post: Post) -> Reply:
        if not entered:
            entered.append(post)
            town.wake()
        return whole(post)

    object.__setattr__(town.sender, "exchange", meanwhile)
    town.run_for(1)
    assert ids(local["bad"]) == ids(local["good"]) == ["r1:accepted"]


def test_what_comes_while_somebody_else_sends_is_sent_at_once(
    local: dict[str, LocalReceiver],
) -> None:
    """Its own wake finds the receiver claimed, and is gone."""
    town = both(local)
    town.tell(told(1))
    entered: list[Post] = []
    whole = town.sender.exchange

    def meanwhile(post: Post) -> Reply:
        if post.method == "POST" and not entered:
            entered.append(post)
            town.pending_notifications.keep(told(2))
            town.wake()
        return whole(post)

    object.__setattr__(town.sender, "exchange", meanwhile)
    town.run_for(1)
    assert ids(local["bad"]) == ["r1:accepted", "r2:accepted"]


def test_who_died_while_sending_is_followed_by_another(local: dict[str, LocalReceiver]) -> None:
    town = both(local)
    town.tell(told(1))

    class Dead(BaseException):
        """kill -9"""

    whole = town.sender.exchange

    def die(post: Post) -> Reply:
        raise Dead

    object.__setattr__(town.sender, "exchange", die)
    town.documents.before_write = lambda name: None
    release = town.pending_notifications.release
    town.pending_notifications.release = lambda *given: None  # type: ignore[method-assign]
    with pytest.raises(Dead):
        town.run_for(1)
    object.__setattr__(town.sender, "exchange", whole)
    town.pending_notifications.release = release  # type: ignore[method-assign]
    town.wake()
    assert ids(local["bad"]) == []  # still the dead one's
    town.clock.advance(120)
    town.wake()
    assert ids(local["bad"]) == ids(local["good"]) == ["r1:accepted"]


def test_a_wake_that_is_lost_costs_only_time(local: dict[str, LocalReceiver]) -> None:
    town = both(local)

    def refuse() -> None:
        raise ServiceUnavailable("The queue takes nothing.")

    town.wakes.before_wake = refuse
    town.tell(told(1))
    town.run_for(HOUR_S)
    assert ids(local["good"]) == []
    town.wake()  # as the reconciler has it
    assert ids(local["good"]) == ["r1:accepted"]


def test_a_message_that_was_rejected_is_told_without_what_stood_in_it(
    local: dict[str, LocalReceiver],
) -> None:
    town = both(local)
    secret = {"original": "password=hunter2", "originalEncoding": "utf-8"}
    town.tell(REJECTED | {"data": REJECTED["data"] | secret})
    town.run_for(1)
    assert local["good"].posted() == [REJECTED]


def test_a_wake_for_a_receiver_that_another_setting_knows_drops_nothing(
    local: dict[str, LocalReceiver],
) -> None:
    """While a setting is changed two of them are in force for a moment."""
    town = both(local)
    local["bad"].mood = "fails"
    town.tell(told(1))
    town.run_for(1)
    town.delivery._notify = replace(town.notify, receivers=town.notify.receivers[1:])
    town.run_for(HOUR_S)
    assert town.left("bad") == ["r1:accepted"]


def test_a_lot_is_sent_in_pieces_and_goes_on_at_once(local: dict[str, LocalReceiver]) -> None:
    town = Notified({"receivers": [hook("one", local["good"], handshake=False)]})
    whole = town.sender.exchange

    def slowly(post: Post) -> Reply:
        town.clock.advance(9)
        return whole(post)

    object.__setattr__(town.sender, "exchange", slowly)
    town.tell(*(told(number) for number in range(20)))
    begun = town.clock.now()
    town.run_for(20 * 9 + 5)
    assert len(ids(local["good"])) == 20
    assert town.clock.now() - begun < timedelta(minutes=5)
