"""Ask Azure to cancel the job of a started restore. Too late is an answer, not an error."""

from typing import Any

from activities import activity_result, cancelling
from restore.messages.activity_io import Cancel
from storage import connection


def cancel_restore(order: dict[str, Any]) -> dict[str, Any]:
    """Input: Cancel. Done when nothing has to be asked any more, what came of it stands in the
    ledger; retry later while the job is not known, or Azure does not answer."""
    return activity_result.outcome(order, lambda order: _cancel(Cancel.from_json(order)))


def _cancel(order: Cancel) -> None:
    ledger = connection.ledger()
    held = ledger.read(order.request_id)
    assert held is not None, "what is cancelled was accepted"
    cancelling.ask(ledger, held)
