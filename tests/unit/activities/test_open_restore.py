"""A restore is opened as the ledger knows it, and what died while it was closed is made good."""

from typing import Any

import pytest

from activities import open_restore
from restore.messages import names
from restore.messages.activity_io import RESTORE_VERSION, Opened, Restore
from restore.messages.ledger_entry import Intent, LedgerState
from restore.messages.model import Outcome, Verdict
from restore.messages.poll_policy import PollPolicy
from storage import concurrency_slots
from tests.fakes.app_harness import START, AppHarness
from tests.unit.activities import orders

FAILED = Verdict(verdict="Failed", succeeded=False, text="x")
INTENT = Intent(
    item_id="/i", container_name="c", recovery_point="1", vault_time=START, written_at=START,
    window_s=200, known_jobs=(),
)  # fmt: skip


def opened() -> Opened:
    order = Restore(
        request=orders.request(), poll_policy=PollPolicy(), source="http", version=RESTORE_VERSION
    )
    found = Outcome.from_json(open_restore.open_restore(order.as_json()))
    assert found.kind == "done", found
    return Opened.from_json(found.value)


def test_what_nobody_has_entered_is_entered_and_told_once(harness: AppHarness) -> None:
    assert opened() == opened() == Opened(state=LedgerState.ACCEPTED, accepted_at=START)
    known = orders.held(harness).entry
    assert (known.source, known.request) == ("http", orders.request().as_json())
    assert known.request_hash == names.request_hash(orders.request())
    assert len(harness.sent("accepted")) == 1


def test_what_has_come_some_way_goes_on_from_there(harness: AppHarness) -> None:
    item, choice = orders.item(harness), orders.choice(harness, orders.request())
    known: dict[str, Any] = {"operation_id": "op", "job_id": "job", "adopted": True}
    known |= {"item": item, "choice": choice}
    orders.accepted(harness, orders.request(), state=LedgerState.STARTED, **known)
    assert opened() == Opened(state=LedgerState.STARTED, accepted_at=START, **known)


@pytest.mark.parametrize(
    ("known", "is_held"),
    [
        ({}, True),
        ({"state": LedgerState.STARTED, "intent": INTENT}, True),
        ({"state": LedgerState.FINISHED, "verdict": FAILED, "intent": INTENT}, True),
        ({"state": LedgerState.FINISHED, "verdict": FAILED}, False),
    ],
    ids=["open", "sent", "over, and sent", "over, and never sent"],
)
def test_what_is_over_and_was_never_sent_holds_no_slot(
    harness: AppHarness, known: dict[str, Any], is_held: bool
) -> None:
    orders.accepted(harness, orders.request(), **known)
    concurrency_slots.take(harness.documents, "r1", 1, START, START)
    assert opened().verdict == known.get("verdict")
    other = concurrency_slots.take(harness.documents, "r2", 1, START, START)
    assert other.is_ours is not is_held
