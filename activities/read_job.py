"""Look at the job once. One that Azure does not show yet is no error: it may just have begun."""

import azure.durable_functions as df

from activities import edge
from arm import connection
from restore import names
from restore.contracts import JobLook
from restore.errors import NotFound
from restore.orders import ReadJob, decode

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order", activity=names.READ_JOB)
def read_job(order: dict) -> dict:  # type: ignore[type-arg]
    """Order: ReadJob. Done with a JobLook, or with null while the job is not to be seen."""
    return edge.outcome(lambda: _read(decode(order, ReadJob)))


def _read(order: ReadJob) -> JobLook | None:
    try:
        return connection.backup().read_job(order.vault_id, order.job_id)
    except NotFound:
        return None
