"""Handlers of `GET /rejections` and `GET /rejections/{id}`: messages that became no request."""

import asyncio
from functools import partial

import azure.functions as func

from restore.messages.errors import ServiceUnavailable, to_failure
from restore.messages.rejection import KINDS
from storage import connection, rejections
from triggers import pages, problems

_FILTERS: dict[str, tuple[str, ...]] = {"kind": KINDS}


async def show_page(req: func.HttpRequest) -> func.HttpResponse:
    """Answer `{value, continuationToken?}`, the newest first."""
    documents = connection.ledger().documents
    return await pages.show(
        req,
        _FILTERS,
        partial(rejections.page, documents),
        lambda line: rejections.line_of(line.name, line.labels),
    )


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with one rejection: what came, and why it was refused."""
    rejection_id = req.route_params["id"]
    documents = connection.ledger().documents
    try:
        kept = await asyncio.to_thread(rejections.read, documents, rejection_id)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    return unknown(rejection_id) if kept is None else problems.ok(200, kept.rejection.as_json())


def unknown(rejection_id: str) -> func.HttpResponse:
    """Return that nothing of this id is kept."""
    detail = f"The app keeps no rejected message {rejection_id[:200]!r}, or no longer."
    return problems.problem(404, "RejectionNotFound", "No such rejection", detail)
