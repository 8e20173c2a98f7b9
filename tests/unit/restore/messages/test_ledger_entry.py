"""What an entry of the ledger says of its request, by its state and by what was added to it."""

from datetime import timedelta
from typing import Any

import pytest

from restore.messages.attempts import ATTEMPTS_MAX, Attempt
from restore.messages.ledger_entry import (
    CancelAnswer,
    Fallback,
    Intent,
    LedgerEntry,
    LedgerState,
    Verifying,
    fallen_back,
    reminded,
    verifying_since,
)
from restore.messages.model import Approval, Authorization, Choice, RecoveryPoint, Verdict
from tests.fakes.app_harness import START

HOUR = timedelta(hours=1)
ACCEPTED, INTENDED, STARTED = LedgerState.ACCEPTED, LedgerState.INTENDED, LedgerState.STARTED
CANCELLED, FALLEN_BACK = LedgerState.CANCELLED, LedgerState.FALLEN_BACK
FINISHED = LedgerState.FINISHED
VERDICT = Verdict(verdict="Failed", succeeded=False, text="It failed.")
WANTED = Authorization(rule="r", approval=True)
APPROVED = Approval(decision="approved", at=START)
ATTEMPT = Attempt(at=START)


def entry(state: LedgerState = ACCEPTED, **fields: Any) -> LedgerEntry:
    plain: dict[str, Any] = {
        "request_id": "r1",
        "request_hash": "h",
        "request": {"recoveryType": "RestoreDisks", "jobRecoveryType": "OriginalLocation"},
        "source": "queue",
        "accepted_at": START,
        "state": state,
    }
    return LedgerEntry(**plain | fields)


def choice(name: str) -> Choice:
    return Choice(point=RecoveryPoint(name=name, time=START), why="x", considered=1)


def states(holds: Any) -> list[LedgerState]:
    return [state for state in LedgerState if holds(state)]


def test_the_window_of_an_intent_ends_by_the_vaults_clock_and_by_our_own() -> None:
    intent = Intent(
        item_id="i",
        container_name="c",
        recovery_point="p",
        vault_time=START - HOUR,
        written_at=START,
        window_s=200,
        known_jobs=(),
    )
    assert intent.until == START - HOUR + timedelta(seconds=200)
    assert intent.over_at == START + timedelta(seconds=200)


def test_a_restore_is_over_once_it_is_cancelled_or_has_its_verdict() -> None:
    assert states(lambda state: entry(state).is_over) == [CANCELLED, FINISHED]


ELSEWHERE = {"recoveryType": "Adopted", "jobRecoveryType": "OriginalLocation"}


@pytest.mark.parametrize(
    ("request_", "is_elsewhere", "recovery_type"),
    [
        ({"recoveryType": "RestoreDisks", "jobRecoveryType": "x"}, False, "RestoreDisks"),
        ({"recoveryType": "AlternateLocation"}, False, "AlternateLocation"),
        ({"recoveryType": "".join(("Adop", "ted"))}, True, None),
        (ELSEWHERE, True, "OriginalLocation"),
        ({}, False, None),
    ],
)
def test_what_was_begun_elsewhere_has_its_jobs_recovery_type(
    request_: dict[str, Any], is_elsewhere: bool, recovery_type: str | None
) -> None:
    known = entry(request=request_)
    assert (known.begun_elsewhere, known.recovery_type) == (is_elsewhere, recovery_type)


def test_the_point_of_the_attempt_that_counts_comes_before_the_chosen_one() -> None:
    own, others = choice("own"), choice("others")
    other = Verdict(verdict="Completed", succeeded=True, text="", choice=others)
    assert entry().choice_that_counts is None
    assert entry(choice=own).choice_that_counts == own
    assert entry(choice=own, verdict=VERDICT).choice_that_counts == own
    assert entry(choice=own, verdict=other).choice_that_counts == others


@pytest.mark.parametrize(
    ("asked", "answered", "must"),
    [(0, None, False), (1, None, True), (1, 1, False), (2, 1, True), (1, 2, False)],
)
def test_a_wish_to_cancel_is_passed_on_while_something_may_be_out(
    asked: int, answered: int | None, must: bool
) -> None:
    answer = None if answered is None else CancelAnswer(asked=answered, accepted=False)
    fields: dict[str, Any] = {"cancel_asked": asked, "cancel_answer": answer}
    expected = [INTENDED, STARTED] if must else []
    assert states(lambda state: entry(state, **fields).must_cancel) == expected
    elsewhere = fields | {"request": ELSEWHERE}
    assert states(lambda state: entry(state, **elsewhere).must_cancel) == []


@pytest.mark.parametrize(
    ("fields", "waits"),
    [
        ({}, False),
        ({"authorization": WANTED}, True),
        ({"authorization": Authorization(rule="r")}, False),
        ({"authorization": WANTED, "approval": APPROVED}, False),
        ({"approval": APPROVED}, False),
    ],
)
def test_a_decision_counts_while_it_is_wanted_and_nothing_was_sent(
    fields: dict[str, Any], waits: bool
) -> None:
    found = states(lambda state: entry(state, **fields).is_waiting_for_approval)
    assert found == ([ACCEPTED] if waits else [])


def test_the_first_verification_of_a_job_stands() -> None:
    first = Verifying(since=START, verdict=VERDICT)
    again = Verifying(since=START + HOUR, verdict=VERDICT)
    assert states(lambda state: verifying_since(entry(state), first).verifying == first) == [
        STARTED
    ]
    known = entry(STARTED, verifying=first)
    assert verifying_since(known, again) is known


@pytest.mark.parametrize("state", [ACCEPTED, STARTED, FALLEN_BACK])
@pytest.mark.parametrize("judged", [ACCEPTED, STARTED, FALLEN_BACK])
@pytest.mark.parametrize(("made", "attempts"), [(0, 1), (1, 2), (0, 2), (1, 1), (2, 1)])
def test_another_attempt_is_made_of_what_was_judged_and_next_in_order(
    state: LedgerState, judged: LedgerState, made: int, attempts: int
) -> None:
    so_far = Fallback(verdict=VERDICT, attempts=(ATTEMPT,) * made) if made else None
    known = entry(state, fallback=so_far)
    more = Fallback(verdict=VERDICT, attempts=(ATTEMPT,) * attempts)
    after = fallen_back(known, judged, more)
    if state is judged and attempts == made + 1:
        assert (after.state, after.fallback) == (FALLEN_BACK, more)
    else:
        assert after is known


def test_what_somebody_wants_cancelled_does_not_fall_back() -> None:
    known = entry(cancel_asked=1)
    assert fallen_back(known, ACCEPTED, Fallback(verdict=VERDICT, attempts=(ATTEMPT,))) is known


def test_who_must_decide_is_reminded_once() -> None:
    waiting = entry(authorization=WANTED)
    after = reminded(waiting, START)
    assert after.reminded_at == START
    assert reminded(after, START + HOUR) is after
    decided = entry(authorization=WANTED, approval=APPROVED)
    assert reminded(decided, START) is decided


def test_a_request_has_three_attempts_at_most() -> None:
    assert ATTEMPTS_MAX == 3, "the first one, and each rung once"
