"""A step is tried again by the clock: to the restore's own time, or for minutes if it is a bug."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from restore.messages.activity_io import Retry
from restore.messages.errors import DeadlinePassed, NotYet, to_failure
from restore.messages.model import Failure, Outcome
from restore.messages.poll_policy import PollPolicy
from restore.progress import retries, wait_reasons

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
RETRY = Retry(activity="a", order={}, poll_policy=PollPolicy(), until=NOW + timedelta(hours=24))
AWAY = Outcome.retry_later(
    None, Failure(code="Unreachable", message="Azure is away.", category="ServiceUnavailable")
)
RAISED = Outcome.retry_later(
    None, Failure(code=wait_reasons.UNFORESEEN, message="KeyError", category="ServiceUnavailable")
)


def lived(outcome: Outcome, retry: Retry = RETRY) -> tuple[Outcome, float, int]:
    """Try again and again, always with the same answer: how it ends, after which time and tries."""
    now, tries = NOW, 0
    while True:
        found = retries.learn(retry, outcome, now, "i")
        if isinstance(found, Outcome):
            return found, (now - NOW).total_seconds(), tries
        assert found.again_at is not None
        assert found.again_at >= now + timedelta(seconds=5) or found.again_at == found.until
        retry, now, tries = found, found.again_at, tries + 1


@pytest.mark.parametrize("category", ["Conflict", "NotFound"])
def test_what_is_done_or_failed_stands(category: str) -> None:
    failed = Outcome.failed(Failure(code="X", message="No.", category=category))
    assert retries.learn(RETRY, Outcome.done(1), NOW, "i") == Outcome.done(1)
    assert retries.learn(RETRY, failed, NOW, "i") == failed


def test_what_says_later_is_tried_until_the_time_is_up_and_not_a_number_of_times() -> None:
    end, after_s, tries = lived(AWAY)
    assert end.error is not None
    assert (end.kind, end.error.code) == ("failed", "DeadlinePassed")
    assert "Unreachable: Azure is away." in end.error.message
    assert after_s == pytest.approx(24 * 3600, abs=6)
    assert 250 < tries < 320


def test_the_first_waits_grow_to_five_minutes_and_stay_there() -> None:
    retry, now, waits = RETRY, NOW, []
    for _ in range(9):
        found = retries.learn(retry, AWAY, now, "i")
        assert isinstance(found, Retry)
        assert found.again_at is not None
        waits.append((found.again_at - now).total_seconds())
        retry, now = found, found.again_at
    assert all(300 <= wait <= 330 for wait in waits[6:])
    assert sum(waits[:6]) == pytest.approx(315, rel=0.1)


def test_the_last_try_is_made_when_the_time_is_up() -> None:
    near = msgspec.structs.replace(RETRY, until=NOW + timedelta(seconds=60), attempt=10)
    found = retries.learn(near, AWAY, NOW, "i")
    assert isinstance(found, Retry)
    assert found.again_at == near.until


def test_an_activity_that_finds_the_time_over_fails_with_what_was_waited_for() -> None:
    waited = retries.learn(RETRY, AWAY, NOW, "i")
    assert isinstance(waited, Retry)
    late = Outcome.failed(to_failure(DeadlinePassed("Nothing is sent any more.")))
    end = retries.learn(waited, late, NOW, "i")
    assert isinstance(end, Outcome)
    assert end.error is not None
    assert (end.error.category, end.error.code) == ("DeadlinePassed", "DeadlinePassed")
    assert "Unreachable: Azure is away." in end.error.message


def test_what_nobody_foresaw_is_tried_for_minutes_only() -> None:
    end, after_s, tries = lived(RAISED)
    assert (end.kind, end.error) == ("failed", RAISED.error)
    assert 600 <= after_s <= 1_000
    assert 6 <= tries <= 10


def test_an_app_that_was_away_gives_up_no_sooner() -> None:
    """Two workers exited, half an hour apart: the app was away in between."""
    found = retries.learn(RETRY, RAISED, NOW, "i")
    assert isinstance(found, Retry)
    again = retries.learn(found, RAISED, NOW + timedelta(minutes=30), "i")
    assert isinstance(again, Retry)


def test_an_answer_between_two_exits_begins_those_minutes_anew() -> None:
    retry, now = RETRY, NOW
    for outcome in [RAISED, AWAY] * 20:
        found = retries.learn(retry, outcome, now, "i")
        assert isinstance(found, Retry)
        assert found.again_at is not None
        retry, now = found, found.again_at


def test_two_instances_do_not_come_back_together() -> None:
    again = set()
    for instance in range(20):
        found = retries.learn(RETRY, AWAY, NOW, f"restore-{instance}")
        assert isinstance(found, Retry)
        again.add(found.again_at)
    assert len(again) == 20


def test_what_is_waited_for_is_told_with_its_end() -> None:
    why = NotYet("As many restores run as the policy allows.", code="NoSlot")
    found = retries.learn(RETRY, Outcome.retry_later(30, to_failure(why)), NOW, "i")
    assert isinstance(found, Retry)
    assert wait_reasons.shown(retries.why(found)) == {
        "code": "NoSlot",
        "reason": "As many restores run as the policy allows.",
        "until": "2026-11-24T03:00:00Z",
        "attempt": 1,
    }


@pytest.mark.parametrize(
    ("raised_for_s", "calls_before", "is_over"),
    [(599, 9, False), (600, 4, False), (600, 5, True), (601, 5, True)],
)
def test_what_raises_is_given_up_at_the_sixth_call_and_after_ten_minutes(
    raised_for_s: float, calls_before: int, is_over: bool
) -> None:
    since = NOW - timedelta(seconds=raised_for_s)
    before = msgspec.structs.replace(RETRY, unforeseen_since=since, unforeseen=calls_before)
    found = retries.learn(before, RAISED, NOW, "i")
    if is_over:
        assert isinstance(found, Outcome)
        assert (found.kind, found.error) == ("failed", RAISED.error)
        return
    assert isinstance(found, Retry)
    assert (found.unforeseen_since, found.unforeseen) == (since, calls_before + 1)
    answered = retries.learn(found, AWAY, NOW, "i")
    assert isinstance(answered, Retry)
    assert (answered.unforeseen_since, answered.unforeseen) == (None, 0)


@pytest.mark.parametrize(("left_s", "is_over"), [(0, True), (5, True), (5.5, False)])
def test_nothing_is_tried_again_in_the_last_five_seconds(left_s: float, is_over: bool) -> None:
    near = msgspec.structs.replace(RETRY, until=NOW + timedelta(seconds=left_s))
    assert isinstance(retries.learn(near, AWAY, NOW, "i"), Outcome) is is_over


@pytest.mark.parametrize("code", ["Aaa", "ActivityFailed2", "Zzz"])
def test_what_was_foreseen_is_tried_for_longer_whatever_its_code(code: str) -> None:
    error = Failure(code=code, message="x", category="ServiceUnavailable")
    assert lived(Outcome.retry_later(None, error))[1] > 20 * 3600
