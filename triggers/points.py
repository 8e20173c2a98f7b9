"""Handler of `GET /recovery-points`: look before asking for a restore.

Only activities talk to Azure, so a short orchestration does the reading; it is purged when it has
answered.
"""

import asyncio
import time
import uuid
from typing import Any

import azure.durable_functions as df
import azure.functions as func
import msgspec

from restore import names
from restore.contracts import Failure, Outcome
from restore.errors import InvalidRequest
from restore.orders import FindItem, encode
from triggers import problems

_WAIT_S_MAX = 25.0
_LOOK_S = 0.3
_BROKEN = Failure(
    code="LookFailed",
    message="The app could not read the recovery points; its log says why. Ask again.",
    category="ServiceUnavailable",
)
_OVER = frozenset({"Completed", "Failed", "Terminated", "Canceled"})


async def show(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Answer `{item, points, total, choice}` for sourceResourceId and, optional, vaultId."""
    known = {name: value for name, value in req.params.items() if name != "code"}
    from restore import parsing  # its tables are built on first use, not at start

    try:
        wanted: FindItem = parsing.parse_find_item(known)
    except InvalidRequest as error:
        return problems.problem(
            400, error.code, "The query is not valid", error.message, error.problems
        )
    instance_id = f"points-{uuid.uuid4().hex}"
    await client.start_new(names.SHOW_RECOVERY_POINTS, instance_id, encode(wanted))
    outcome = await _wait(client, instance_id)
    if outcome is None:
        detail = "Azure took too long to list the recovery points; ask again."
        return problems.problem(503, "TooSlow", "No answer in time", detail)
    await client.purge_instance_history(instance_id)
    if outcome.kind == "done":
        return problems.ok(200, outcome.value)
    assert outcome.error is not None, "what failed says why"
    return problems.of_failure(outcome.error)


async def _wait(client: df.DurableOrchestrationClient, instance_id: str) -> Outcome | None:
    until = time.monotonic() + _WAIT_S_MAX
    while time.monotonic() < until:
        status: Any = await client.get_status(instance_id)
        if status and status.runtime_status and status.runtime_status.value in _OVER:
            if status.runtime_status.value != "Completed":
                return Outcome.failed(_BROKEN)
            return msgspec.convert(status.output, Outcome)
        await asyncio.sleep(_LOOK_S)
    return None
