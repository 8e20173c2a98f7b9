"""Waits are long enough for the quota, short enough for people, and never below five seconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restore.messages.model import Failure, JobSnapshot, Outcome
from restore.messages.poll_policy import PollPolicy
from restore.progress.poll_intervals import (
    next_check_s,
    next_operation_poll_s,
    next_poll_s,
    retry_wait_s,
)

_PACE = PollPolicy()
_DAY_S = 86_400.0
_seconds = st.floats(min_value=0, max_value=10 * _DAY_S)


def _poll(remaining_s: float | None = None) -> JobSnapshot:
    return JobSnapshot(job_id="j", status="InProgress", remaining_s=remaining_s)


def test_the_first_look_comes_soon() -> None:
    assert next_poll_s(None, 0, 0, _DAY_S, _PACE) == 30
    assert next_poll_s(_poll(9_000), 0, 0, _DAY_S, _PACE) == 30


@pytest.mark.parametrize(
    ("remaining_s", "elapsed_s", "wait_s"),
    [
        (None, 60, 60),  # young: the least
        (None, 1_200, 120),  # a tenth of what it took so far
        (None, 20_000, 300),  # never more than the most
        (500, 1_200, 200),  # the job's own estimate counts for more
        (20, 1_200, 60),
        (0, 1_200, 120),  # an estimate of nothing says nothing
    ],
)
def test_later_looks_follow_the_estimate_else_the_time_spent(
    remaining_s: float | None, elapsed_s: float, wait_s: float
) -> None:
    assert next_poll_s(_poll(remaining_s), 3, elapsed_s, _DAY_S, _PACE) == wait_s


def test_an_operation_that_names_no_job_is_looked_at_ever_less_often() -> None:
    waits = [next_poll_s(None, polls, polls * 60, _DAY_S, _PACE) for polls in range(60)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (30, 300)


def test_no_wait_reaches_beyond_the_deadline() -> None:
    assert next_poll_s(_poll(), 3, 1_200, 40, _PACE) == 40


@given(
    st.none() | _seconds,
    st.integers(0, 500),
    _seconds,
    st.floats(-_DAY_S, _DAY_S),
    _seconds,
    st.text(max_size=5),
)
def test_whatever_was_seen_the_wait_is_bounded(
    eta_s: float | None, polls: int, elapsed_s: float, remaining_s: float, least: float, spread: str
) -> None:
    poll_policy = PollPolicy(poll_s_first=0, poll_s_min=min(least, 300), poll_s_max=300)
    wait_s = next_poll_s(_poll(eta_s), polls, elapsed_s, remaining_s, poll_policy, spread)
    assert 5 <= wait_s <= 330
    assert wait_s <= max(remaining_s, 5)


def test_a_day_of_watching_stays_within_the_quota() -> None:
    elapsed_s, polls = 0.0, 0
    while elapsed_s < _DAY_S:
        elapsed_s += next_poll_s(_poll(), polls, elapsed_s, _DAY_S - elapsed_s, _PACE)
        polls += 1
    assert polls < 320  # the quota is about 250 an hour


def test_what_azure_asks_is_obeyed_even_beyond_the_usual_longest_wait() -> None:
    assert retry_wait_s(Outcome.retry_later(900), 1, _PACE, "") == 900
    assert retry_wait_s(Outcome.retry_later(0), 1, _PACE, "") == 5
    assert retry_wait_s(Outcome.retry_later(1e9), 1, _PACE, "") == 3_600


def test_without_a_word_from_azure_waits_double_up_to_the_longest() -> None:
    waits = [retry_wait_s(Outcome.retry_later(None), attempt, _PACE, "") for attempt in range(1, 9)]
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300]
    assert retry_wait_s(Outcome.retry_later(None), 10_000, _PACE, "") == 300


def test_what_goes_wrong_again_is_left_alone_longer_than_asked() -> None:
    """Storage always asks for ten seconds; twelve of them are no patience with an outage."""
    error = Failure(code="ServerBusy", message="Busy.", category="ServiceUnavailable")
    outcome = Outcome.retry_later(10, error)
    waits = [retry_wait_s(outcome, attempt, _PACE, "") for attempt in range(1, 13)]
    assert waits[:5] == [10, 10, 20, 40, 80]
    assert sum(waits) > 1_800
    assert retry_wait_s(Outcome.retry_later(900, error), 1, _PACE, "") == 900


def test_a_wait_for_a_turn_is_as_long_as_asked_each_time() -> None:
    assert {
        retry_wait_s(Outcome.retry_later(7), attempt, _PACE, "") for attempt in range(1, 9)
    } == {7}


@given(st.text(min_size=1, max_size=20), st.floats(0, 3_600))
def test_the_spread_only_ever_waits_longer_and_is_the_same_each_time(
    spread: str, asked_s: float
) -> None:
    outcome = Outcome.retry_later(asked_s)
    wait_s = retry_wait_s(outcome, 1, _PACE, spread)
    assert max(asked_s, 5) <= wait_s <= max(asked_s, 5) * 1.1
    assert wait_s == retry_wait_s(outcome, 1, _PACE, spread)


def test_two_restores_do_not_come_back_together() -> None:
    waits = {retry_wait_s(Outcome.retry_later(60), 1, _PACE, f"restore-{n}") for n in range(20)}
    assert len(waits) == 20


def test_an_operation_is_looked_at_soon_then_seldom_and_as_late_as_azure_asks() -> None:
    waits = [next_operation_poll_s(polls, PollPolicy()) for polls in (0, 1, 9, 10, 500)]
    assert waits == [5, 10, 30, 300, 300]
    assert next_operation_poll_s(0, PollPolicy(), 60) == 60
    assert next_operation_poll_s(10, PollPolicy(), 1) == 300
    assert next_operation_poll_s(0, PollPolicy(), 1e9) == 3600


@pytest.mark.parametrize(
    ("attempt", "wait_s"),
    [(1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (99, 300)],
)
def test_a_wait_grows_with_each_attempt_in_vain(attempt: int, wait_s: float) -> None:
    assert retry_wait_s(Outcome(kind="retryLater"), attempt, _PACE, "") == wait_s


def test_nothing_is_waited_for_longer_than_an_hour_whatever_is_asked() -> None:
    for asked_s, wait_s in ((3_599, 3_599), (3_600, 3_600), (9_999, 3_600), (1, 5)):
        found = Outcome(kind="retryLater", retry_after_s=asked_s)
        assert retry_wait_s(found, 1, _PACE, "") == wait_s


@pytest.mark.parametrize(
    ("attempt", "remaining_s", "wait_s"),
    [(0, 900, 5), (1, 900, 10), (2, 900, 20), (3, 900, 40), (4, 900, 60), (99, 900, 60),
     (4, 30, 30), (4, 1, 5), (4, -1, 5)],
)  # fmt: skip
def test_a_restored_vm_is_looked_at_soon_and_then_each_minute(
    attempt: int, remaining_s: float, wait_s: float
) -> None:
    assert next_check_s(attempt, remaining_s, _PACE, "") == wait_s


def test_a_spread_adds_a_tenth_at_most() -> None:
    for spread in ("a", "b", "restore-r1", "語"):
        for wait_s in (
            next_check_s(9, 900, _PACE, spread) / 60,
            next_poll_s(None, 0, 0, _DAY_S, _PACE, spread) / 30,
            retry_wait_s(Outcome(kind="retryLater"), 2, _PACE, spread) / 10,
        ):
            assert 1 < wait_s < 1.1
    assert next_check_s(9, 900, _PACE, "a") != next_check_s(9, 900, _PACE, "b")


def test_the_tenth_poll_is_the_last_quick_one() -> None:
    waits = [next_operation_poll_s(polls, _PACE) for polls in range(14)]
    assert waits == [5, 10, 20, *([30] * 7), 300, 300, 300, 300]
    assert next_operation_poll_s(0, _PACE, 40) == 40
    assert next_operation_poll_s(0, _PACE, 9_999) == 3_600
    assert next_operation_poll_s(3, _PACE, 20) == 30


def test_waits_double_as_often_as_their_longest_allows_and_have_an_end() -> None:
    patient = PollPolicy(poll_s_min=1e9, poll_s_max=1e9, retry_s_max=1e9)
    assert [next_operation_poll_s(polls, patient) for polls in (10, 11, 99)] == [5_120] * 3
    checks = [next_check_s(each, _DAY_S, patient, "") for each in (9, 10, 11)]
    assert checks == [2_560, 5_120, 5_120]
    waits = [retry_wait_s(Outcome(kind="retryLater"), each, patient, "") for each in (20, 21, 22)]
    assert waits == [5 * 2.0**19, 5 * 2.0**20, 5 * 2.0**20]


@pytest.mark.parametrize(("remaining_s", "wait_s"), [(0.5, 60), (1, 60), (None, 120), (-5, 120)])
def test_an_estimate_of_a_moment_is_one(remaining_s: float | None, wait_s: float) -> None:
    assert next_poll_s(_poll(remaining_s), 3, 1_200, _DAY_S, _PACE) == wait_s


_SHARE = 0xCA978112 / 2**32
"""What the spread "a" adds of a tenth: the beginning of its SHA-256."""


def test_a_spread_adds_its_share_of_a_tenth() -> None:
    spread = 1 + _SHARE / 10
    for wait_s, usual_s in (
        (next_check_s(9, 900, _PACE, "a"), 60),
        (next_poll_s(None, 0, 0, _DAY_S, _PACE, "a"), 30),
        (retry_wait_s(Outcome(kind="retryLater"), 2, _PACE, "a"), 10),
    ):
        assert wait_s == pytest.approx(usual_s * spread, rel=1e-9)


@pytest.mark.parametrize(("polls", "elapsed_s", "wait_s"), [(0, 600, 60), (9, 1_000, 100)])
def test_what_nobody_has_seen_yet_is_looked_at_by_the_time_spent(
    polls: int, elapsed_s: float, wait_s: float
) -> None:
    assert next_poll_s(None, polls, elapsed_s, _DAY_S, _PACE) == pytest.approx(wait_s)
    assert next_poll_s(_poll(9_000), 0, elapsed_s, _DAY_S, _PACE) == elapsed_s / 10
