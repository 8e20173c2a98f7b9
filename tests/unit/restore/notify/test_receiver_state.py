"""How it stands with a receiver: alone with one sender, later and later, well when it takes one."""

from datetime import timedelta

import msgspec
import pytest

from restore.notify.receiver_state import (
    LEASE,
    Dropped,
    Permission,
    ReceiverState,
    refused_wait_of,
    wait_of,
)
from tests.fakes.app_harness import START

SECOND = timedelta(seconds=1)


def test_one_sender_is_alone_with_it_for_a_while() -> None:
    held = ReceiverState().claimed(START)
    assert not held.may_be_claimed(START + LEASE - SECOND)
    assert timedelta(minutes=2) == LEASE
    for later in (LEASE, 2 * LEASE):
        assert held.may_be_claimed(START + later)
    assert held.released().may_be_claimed(START)


def test_waits_grow_to_five_minutes_and_begin_anew_after_a_success() -> None:
    state, waits, now = ReceiverState(), [], START
    for _ in range(8):
        state = state.failed(now, "NotifyNotReached", "It does not answer.")
        assert state.not_before is not None
        waits.append((state.not_before - now).total_seconds())
        assert not state.may_be_claimed(state.not_before - SECOND)
        now = state.not_before
        assert state.may_be_claimed(now)
        assert state.may_be_claimed(now + SECOND)
    assert waits == [10, 20, 40, 80, 160, 300, 300, 300]
    assert state.since == START
    assert state.took(now) == ReceiverState()
    assert wait_of(10**6) == 300


@pytest.mark.parametrize(("asked_s", "waited_s"), [(None, 10), (5, 10), (600, 600), (10**9, 3600)])
def test_a_receiver_may_ask_for_patience_but_not_for_ever(
    asked_s: float | None, waited_s: float
) -> None:
    failed = ReceiverState().failed(START, "NotifyRefused", "HTTP 429.", asked_s)
    assert failed.not_before == START + timedelta(seconds=waited_s)
    assert refused_wait_of(0, asked_s) == max(waited_s, 60)


def test_what_was_given_up_is_counted_and_stays_after_a_success() -> None:
    dropped = Dropped(event_id="r1:accepted", at=START, code="NotifyNotReached")
    state = ReceiverState().gave_up(dropped).gave_up(dropped).took(START)
    assert (state.dropped, state.last_dropped) == (2, dropped)


def test_no_more_are_sent_in_a_minute_than_a_webhook_allows() -> None:
    permission = Permission(address="a", until=START + timedelta(days=1), per_minute=2)
    state = msgspec.structs.replace(ReceiverState(), permission=permission)
    assert state.paced(START).may_send(START)
    once = state.took(START)
    assert once.paced(START + SECOND).may_send(START + SECOND)
    twice = once.took(START + SECOND).paced(START + 2 * SECOND)
    assert twice.not_before == START + timedelta(minutes=1)
    assert not twice.may_send(START + 2 * SECOND)
    assert twice.may_send(START + timedelta(minutes=1))
    for minutes in (1, 2):
        anew = twice.took(START + timedelta(minutes=minutes))
        assert (anew.sent, anew.minute) == (1, START + timedelta(minutes=minutes))


def test_one_notification_that_is_refused_waits_longer_each_time() -> None:
    assert [refused_wait_of(tries) for tries in (0, 1, 4, 5, 99)] == [60, 120, 960, 1800, 1800]


def test_it_survives_its_document() -> None:
    state = ReceiverState().failed(START, "NotifyNotReached", "It does not answer.", 60)
    assert ReceiverState.from_json(state.as_json()) == state


def allowing(per_minute: int | None) -> ReceiverState:
    permission = Permission(address="a", until=START + timedelta(days=1), per_minute=per_minute)
    return ReceiverState(permission=permission)


def test_what_is_sent_in_a_minute_is_counted_where_it_is_bounded() -> None:
    state, unbounded = allowing(9), allowing(None)
    for count in (1, 2, 3, 4):
        state = state.took(START + SECOND)
        assert (state.sent, state.minute) == (count, START + SECOND)
        unbounded = unbounded.took(START)
        assert unbounded == allowing(None)
        assert unbounded.paced(START) == unbounded


@pytest.mark.parametrize(
    ("sent", "later", "is_paced"),
    [
        (1, timedelta(), False),
        (2, timedelta(), True),
        (3, timedelta(), True),
        (2, timedelta(minutes=1), False),
        (2, timedelta(minutes=2), False),
    ],
)
def test_a_minute_that_is_full_is_waited_out(sent: int, later: timedelta, is_paced: bool) -> None:
    state = msgspec.structs.replace(allowing(2), sent=sent, minute=START)
    next_minute = START + timedelta(minutes=1) if is_paced else None
    assert state.paced(START + later).not_before == next_minute
