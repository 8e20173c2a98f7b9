"""Read the job once. One that Azure does not show yet is no error: it may just have begun.

Now and then the read also sees to wishes to cancel, should whoever passes them on have been ended.
"""

import logging

import azure.durable_functions as df

from activities import activity_result, cancelling
from arm import connection as arm_connection
from restore.messages.activity_io import ReadJob
from restore.messages.errors import NotFound, TemporaryError
from restore.messages.model import JobSnapshot
from storage import connection

_log = logging.getLogger(__name__)

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
def read_job(order: dict) -> dict:  # type: ignore[type-arg]
    """Input: ReadJob. Done with a JobSnapshot, or with null while the job is not to be seen."""
    return activity_result.outcome(lambda: _read(ReadJob.from_json(order)))


def _read(order: ReadJob) -> JobSnapshot | None:
    if order.cancels is not None:
        _see_to_cancel(order.cancels)
    try:
        return arm_connection.backup().read_job(order.vault_id, order.job_id)
    except NotFound:
        return None


def _see_to_cancel(request_id: str) -> None:
    ledger = connection.ledger()
    try:
        held = ledger.read(request_id)
        if held is not None:
            cancelling.ask(ledger, held)
    except TemporaryError as error:  # no reason not to look
        _log.info("Whether %s must be cancelled is seen to later: %s", request_id, error)
