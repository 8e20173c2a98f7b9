"""Handler of `POST /rejections/{id}/put-back`: send a message again, as the same request.

Under its own request id, if it names one. Without one the request must be told by what it says: a
message can have been accepted before it was poisoned, under the id of a message that is gone. So
whoever put it on the queue, or puts it back twice, gets the restore that there is. It is asked for
by the queue, as before: who puts it back by HTTP gets no more rights from that.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import azure.durable_functions as df
import azure.functions as func
import msgspec

from restore.messages import names
from restore.messages.errors import InvalidRequest, ServiceUnavailable, to_failure
from restore.messages.log_line import LogContext, LogLine
from restore.messages.model import Caller
from restore.messages.rejection import PutBack, Rejection
from restore.messages.request import RestoreRequest
from restore.settings import Settings
from storage import connection, duplicates, ledger_search, rejections
from storage.rejections import Kept
from triggers import callers, log, plans, problems, request_reading, request_urls, restores, starter
from triggers import rejections as views

BACK = timedelta(days=7)
"""A queue keeps a message for so long: an equal request that was accepted before that, and since,
may be this one."""
_SOURCE = "queue"


async def put_back(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, settings: Settings
) -> func.HttpResponse:
    """Answer as `POST /restores` does: `isNew` says whether this call has begun the restore."""
    rejection_id, prefix = (
        req.route_params["id"],
        request_urls.prefix(req, "rejections/{id}/put-back"),
    )
    documents = connection.ledger().documents
    try:
        kept = await asyncio.to_thread(rejections.read, documents, rejection_id)
        if kept is None:
            return views.unknown(rejection_id)
        if not kept.rejection.is_whole:
            return _cut()
        by = callers.principal(req, settings)
        return await _start(req, client, settings, kept, by, prefix)
    except InvalidRequest as error:
        title = "The message is not a valid request"
        return problems.problem(400, error.code, title, error.message, error.problems)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))


async def _start(
    req: func.HttpRequest,
    client: df.DurableOrchestrationClient,
    settings: Settings,
    kept: Kept,
    by: Caller | None,
    prefix: str,
) -> func.HttpResponse:
    rejection, now = kept.rejection, datetime.now(UTC)
    request = request_reading.read(
        rejection.body, settings, default_request_id=rejection.message_id
    )
    if request.plan_only:
        await plans.start(client, request, _SOURCE, rejection.message_id)
        await _note(kept, PutBack(at=now, request_id=rejection.message_id, by=_said(by)))
        return plans.not_yet(request_urls.plan(rejection.message_id, prefix))
    named = await asyncio.to_thread(_named, request, rejection, settings, now)
    started = await starter.start(client, named, _SOURCE, settings, asked_by=by)
    if started.is_conflict:
        return restores.reused(started.entry)
    await _note(kept, PutBack(at=now, request_id=named.request_id, by=_said(by)))
    return await restores.answer(req, client, started, prefix)


def _named(
    request: RestoreRequest, rejection: Rejection, settings: Settings, now: datetime
) -> RestoreRequest:
    """Return the request with the id that it stands for, where it has none of its own."""
    if request.request_id != rejection.message_id:
        return request
    known = rejection.put_back.request_id if rejection.put_back else None
    request_id = known or _accepted(request, rejection.at - BACK)
    if request_id is None:
        documents, same = connection.ledger().documents, names.request_hash(request)
        sent = duplicates.Message(rejection.message_id, now)
        request_id = duplicates.request_id_of(documents, same, sent, settings.duplicate_window)
    return msgspec.structs.replace(request, request_id=request_id)


def _accepted(request: RestoreRequest, since: datetime) -> str | None:
    """Return the first request that says the same and was accepted since."""
    ledger = connection.ledger()
    found = ledger_search.ids_with(ledger, "requesthash", names.request_hash(request))
    held = (ledger.read(request_id) for request_id in found)
    entries = [each.entry for each in held if each is not None and each.entry.accepted_at >= since]
    return min(entries, key=lambda entry: entry.accepted_at).request_id if entries else None


async def _note(kept: Kept, put_back: PutBack) -> None:
    documents = connection.ledger().documents
    await asyncio.to_thread(rejections.note_put_back, documents, kept, put_back)
    rejection, about = kept.rejection, LogContext(request_id=put_back.request_id)
    log.write(
        LogLine(
            event="put-back",
            about=about,
            message_id=rejection.message_id,
            queue=rejection.queue,
            rejection=rejection.id,
        )
    )


def _said(by: Caller | None) -> str | None:
    return str(by) if by else None


def _cut() -> func.HttpResponse:
    detail = "The message was larger than a queue takes, and only its beginning is kept."
    return problems.problem(409, "OriginalCut", "The message is not whole", detail)
