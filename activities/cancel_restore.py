"""Ask Azure to cancel the job of a started restore. Too late is an answer, not an error."""

import azure.durable_functions as df

from activities import edge
from arm import connection as arm_connection
from restore import names
from restore.contracts import Outcome
from restore.orders import Cancel, Cancelled, decode
from storage import connection

blueprint = df.Blueprint()

_JOB_AGAIN_S = 10.0


@blueprint.activity_trigger(input_name="order", activity=names.CANCEL_RESTORE)
def cancel_restore(order: dict) -> dict:  # type: ignore[type-arg]
    """Order: Cancel. Done with Cancelled; later while the job's id is not known yet."""
    return edge.outcome(lambda: _cancel(decode(order, Cancel)))


def _cancel(order: Cancel) -> Cancelled | Outcome:
    entry = connection.ledger().cancel(order.request_id)
    if entry.job_id is None:
        return Outcome.later(_JOB_AGAIN_S)
    reply = arm_connection.backup().cancel_job(order.vault_id, entry.job_id)
    return Cancelled(accepted=reply.accepted, code=reply.code, text=reply.text)
