"""Handler of `POST /restores/{id}/approval`: a person decides, and the first decision stands.

The ledger's conditional write is the decision; the event only wakes the orchestration. So whoever
asks twice, or while the app is being restarted, is told what stands.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from restore.messages import names
from restore.messages.errors import InvalidRequest, ServiceUnavailable, to_failure
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.log_line import LogLine
from restore.messages.model import Approval, Caller
from restore.progress import ledger_lines
from restore.settings import Settings
from restore.values.decoding import encode
from restore.values.times import stamp
from storage import connection, instances
from triggers import callers, log, problems, stopping


async def decide(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, settings: Settings
) -> func.HttpResponse:
    """Answer 200 with the decision that stands, or why this one cannot."""
    request_id = req.route_params["id"]
    from restore.policy import decisions  # its tables are built on first use, not at start

    try:
        wanted = decisions.parse(req.get_body())
    except InvalidRequest as error:
        return problems.problem(
            400, error.code, "The decision is not valid", error.message, error.problems
        )
    try:
        known = await asyncio.to_thread(connection.ledger().read, request_id)
        if known is None:
            return problems.unknown(request_id)
        caller, now = callers.principal(req, settings), datetime.now(UTC)
        by = str(caller) if caller else None
        approval = Approval(decision=wanted.outcome, at=now, by=by, reason=wanted.reason)
        entry = known.entry
        if entry.is_waiting_for_approval:
            refused = await _against(entry, approval, caller, settings)
            if refused is not None:
                return refused
            entry = await asyncio.to_thread(connection.ledger().decide, request_id, approval)
        if entry.approval is None:
            return _not_waiting(entry)
        if entry.approval.decision == "expired":
            return _expired(entry)
        if entry.approval.decision != wanted.outcome:
            return _decided(entry)
        is_heard = entry.verdict is not None or await instances.wake(
            client, request_id, names.DECISION_EVENT
        )
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    about = ledger_lines.about(entry)
    log.write(LogLine(event="decided", about=about, decision=entry.approval.decision))
    return problems.ok(200, _standing(entry, is_heard))


async def _against(
    entry: LedgerEntry, approval: Approval, caller: Caller | None, settings: Settings
) -> func.HttpResponse | None:
    """Say why this decision does not count; None: it does. Raises ServiceUnavailable."""
    from restore.policy import approvals

    is_approved = approval.decision == "approved"
    against = approvals.against(entry.asked_by, caller) if is_approved else None
    if against is not None:
        return _own(entry) if against == "own" else _unknown(entry, caller)
    until = entry.authorization.until if entry.authorization else None
    if until is not None and approval.at > until:
        return _expired(entry)
    if is_approved and await stopping.is_stopped(entry, settings):
        return stopping.refusal()
    return None


def _standing(entry: LedgerEntry, is_heard: bool) -> dict[str, Any]:
    standing: dict[str, Any] = encode(entry.approval)
    body = {"requestId": entry.request_id} | standing
    if not is_heard:
        body["text"] = (
            "The app recorded the decision, but no orchestration follows this restore. Send the "
            "request again. Then the decision takes effect."
        )
    return body


def _own(entry: LedgerEntry) -> func.HttpResponse:
    detail = f"{entry.asked_by} asked for this restore. Somebody else must approve it."
    return problems.problem(403, "OwnRequest", "You may not approve your own request", detail)


def _unknown(entry: LedgerEntry, caller: Caller | None) -> func.HttpResponse:
    whose = "you" if caller is None or caller.id is None else "the person who asked"
    detail = (
        f"{entry.asked_by} asked for this restore. Somebody else must approve it. The app compares "
        f"principal ids, and App Service gave none for {whose}. Sign in to approve. Anybody may "
        "refuse."
    )
    return problems.problem(403, "ApproverUnknown", "The principal id is missing", detail)


def _expired(entry: LedgerEntry) -> func.HttpResponse:
    until = entry.authorization.until if entry.authorization else None
    by = f" by {stamp(until)}" if until else ""
    detail = f"Nobody decided{by}. The restore is rejected. Ask again with a new requestId."
    return problems.problem(409, "ApprovalExpired", "Too late to decide", detail)


def _decided(entry: LedgerEntry) -> func.HttpResponse:
    standing = entry.approval
    assert standing is not None, "it was decided"
    who = standing.by or "Somebody unknown"
    detail = f"{who} decided at {stamp(standing.at)}: {standing.decision}. That decision counts."
    return problems.problem(
        409, "DecidedOtherwise", "Already decided", detail, approval=standing.as_json()
    )


def _not_waiting(entry: LedgerEntry) -> func.HttpResponse:
    detail = (
        f"This restore waits for no approval. Its state is {entry.state.value}. If the app has not "
        "read the vault yet, ask again later: the restore may still need one."
    )
    return problems.problem(409, "NotWaiting", "Nothing to decide", detail)
