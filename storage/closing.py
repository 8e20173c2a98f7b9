"""Closing a restore: drop the signed URLs, then write the verdict into the ledger, where it
outlives the history.

In this order, for nobody comes back to a request that has its verdict. The slot follows the same
rule where it can: one that Azure's work has left is released before the verdict is written. One of
which nothing was started is released after it: until then a run that was held up might still send.
"""

from datetime import datetime

from arm import log
from restore.messages.activity_io import Close
from restore.messages.ledger_entry import LedgerEntry
from restore.progress import ledger_lines
from restore.result import conclude
from storage import concurrency_slots, poll_urls
from storage.documents import Documents
from storage.ledger import Ledger
from storage.outbox import Outbox


def close(ledger: Ledger, outbox: Outbox, order: Close, now: datetime) -> LedgerEntry:
    """Close a restore, and tell it; return the entry, with the verdict that stands: the first that
    was written. Repeatable. Raises ServiceUnavailable."""
    documents, request_id = ledger.documents, order.request_id
    poll_urls.drop(documents, request_id)
    if order.is_over:
        concurrency_slots.release(documents, request_id, now)
    entry = ledger.finish(
        request_id,
        lambda entry: conclude.of_entry(entry, order),
        now,
        order,
    )
    log.write(ledger_lines.verdict(entry))
    if not order.is_over:
        _leave_slot(documents, entry, now)
    outbox.tell(entry)
    return entry


def _leave_slot(documents: Documents, entry: LedgerEntry, now: datetime) -> None:
    """Where a job is known that may run on, its slot stays taken until somebody reads it again
    (activities/slot_leases.py); where one may yet begin, until it cannot any more."""
    if entry.intent is None:
        concurrency_slots.release(documents, entry.request_id, now)
        return
    until = entry.intent.over_at if entry.job_id is None else now + concurrency_slots.JOB_AGAIN
    concurrency_slots.renew(documents, entry.request_id, until)
