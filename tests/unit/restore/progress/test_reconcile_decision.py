"""What becomes of an open restore: by its entry, and by what became of its orchestration."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Verdict
from restore.progress.reconcile_decision import START_MAX, Step, next_step

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
OLD, JUST_NOW = NOW - START_MAX, NOW - START_MAX + timedelta(seconds=1)
FOLLOWED = ("Pending", "Running", "Suspended", "ContinuedAsNew")
ENDED = ("Completed", "Failed", "Terminated", "Canceled", None)
UNFINISHED = [state for state in LedgerState if state is not LedgerState.FINISHED]
DONE = Verdict(verdict="Completed", succeeded=True, text="It is done.")


def step(status: str | None, revival: int | None = None, **known: Any) -> Step:
    given: dict[str, Any] = {"accepted_at": OLD} | known
    entry = LedgerEntry(request_id="r1", request_hash="h", request={}, source="queue", **given)
    return next_step(entry, status, revival, NOW, 3)


@pytest.mark.parametrize("state", UNFINISHED)
@pytest.mark.parametrize("status", FOLLOWED)
def test_what_is_followed_is_left_alone(status: str, state: LedgerState) -> None:
    assert step(status, state=state, revivals=9) is Step.LEAVE


@pytest.mark.parametrize("status", [*FOLLOWED, *ENDED])
def test_what_has_its_verdict_is_left_alone(status: str | None) -> None:
    assert step(status, state=LedgerState.FINISHED, verdict=DONE) is Step.LEAVE


@pytest.mark.parametrize("state", UNFINISHED)
@pytest.mark.parametrize("status", ENDED)
def test_what_nobody_follows_is_started_again_so_often_and_no_more(
    status: str | None, state: LedgerState
) -> None:
    steps = [step(status, state=state, revivals=count) for count in range(5)]
    assert steps == [Step.REVIVE] * 3 + [Step.GIVE_UP] * 2


def test_its_starter_is_given_a_minute() -> None:
    assert step(None, accepted_at=JUST_NOW) is Step.LEAVE


@pytest.mark.parametrize("status", ["Completed", "Failed", "Terminated", "Canceled"])
def test_one_that_was_there_already_needs_no_starter(status: str) -> None:
    assert step(status, accepted_at=JUST_NOW) is Step.REVIVE


@pytest.mark.parametrize("status", ENDED)
def test_who_starts_it_again_is_given_a_minute_too(status: str | None) -> None:
    assert step(status, revivals=1, revived_at=JUST_NOW) is Step.LEAVE
    assert step(status, revivals=1, revived_at=OLD) is Step.REVIVE


@pytest.mark.parametrize("revivals", [1, 3])
def test_a_revival_that_was_counted_and_not_started_is_started_and_not_counted_again(
    revivals: int,
) -> None:
    known = {"revivals": revivals, "revived_at": OLD}
    assert step("Failed", revivals - 1, **known) is Step.START
    assert step("Failed", revivals, **known) is (Step.REVIVE if revivals < 3 else Step.GIVE_UP)
