"""What becomes of an open restore: by its entry, and by what became of its orchestration."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Failure, Verdict
from restore.progress.reconcile_decision import (
    Step,
    abandoned,
    is_abandoned,
    next_step,
    while_settings_are_wrong,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
OLD, JUST_NOW = NOW - timedelta(seconds=60), NOW - timedelta(seconds=59)
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
    for no_earlier in (revivals, revivals + 1):
        expected = Step.REVIVE if revivals < 3 else Step.GIVE_UP
        assert step("Failed", no_earlier, **known) is expected


@pytest.mark.parametrize("state", LedgerState)
@pytest.mark.parametrize("wanted", Step)
def test_while_settings_are_wrong_only_what_sends_nothing_is_followed_again(
    wanted: Step, state: LedgerState
) -> None:
    entry = LedgerEntry(
        request_id="r1", request_hash="h", request={}, source="q", accepted_at=OLD, state=state
    )
    is_done = wanted in (Step.REVIVE, Step.START) and state in ("Started", "Cancelled")
    assert while_settings_are_wrong(wanted, entry) is (wanted if is_done else Step.LEAVE)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("Abandoned", True), ("Aaa", False), ("NotFollowed", False), (None, False), ("", False)],
)
def test_an_abandoned_restore_is_known_by_its_code(code: str | None, expected: bool) -> None:
    error = None if code is None else Failure(code="".join(list(code)), message="x", category="x")
    verdict = Verdict(verdict="Failed", succeeded=False, text="x", error=error)
    entry = LedgerEntry(
        request_id="r1", request_hash="h", request={}, source="q", accepted_at=OLD, verdict=verdict
    )
    assert is_abandoned(entry) is expected
    assert not is_abandoned(msgspec.structs.replace(entry, verdict=None))


@pytest.mark.parametrize(("by", "who"), [("ann", "ann"), (None, "Somebody unknown")])
def test_it_says_who_has_abandoned_it(by: str | None, who: str) -> None:
    told = abandoned(by)
    assert (told.code, told.message) == ("Abandoned", f"{who} abandoned this restore.")
