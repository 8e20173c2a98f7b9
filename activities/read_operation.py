"""Read the operation once: at its signed URLs if they are still known, else by its id."""

from typing import Any

from activities import activity_result
from arm import connection as arm_connection
from restore.messages.model import OperationSnapshot
from restore.messages.watch_io import ReadOperation
from storage import connection, poll_urls


def read_operation(order: dict[str, Any]) -> dict[str, Any]:
    """Input: ReadOperation. Done with an OperationSnapshot; a job id it names is in the ledger
    then."""
    return activity_result.outcome(order, lambda order: _read(ReadOperation.from_json(order)))


def _read(order: ReadOperation) -> OperationSnapshot:
    ledger = connection.ledger()
    urls = poll_urls.find(ledger.documents, order.request_id)
    snapshot = arm_connection.backup().read_operation(order.vault_id, order.operation_id, urls)
    if snapshot.job_id is not None:
        connection.outbox().tell(ledger.started(order.request_id, job_id=snapshot.job_id))
    return snapshot
