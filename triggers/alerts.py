"""Alerts by HTTP: `POST /alerts`, and what became of them.

Recorded first, in the app's own storage; then answered; all else happens behind. Only what no rule
could ever read is told at once. With `dryRun=true` nothing is recorded and nothing done: the answer
says what would be.
"""

import base64
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from restore.messages import names, rejection
from restore.messages.alert_io import TakeAlert
from restore.messages.errors import InvalidRequest, ServiceUnavailable, to_failure
from restore.messages.model import Outcome
from restore.settings import Settings
from restore.values.problem import Problem
from triggers import alert_records, answers, callers, handshakes, problems, query, request_urls
from triggers.access import refusal_of

_DRY_RUN = "dryrun"
_BINARY = {"ce-id": "id", "ce-source": "source", "ce-type": "type", "ce-time": "time",
           "ce-subject": "subject", "ce-specversion": "specversion"}  # fmt: skip
"""Headers of a CloudEvent whose body is its data alone (CloudEvents' HTTP protocol binding)."""


async def receive(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, settings: Settings
) -> func.HttpResponse:
    """Answer 202 with the place of what is recorded; a handshake, a dry run: 200."""
    if req.method == "OPTIONS":
        return handshakes.answer(req, settings)
    if refused := handshakes.refusal(req, settings):
        return refused
    try:
        is_dry = _is_dry(req)
    except InvalidRequest as error:
        return problems.wrong_query(error)
    body = _whole(req)
    if handshake := handshakes.validation_of(_json(body)):
        return handshakes.validate(*handshake, settings)
    if is_dry:
        return await _try(client, body, settings)
    return await _record(req, client, body, settings)


async def _record(
    req: func.HttpRequest,
    client: df.DurableOrchestrationClient,
    body: bytes,
    settings: Settings,
) -> func.HttpResponse:
    now = datetime.now(UTC)
    caller = callers.principal(req, settings)
    from restore.alerts import record  # most requests are no alerts

    kept = record.recorded(
        rejection.id_of(now, uuid.uuid4().hex), "http", now, body, str(caller) if caller else None
    )
    try:
        kept = await alert_records.take(client, kept, body, settings)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    place = request_urls.alert(kept.id, request_urls.prefix(req, "alerts"))
    if kept.judged_at is not None:
        said = kept.decisions[0]
        status = 413 if said.code == "AlertTooLarge" else 400
        code, title = str(said.code), "The app makes nothing of this alert"
        return problems.problem(status, code, title, said.text, alertId=kept.id)
    text = f"The alert is recorded. GET {place} shows what the rules make of it."
    return problems.ok(202, {"alertId": kept.id, "text": text}, {"Location": place})


async def _try(
    client: df.DurableOrchestrationClient, body: bytes, settings: Settings
) -> func.HttpResponse:
    """Say what would be done."""
    if refused := refusal_of(settings):
        return refused
    from restore.alerts import recognising

    if len(body) > recognising.BYTES_MAX:
        detail = f"The app reads at most {recognising.BYTES_MAX // 1024} KB of alerts."
        return problems.problem(413, "AlertTooLarge", "The alert is too large", detail)
    found = await answers.ask(
        client,
        names.TAKE_ALERT,
        names.alert_instance_id(f"try-{uuid.uuid4().hex}"),
        TakeAlert(alert_id="", body=base64.b64encode(body).decode()).as_json(),
        "The app took too long to judge the alert. Ask again.",
    )
    if not isinstance(found, Outcome):
        return found
    return problems.ok(200, {"decisions": found.value.get("decisions", [])})


def _is_dry(req: func.HttpRequest) -> bool:
    """Whether nothing is to be done. Raises InvalidRequest."""
    said = query.given(req).get(_DRY_RUN, "false").lower()
    if said not in ("true", "false"):
        raise InvalidRequest([Problem(path="$.dryRun", message="must be true or false")])
    return said == "true"


def _whole(req: func.HttpRequest) -> bytes:
    """Return what came; of a CloudEvent in binary mode the whole event."""
    body: bytes = req.get_body()
    if req.headers.get("ce-specversion") is None:
        return body
    event: dict[str, Any] = {
        name: req.headers[header]
        for header, name in _BINARY.items()
        if req.headers.get(header) is not None
    }
    data = _json(body)
    if data is None:
        event["data_base64"] = base64.b64encode(body).decode()
    else:
        event["data"] = data
    return json.dumps(event).encode()


def _json(body: bytes) -> Any:
    """Return a body's JSON; None if it is none, or too large to be looked into here."""
    from restore.alerts.recognising import BYTES_MAX
    from restore.request import json_text

    try:
        return json_text.json_of(body, BYTES_MAX)
    except InvalidRequest:
        return None
