"""What has been decided about an approval? The ledger knows; an event only said to look.

When the time is up, "expired" is written by the same conditional write as a person's decision: of
the two exactly one stands.
"""

from typing import Any

from activities import activity_result, clock
from arm import log
from restore.messages.activity_io import Decided, ReadDecision
from restore.messages.log_line import LogLine
from restore.messages.model import Approval
from restore.progress import ledger_lines
from storage import connection


def read_decision(order: dict[str, Any]) -> dict[str, Any]:
    """Input: ReadDecision. Done with Decided."""
    return activity_result.outcome(order, lambda order: _read(ReadDecision.from_json(order)))


def _read(order: ReadDecision) -> Decided:
    ledger = connection.ledger()
    if order.is_over:
        expired = Approval(decision="expired", at=clock.now())
        entry = ledger.decide(order.request_id, expired)
        if entry.approval is not None and entry.approval.decision == expired.decision:
            about = ledger_lines.about(entry)
            log.write(LogLine(event="decided", about=about, decision=expired.decision))
    else:
        held = ledger.read(order.request_id)
        assert held is not None, "open_restore entered it"
        entry = held.entry
    return Decided(approval=entry.approval, is_over=entry.is_over)
