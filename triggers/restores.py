"""Handlers of `/restores` and `/restores/{id}`: accept, show, cancel."""

import asyncio
import re
import uuid

import azure.durable_functions as df
import azure.functions as func

from restore.messages import names
from restore.messages.errors import InvalidRequest, ServiceUnavailable, to_failure
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.log_line import LogLine
from restore.progress import ledger_lines
from restore.settings import Settings
from restore.values.problem import Problem
from storage import connection, instances
from triggers import (
    callers,
    log,
    plans,
    problems,
    request_reading,
    request_urls,
    starter,
    stopping,
    views,
)

_WAIT_S = 3.0
"""Long enough for the checks of most requests, so that an unknown vault is answered with 404."""
_WAIT_S_MAX = 20.0
"""A person, and most HTTP clients, wait no longer (decision 10)."""
_LOOK_S = 0.3
_PREFER_WAIT = re.compile(r"\bwait\s*=\s*(\d{1,3})\b")
_QUOTED = re.compile(r'"(.*)"')


async def start(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, settings: Settings
) -> func.HttpResponse:
    """Accept one request: 202 with its place, or a problem that lists every fault.

    Waits up to 3 seconds for the checks, so that a request that Azure's own state refuses is told
    so at once; `Prefer: wait=n` (at most 20) or `Prefer: respond-async` changes that (RFC 7240).
    """
    key = _idempotency_key(req)
    default_id = uuid.uuid4().hex if key is None else key
    try:
        request = request_reading.read(req.get_body(), settings, default_request_id=default_id)
    except InvalidRequest as error:
        return problems.problem(
            400, error.code, "The request is not valid", error.message, error.problems
        )
    if key is not None and request.request_id != key:
        return _two_keys(key, request.request_id)
    if request.plan_only:
        return await plans.answer(client, request, request_urls.prefix(req, "restores"))
    try:
        asked_by = callers.principal(req, settings)
        started = await starter.start(client, request, "http", settings, asked_by=asked_by)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    if started.is_conflict:
        return reused(started.entry)
    log.write(
        LogLine(
            event="accepted",
            about=ledger_lines.about(started.entry),
            source="http",
            recovery_type=request.recovery_type,
            is_new=started.is_new,
        )
    )
    return await answer(req, client, started, request_urls.prefix(req, "restores"))


async def show(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, settings: Settings
) -> func.HttpResponse:
    """Show one restore: phase, percent, point and why, job, times, verdict, error."""
    request_id = req.route_params["id"]
    try:
        view = await views.read(client, request_id, request_urls.prefix(req, "restores/{id}"))
        if view is None:
            return problems.unknown(request_id)
        return problems.ok(200, await stopping.told(view, settings))
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))


async def cancel(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, settings: Settings
) -> func.HttpResponse:
    """Cancel: for certain while nothing was sent; else ask Azure, which may say "too late"."""
    request_id = req.route_params["id"]
    try:
        known = await asyncio.to_thread(connection.ledger().read, request_id)
        if known is None:
            return problems.unknown(request_id)
        if known.entry.begun_elsewhere:
            return _elsewhere()
        entry = await asyncio.to_thread(connection.ledger().cancel, request_id)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    if entry.state is LedgerState.FINISHED:
        return _over(entry)
    about = ledger_lines.about(entry)
    log.write(LogLine(event="cancel-asked", about=about, state=entry.state.value))
    place = request_urls.restore(request_id, request_urls.prefix(req, "restores/{id}/cancel"))
    if entry.state is LedgerState.CANCELLED:
        if entry.authorization is not None and entry.authorization.approval:
            await instances.wake(
                client, request_id, names.DECISION_EVENT
            )  # it may be waiting for one
        text = "Cancelled before the app sent it: nothing was started, and nothing will be."
        return problems.ok(202, {"requestId": request_id, "cancel": "BeforeStart", "text": text})
    if entry.fallback is not None:
        await _cancel_attempt(client, entry.fallback.attempts[-1].id, settings)
    else:
        await starter.start_cancel(client, request_id, settings)
    text = (
        "The app will ask Azure to cancel the job. Azure cancels it only while it transfers data. "
        f"GET {place} shows the result."
    )
    return problems.ok(202, {"requestId": request_id, "cancel": "Asked", "text": text})


async def _cancel_attempt(
    client: df.DurableOrchestrationClient, attempt_id: str, settings: Settings
) -> None:
    """Pass a wish to cancel on to the attempt that is under way; whoever makes one that is not
    there yet finds the wish at its request. Raises ServiceUnavailable."""
    ledger = connection.ledger()
    if await asyncio.to_thread(ledger.read, attempt_id) is None:
        return
    entry = await asyncio.to_thread(ledger.cancel, attempt_id)
    if entry.state is LedgerState.CANCELLED:
        await instances.wake(client, attempt_id, names.DECISION_EVENT)
    elif entry.state is not LedgerState.FINISHED:
        await starter.start_cancel(client, attempt_id, settings)


async def answer(
    req: func.HttpRequest,
    client: df.DurableOrchestrationClient,
    started: starter.Start,
    prefix: str,
) -> func.HttpResponse:
    """Return the restore that was asked for, as soon as its checks are done, or as it stands when
    nobody waits for it any longer. `prefix` is that of all routes."""
    request_id = started.entry.request_id
    view = await views.read_settled(client, request_id, prefix, _wait_s(req), _LOOK_S)
    assert view is not None, "it was accepted"
    if view.get("verdict") == "Rejected":
        return problems.rejected(view)
    is_over = "verdict" in view and not started.is_new
    headers = {"Location": request_urls.restore(request_id, prefix)}
    if not is_over:
        headers["Retry-After"] = "10"
    return problems.ok(200 if is_over else 202, view | {"isNew": started.is_new}, headers)


def reused(entry: LedgerEntry) -> func.HttpResponse:
    """Return that a request id stands for another request."""
    title, detail = "The request id stands for another request", starter.reused(entry)
    return problems.problem(409, "RequestIdReused", title, detail, requestId=entry.request_id)


def _idempotency_key(req: func.HttpRequest) -> str | None:
    """Return the request id in the header. The header's draft standard wants it in quotes, and most
    senders leave them out: one pair is taken away."""
    key: str | None = req.headers.get("idempotency-key")
    quoted = _QUOTED.fullmatch(key or "")
    return quoted[1] if quoted else key


def _wait_s(req: func.HttpRequest) -> float:
    prefer = req.headers.get("prefer", "")
    if "respond-async" in prefer:
        return 0.0
    found = _PREFER_WAIT.search(prefer)
    return min(float(found[1]), _WAIT_S_MAX) if found else _WAIT_S


def _two_keys(key: str, request_id: str) -> func.HttpResponse:
    text = f"Idempotency-Key says {key[:128]!r}, requestId says {request_id!r}. Send one of them."
    listed = [Problem(path="$.requestId", message=text)]
    return problems.problem(400, "InvalidRequest", "The request is not valid", text, listed)


def _elsewhere() -> func.HttpResponse:
    detail = (
        "This restore was begun elsewhere. The app follows it, and sends nothing to Azure for it. "
        "Cancel its job in the vault."
    )
    return problems.problem(409, "BegunElsewhere", "Not the app's to cancel", detail)


def _over(entry: LedgerEntry) -> func.HttpResponse:
    verdict = entry.verdict.verdict if entry.verdict else "unknown"
    detail = f"This restore is over; its verdict is {verdict}. There is nothing left to cancel."
    return problems.problem(409, "RestoreIsOver", "Too late to cancel", detail, verdict=verdict)
