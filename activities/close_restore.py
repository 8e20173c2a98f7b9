"""Drop the signed URLs, then write the verdict into the ledger, where it outlives the history.

In this order, for nobody comes back to a request that has its verdict. The slot follows the same
rule where it can: one that Azure's work has left is released before the verdict is written. One of
which nothing was started is released after it: until then a run that was held up might still send.
"""

from typing import Any

import azure.durable_functions as df

from activities import clock, edge
from restore import endings, names
from restore.ledger import LedgerEntry
from restore.orders import Close, decode
from storage import connection, handles, slots
from storage.documents import Documents

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order", activity=names.CLOSE_RESTORE)
def close_restore(order: dict) -> dict:  # type: ignore[type-arg]
    """Order: Close. Done with `{verdict}`, the one that stands: the first that was written."""
    return edge.outcome(lambda: _close(decode(order, Close)))


def _close(order: Close) -> dict[str, Any]:
    ledger, now = connection.ledger(), clock.now()
    handles.drop(ledger.documents, order.request_id)
    if order.is_over:
        slots.release(ledger.documents, order.request_id, now)
    entry = ledger.finish(
        order.request_id,
        lambda entry: endings.of_entry(entry, order),
        now,
        item=order.item,
        choice=order.choice,
    )
    if not order.is_over:
        _leave_slot(ledger.documents, entry)
    connection.outbox().tell(entry)
    return {"verdict": edge.as_json(entry.verdict)}


def _leave_slot(documents: Documents, entry: LedgerEntry) -> None:
    """Where a job is known that may run on, the lease goes on with it (activities/slot_leases.py);
    where one may yet begin, until it cannot any more."""
    if entry.intent is None:
        slots.release(documents, entry.request_id, clock.now())
    elif entry.job_id is None:
        slots.renew(documents, entry.request_id, entry.intent.over_at)
