"""Sends what is left of all that is open, as the reconciler does
(activities/reconcile_restore.py)."""

from datetime import datetime

from storage import draining, open_index
from storage.ledger import Ledger
from storage.outbox import Outbox


def drain_open(
    ledger: Ledger, sender: Outbox, now: datetime, token: str | None = None
) -> str | None:
    """Send what is left of one page; return how to continue."""
    page = open_index.page(ledger.documents, token)
    for request_id in page.request_ids:
        held, noted = ledger.read(request_id), open_index.read(ledger.documents, request_id)
        if held is None:
            draining.forget(ledger.documents, request_id, now)
        elif noted is not None:
            draining.drain_entry(ledger.documents, sender, held.entry, noted, now)
    return page.token
