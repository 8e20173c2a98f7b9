"""That a VM is looked at is noted once, and its job's slot is free from then on."""

from datetime import timedelta

from activities import begin_verification
from restore.messages.ledger_entry import LedgerState, Verifying
from restore.messages.model import Outcome, Verdict
from restore.messages.verification_io import BeginVerification
from storage import concurrency_slots
from tests.fakes.app_harness import START, AppHarness
from tests.unit.activities import orders

BEGAN = START - timedelta(hours=1)
DONE = Verdict(verdict="Completed", succeeded=True, text="Done.")


def begin() -> Verifying:
    order = BeginVerification(request_id="r1", verdict=DONE, job_began=BEGAN)
    found = Outcome.from_json(begin_verification.begin_verification(order.as_json()))
    assert found.kind == "done", found
    return Verifying.from_json(found.value)


def test_the_first_note_stands_and_the_slot_is_released(harness: AppHarness) -> None:
    orders.accepted(harness, orders.request(), state=LedgerState.STARTED, job_id="job")
    concurrency_slots.take(harness.documents, "r1", 1, START, START)
    first = begin()
    assert first == Verifying(since=START, verdict=DONE, job_began=BEGAN)
    assert concurrency_slots.take(harness.documents, "r2", 1, START, START).is_ours
    harness.clock.advance(3600)
    assert begin() == first
    assert len(harness.sent("verifying")) == 1


def test_what_is_over_meanwhile_is_noted_no_more(harness: AppHarness) -> None:
    orders.accepted(harness, orders.request(), state=LedgerState.FINISHED, verdict=DONE)
    assert begin() == Verifying(since=START, verdict=DONE, job_began=BEGAN)
    assert orders.held(harness).entry.verifying is None
