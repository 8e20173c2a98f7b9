"""A person decides while the restore's clock stands, and only what was decided is done."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from activities import authorize_restore, trigger_restore
from restore.messages import names
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Outcome
from restore.policy import rules
from restore.settings import Settings
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import START, AppHarness
from tests.unit.activities import orders
from tests.unit.orchestrators.journal import Journal

HOUR = 3600.0
ID = "restore-r1"


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    """A world whose policy wants a person where a VM's disks are replaced."""
    with AppHarness(policy=rules.DEFAULT).open() as world:
        yield world


@pytest.fixture
def waiting(harness: AppHarness, journal: Journal) -> AppHarness:
    harness.ask(request_for("OriginalLocation", "r1", deadline="PT1H"))
    harness.run_for(60)
    assert journal.calls[-1] == names.AUTHORIZE_RESTORE
    return harness


def entry(harness: AppHarness) -> LedgerEntry:
    held = harness.ledger.read("r1")
    assert held is not None
    return held.entry


def runtime(harness: AppHarness) -> str:
    row = harness.driver.client.get(ID)
    assert row is not None
    return row.runtime_status


def test_what_waits_for_a_person_says_so_and_until_when(
    waiting: AppHarness, journal: Journal
) -> None:
    shown = waiting.status(ID)
    assert shown["phase"] == "WaitingForApproval"
    assert shown["waiting"]["code"] == "ApprovalWanted"
    assert shown["waiting"]["reason"] == "A person must approve or refuse this restore."
    assert shown["waiting"]["until"] == "2026-11-23T07:00:00Z"
    assert shown["waiting"]["attempt"] == 1
    assert journal.waits_s() == [pytest.approx(4 * HOUR + 1, abs=0.5)]


def test_the_clock_of_a_restore_runs_from_the_decision(
    waiting: AppHarness, journal: Journal
) -> None:
    waiting.run_for(3 * HOUR)
    waiting.decide("r1", "approved", by="bob")
    waiting.run_for(2 * HOUR)
    assert waiting.verdict("r1").verdict == "Completed"
    assert journal.calls.count(names.READ_DECISION) == 1
    assert journal.calls.count(names.TRIGGER_RESTORE) == 1


def test_after_an_approval_nothing_waits_any_more(waiting: AppHarness) -> None:
    waiting.decide("r1", "approved", by="bob")
    waiting.run_for(HOUR)
    assert runtime(waiting) == "Completed", "the timer was cancelled"
    assert waiting.clock.now() < START + timedelta(hours=4)


@pytest.mark.parametrize(
    ("decision", "code"), [("refused", "ApprovalRefused"), ("expired", "ApprovalExpired")]
)
def test_what_is_not_approved_is_rejected_and_never_sent(
    waiting: AppHarness, journal: Journal, decision: str, code: str
) -> None:
    waiting.decide("r1", decision, by="bob")  # type: ignore[arg-type]
    waiting.run_for(60)
    verdict = waiting.verdict("r1")
    assert verdict.error is not None
    assert (verdict.verdict, verdict.error.code) == ("Rejected", code)
    assert names.TRIGGER_RESTORE not in journal.calls
    assert runtime(waiting) == "Completed"


def test_when_nobody_decides_in_time_it_expires_in_the_ledger(
    waiting: AppHarness, journal: Journal
) -> None:
    waiting.run_for(4 * HOUR - 62)
    assert entry(waiting).approval is None
    waiting.run_for(10)
    approval = entry(waiting).approval
    assert approval is not None
    assert approval.decision == "expired"
    assert approval.at >= START + timedelta(hours=4)
    assert journal.calls.count(names.READ_DECISION) == 1
    assert waiting.verdict("r1").verdict == "Rejected"


def test_an_event_without_a_decision_leaves_the_wait_to_its_timer(
    waiting: AppHarness, journal: Journal
) -> None:
    waiting.wake("r1", names.DECISION_EVENT)
    waiting.run_for(3.5 * HOUR)
    assert journal.calls.count(names.READ_DECISION) == 1
    assert entry(waiting).approval is None, "an event alone decides nothing"
    waiting.decide("r1", "approved", by="bob")
    waiting.run_for(600)
    assert names.TRIGGER_RESTORE not in journal.calls, "the event is waited for once"
    waiting.run_for(2 * HOUR)
    assert waiting.verdict("r1").verdict == "Completed"
    assert journal.calls.count(names.READ_DECISION) == 2


def test_a_cancel_ends_the_wait_and_nothing_is_sent(waiting: AppHarness, journal: Journal) -> None:
    waiting.cancel("r1")
    waiting.run_for(60)
    assert waiting.verdict("r1").verdict == "Cancelled"
    assert runtime(waiting) == "Completed"
    assert names.TRIGGER_RESTORE not in journal.calls


def test_what_needs_no_person_does_not_wait(harness: AppHarness, journal: Journal) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(HOUR)
    assert harness.verdict("r1").verdict == "Completed"
    assert names.READ_DECISION not in journal.calls
    assert "WaitingForApproval" not in journal.phases(names.RESTORE_VM)


def test_a_restore_that_was_cancelled_while_it_was_judged_is_not_sent(
    harness: AppHarness, journal: Journal
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    note = harness.at_boundary

    def cancel_then(where: str) -> None:
        note(where)
        if where == f"{names.AUTHORIZE_RESTORE}: begun":
            harness.cancel("r1")

    harness.at_boundary = cancel_then
    harness.run_for(60)
    assert harness.verdict("r1").verdict == "Cancelled"
    assert names.TRIGGER_RESTORE not in journal.calls


def test_what_an_earlier_run_has_chosen_and_sent_meanwhile_is_what_is_told(
    harness: AppHarness, journal: Journal
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    note, request = harness.at_boundary, orders.request()
    older = orders.older_choice(harness)

    def send_then(where: str) -> None:
        note(where)
        if where == f"{names.AUTHORIZE_RESTORE}: begun":
            harness.at_boundary = note
            order = orders.authorize(harness, request, choice=older)
            assert_done(authorize_restore.authorize_restore(order, Settings()))
            order = orders.trigger(harness, request, point=older.point)
            assert_done(trigger_restore.trigger_restore(order, Settings()))

    harness.at_boundary = send_then
    harness.run_for(3 * HOUR)
    verdict = harness.verdict("r1")
    assert len(harness.posts()) == 1
    assert (verdict.verdict, verdict.recovery_point) == ("Completed", older.point.name)
    assert harness.status(ID)["recoveryPoint"]["id"] == older.point.name


def assert_done(answer: dict[str, Any]) -> None:
    assert Outcome.from_json(answer).kind == "done", answer
