"""What was decided is read from the ledger; when the time is up, "expired" is decided there."""

from datetime import timedelta
from typing import Any

import pytest

from activities import read_decision
from restore.messages.activity_io import Decided, ReadDecision
from restore.messages.ledger_entry import LedgerState
from restore.messages.model import Approval, Authorization, Outcome
from tests.fakes import log
from tests.fakes.app_harness import START, AppHarness
from tests.unit.activities import orders

WANTED = Authorization(rule="r", approval=True, until=START + timedelta(hours=4), plan_hash="h")
EXPIRED = Approval(decision="expired", at=START, plan_hash="h")


def decided(*, is_over: bool) -> Decided:
    order = ReadDecision(request_id="r1", is_over=is_over)
    found = Outcome.from_json(read_decision.read_decision(order.as_json()))
    assert found.kind == "done", found
    return Decided.from_json(found.value)


def test_as_long_as_there_is_time_nothing_is_decided(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    log.listen(caplog)
    orders.accepted(harness, orders.request(), authorization=WANTED)
    assert decided(is_over=False) == Decided()
    assert orders.held(harness).entry.approval is None
    assert log.lines(caplog, "decided") == []


@pytest.mark.parametrize("is_over", [True, False])
@pytest.mark.parametrize("decision", ["approved", "refused"])
def test_what_a_person_has_decided_stands_when_the_time_is_up(
    harness: AppHarness, caplog: pytest.LogCaptureFixture, decision: Any, is_over: bool
) -> None:
    log.listen(caplog)
    approval = Approval(decision=decision, at=START, by="ann")
    orders.accepted(harness, orders.request(), authorization=WANTED, approval=approval)
    assert decided(is_over=is_over) == Decided(approval=approval)
    assert log.lines(caplog, "decided") == []


def test_what_nobody_has_decided_expires_and_is_told(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    log.listen(caplog)
    orders.accepted(harness, orders.request(), authorization=WANTED)
    assert decided(is_over=True) == Decided(approval=EXPIRED)
    (line,) = log.lines(caplog, "decided")
    assert (line["requestId"], line["decision"]) == ("r1", "expired")


@pytest.mark.parametrize("is_over", [True, False])
def test_what_was_cancelled_meanwhile_is_over_and_not_decided(
    harness: AppHarness, caplog: pytest.LogCaptureFixture, is_over: bool
) -> None:
    log.listen(caplog)
    known = {"authorization": WANTED, "state": LedgerState.CANCELLED}
    orders.accepted(harness, orders.request(), **known)
    assert decided(is_over=is_over) == Decided(is_over=True)
    assert log.lines(caplog, "decided") == []
