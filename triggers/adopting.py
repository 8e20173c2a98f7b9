"""Handler of `POST /restores/adopt`: follow a restore that somebody began elsewhere.

It is answered as a restore of this app is, and shown, listed, told and judged like one. Nothing is
ever sent to Azure for it.
"""

import asyncio
import uuid

import azure.durable_functions as df
import azure.functions as func

from restore.messages import names
from restore.messages.adoption import Adopt, Adoption, AdoptJob
from restore.messages.errors import InvalidRequest, ServiceUnavailable, to_failure
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.log_line import LogLine
from restore.messages.model import Outcome
from restore.progress import ledger_lines
from restore.settings import Settings
from storage import connection
from triggers import answers, callers, log, problems, request_urls, restores, starter

_SOURCE = "http"


async def adopt(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, settings: Settings
) -> func.HttpResponse:
    """Answer as `POST /restores` does; 409 names the request that follows the job already."""
    from restore.request import adopting  # few restores are adopted

    try:
        wanted: Adopt = adopting.parse(req.get_body())
    except InvalidRequest as error:
        title = "The request is not valid"
        return problems.problem(400, error.code, title, error.message, error.problems)
    order = AdoptJob(
        adopt=wanted,
        source=_SOURCE,
        asked_by=callers.principal(req, settings),
        traceparent=log.traceparent(),
    )
    found = await answers.ask(
        client,
        names.ADOPT_RESTORE,
        f"adopt-{uuid.uuid4().hex}",
        order.as_json(),
        "The job is not adopted yet. Send the same request again to see what came of it.",
    )
    if not isinstance(found, Outcome):
        return found
    adoption, prefix = Adoption.from_json(found.value), request_urls.prefix(req, "restores/adopt")
    if adoption.taken is not None:
        return _taken(adoption, prefix)
    return await _follow(req, client, settings, adoption, prefix)


async def _follow(
    req: func.HttpRequest,
    client: df.DurableOrchestrationClient,
    settings: Settings,
    adoption: Adoption,
    prefix: str,
) -> func.HttpResponse:
    try:
        entry = await asyncio.to_thread(_entry, adoption.request_id)
        started = await starter.follow(client, entry, settings, is_new=adoption.is_new)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    log.write(
        LogLine(
            event="accepted",
            about=ledger_lines.about(entry),
            source=_SOURCE,
            recovery_type=entry.recovery_type,
            is_new=started.is_new,
        )
    )
    return await restores.answer(req, client, started, prefix)


def _taken(adoption: Adoption, prefix: str) -> func.HttpResponse:
    place = request_urls.restore(adoption.request_id, prefix)
    detail = f"The restore {adoption.request_id!r} {adoption.taken}. Look at it: GET {place}."
    title = "Another restore has this job"
    return problems.problem(409, "JobAlreadyFollowed", title, detail, requestId=adoption.request_id)


def _entry(request_id: str) -> LedgerEntry:
    held = connection.ledger().read(request_id)
    assert held is not None, "adopt_job has entered it"
    return held.entry
