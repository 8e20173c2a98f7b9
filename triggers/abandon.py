"""Handler of `POST /restores/{id}/abandon`: this restore is followed no longer, and stays so.

The verdict comes first, for with it nothing more is sent and nobody starts the orchestration again.
What runs in Azure goes on: who wants that stopped cancels it.
"""

import asyncio
from datetime import UTC, datetime

import azure.durable_functions as df
import azure.functions as func

from restore.messages import names
from restore.messages.activity_io import Close
from restore.messages.errors import ServiceUnavailable, to_failure
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Caller
from restore.progress import reconcile_decision
from restore.settings import Settings
from restore.values.decoding import encode
from storage import closing, connection, instances
from triggers import callers, problems

_WHY = "Its restore was abandoned."


async def abandon(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, settings: Settings
) -> func.HttpResponse:
    """Answer 200 with the verdict that says so; asking again does no harm."""
    request_id = req.route_params["id"]
    try:
        known = await asyncio.to_thread(connection.ledger().read, request_id)
        if known is None:
            return problems.unknown(request_id)
        by = callers.principal(req, settings)
        entry = await asyncio.to_thread(_close, request_id, by)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    if known.entry.verdict is not None and not reconcile_decision.is_abandoned(entry):
        return _over(entry)
    try:
        await _end(client, entry, by)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    verdict = encode(entry.verdict)
    told = {name: verdict[name] for name in ("verdict", "text")}
    return problems.ok(200, {"requestId": request_id} | told)


async def _end(
    client: df.DurableOrchestrationClient, entry: LedgerEntry, by: Caller | None
) -> None:
    """End what followed it, and the attempt that was made in its place."""
    await instances.end(client, names.instance_id(entry.request_id), _WHY)
    await instances.end_children(client, entry.request_id, entry.revivals, _WHY)
    attempt_id = entry.fallback.attempts[-1].id if entry.fallback else None
    if attempt_id and await asyncio.to_thread(connection.ledger().read, attempt_id) is not None:
        await _end(client, await asyncio.to_thread(_close, attempt_id, by), by)


def _close(request_id: str, by: Caller | None) -> LedgerEntry:
    failure = reconcile_decision.abandoned(str(by) if by else None)
    order = Close(request_id=request_id, failure=failure)
    return closing.close(connection.ledger(), connection.outbox(), order, datetime.now(UTC))


def _over(entry: LedgerEntry) -> func.HttpResponse:
    verdict = entry.verdict.verdict if entry.verdict else "unknown"
    detail = f"This restore is over; its verdict is {verdict}. There is nothing left to abandon."
    return problems.problem(409, "RestoreIsOver", "Too late to abandon", detail, verdict=verdict)
