"""Handlers of `GET /alerts`, `GET /alerts/{id}` and `GET /holds`: what came, what the rules made of
it, and what waits for a person."""

import asyncio
from functools import partial
from typing import Any

import azure.functions as func

from restore.alerts.rate_limits import Hold
from restore.alerts.record import WAYS
from restore.messages.errors import ServiceUnavailable, to_failure
from restore.settings import Settings
from restore.values.redaction import redacted
from storage import alert_usage, alerts, connection
from storage.documents import Documents
from triggers import pages, problems, request_urls, stopping

_FILTERS: dict[str, tuple[str, ...]] = {
    "way": WAYS,
    "state": ("received", "judged"),
    "source": (),
    "rule": (),
}
_ORIGINAL_CHARS_MAX = 16_000


async def show_page(req: func.HttpRequest, settings: Settings) -> func.HttpResponse:
    """Answer `{value, continuationToken?, stopped?}`, the newest first."""
    documents = connection.ledger().documents

    def beside() -> dict[str, Any]:
        stopped = stopping.stopped_by(documents, settings)
        return {} if stopped is None else {"stopped": stopped}

    return await pages.show(
        req,
        _FILTERS,
        partial(alerts.page, documents),
        lambda line: alerts.line_of(line.name, line.labels),
        beside,
    )


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with one alert, or one decision about what was held."""
    alert_id = req.route_params["id"]
    try:
        kept = await asyncio.to_thread(alerts.read, connection.ledger().documents, alert_id)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    if kept is None:
        detail = f"The app has recorded no alert {alert_id[:200]!r}, or no longer keeps it."
        return problems.problem(404, "AlertNotFound", "No such alert", detail)
    record = kept.record.as_json()
    if kept.record.original_encoding == "utf-8":  # it was read as it came, and is shown otherwise
        record["original"] = redacted(kept.record.original, _ORIGINAL_CHARS_MAX)
    state = "judged" if kept.record.judged_at else "received"
    return problems.ok(200, record | {"state": state})


async def show_holds(req: func.HttpRequest) -> func.HttpResponse:
    """Answer `{value}`: of each rule what is held, and where to decide."""
    prefix = request_urls.prefix(req, "holds")
    try:
        held = await asyncio.to_thread(_holds, connection.ledger().documents, prefix)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    return problems.ok(200, {"value": held})


def _holds(documents: Documents, prefix: str) -> list[dict[str, Any]]:
    rules = list(alert_usage.holding(documents))
    found = [(rule, alert_usage.rule(documents, rule).hold) for rule in rules]
    return [_held(rule, hold, prefix) for rule, hold in found if hold is not None]


def _held(rule: str, hold: Hold, prefix: str) -> dict[str, Any]:
    return {
        "rule": rule,
        "since": hold.since,
        "until": hold.until,
        "decideAt": request_urls.hold(rule, prefix),
        "held": [
            {
                "requestId": each.request_id,
                "vm": each.vm_id,
                "alertRule": each.alert_rule,
                "firedAt": each.fired_at,
            }
            for each in hold.held
        ],
    }
