"""Look at the operation once: at its signed URLs if they are still known, else by its id."""

import azure.durable_functions as df

from activities import activity_result
from arm import connection as arm_connection
from restore.messages import names
from restore.messages.activity_io import ReadOperation
from restore.messages.model import OperationLook
from storage import connection, poll_urls

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order", activity=names.READ_OPERATION)
def read_operation(order: dict) -> dict:  # type: ignore[type-arg]
    """Order: ReadOperation. Done with an OperationLook; a job id it names is in the ledger then."""
    return activity_result.outcome(lambda: _read(ReadOperation.from_json(order)))


def _read(order: ReadOperation) -> OperationLook:
    ledger = connection.ledger()
    urls = poll_urls.find(ledger.documents, order.request_id)
    look = arm_connection.backup().read_operation(order.vault_id, order.operation_id, urls)
    if look.job_id is not None:
        connection.outbox().tell(ledger.started(order.request_id, job_id=look.job_id))
    return look
