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
from restore.messages.model import Outcome
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
    found = await answers.ask(
        client,
        names.SHOW_RECOVERY_POINTS,
        f"points-{uuid.uuid4().hex}",
        wanted.as_json(),
        "Azure took too long to list the recovery points. Ask again.",
    )
    return problems.ok(200, found.value) if isinstance(found, Outcome) else found
