"""Drop the signed URLs, then write the verdict into the ledger, where it outlives the history.

In this order, for nobody comes back to a request that has its verdict.
"""

from typing import Any

import azure.durable_functions as df

from activities import clock, edge
from restore import names
from restore.orders import Close, decode
from storage import connection, handles

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order", activity=names.CLOSE_RESTORE)
def close_restore(order: dict) -> dict:  # type: ignore[type-arg]
    """Order: Close. Done with `{verdict}`, the one that stands: the first that was written."""
    return edge.outcome(lambda: _close(decode(order, Close)))


def _close(order: Close) -> dict[str, Any]:
    ledger = connection.ledger()
    handles.drop(ledger.documents, order.request_id)
    entry = ledger.finish(order.request_id, order.verdict, clock.now())
    return {"verdict": edge.as_json(entry.verdict)}
