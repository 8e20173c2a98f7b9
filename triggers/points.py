"""Handler of `GET /recovery-points`: look before asking for a restore.

Only activities talk to Azure, so a short orchestration does the reading; it is purged when it has
answered.
"""

import uuid

import azure.durable_functions as df
import azure.functions as func
import msgspec

from restore.messages import names
from restore.messages.errors import InvalidRequest
from restore.messages.plan_io import ShowPoints
from triggers import answers, log, problems


async def show(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Answer `{item, points, total, unreadable, choice, continuationToken?}`: one page, the newest
    first."""
    known = {name: value for name, value in req.params.items() if name != "code"}
    from restore.request import parsing  # its tables are built on first use, not at start

    try:
        wanted: ShowPoints = parsing.parse_points_query(known)
    except InvalidRequest as error:
        return problems.wrong_query(error)
    wanted = msgspec.structs.replace(wanted, traceparent=log.traceparent())
    instance_id = f"points-{uuid.uuid4().hex}"
    await client.start_new(names.SHOW_RECOVERY_POINTS, instance_id, wanted.as_json())
    outcome = await answers.wait(client, instance_id)
    if outcome is None:
        detail = "Azure took too long to list the recovery points. Ask again."
        return problems.problem(503, "TooSlow", "No answer in time", detail)
    await client.purge_instance_history(instance_id)
    if outcome.kind == "done":
        return problems.ok(200, outcome.value)
    assert outcome.error is not None, "what failed says why"
    return problems.of_failure(outcome.error)
