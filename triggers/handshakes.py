"""Handshakes of those who want to send alerts, and the origins that they may come from.

CloudEvents' webhook specification asks by OPTIONS, with the sender's host in the header
`WebHook-Request-Origin`; Event Grid's own schema by an event with a code, which is sent back. No
URL of a handshake is ever called. Who else sends alerts has a function key, and says no origin.
"""

import re
from typing import Any

import azure.functions as func

from restore.settings import Settings
from restore.values.arm_ids import is_plain, lower_ascii
from triggers import problems

_ORIGIN = "webhook-request-origin"
_RATE = "webhook-request-rate"
_RATE_MAX = 600
"""Alerts a minute that a sender may announce; the queue takes any number."""
_ANNOUNCED = re.compile(r"[1-9][0-9]{0,8}")
_VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"
_CODE = re.compile(r"[A-Za-z0-9-]{1,100}")


def answer(req: func.HttpRequest, settings: Settings) -> func.HttpResponse:
    """Answer OPTIONS: the origin may send alerts, or may not."""
    origin = req.headers.get(_ORIGIN)
    if origin is None:
        return _foreign("The handshake names no origin (WebHook-Request-Origin).")
    if refused := refusal(req, settings):
        return refused
    rate = _ANNOUNCED.fullmatch(req.headers.get(_RATE, ""))
    allowed = min(int(rate[0]), _RATE_MAX) if rate else _RATE_MAX
    headers = {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": str(allowed)}
    return problems.ok(200, {"allowedOrigin": origin}, headers)


def refusal(req: func.HttpRequest, settings: Settings) -> func.HttpResponse | None:
    """Refuse a sender that names an origin which may not send alerts; None: it may."""
    origin = req.headers.get(_ORIGIN)
    hosts = [lower_ascii(each) for each in settings.restore_alert_origins if not is_plain(each)]
    if origin is None or lower_ascii(origin) in hosts:
        return None
    return _foreign("The origin that the sender names is not among RESTORE_ALERT_ORIGINS.")


def validation_of(value: Any) -> tuple[str, str] | None:
    """Return topic and code of Event Grid's handshake; None if a value is none."""
    event = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not isinstance(event, dict) or event.get("eventType") != _VALIDATION:
        return None
    data = event.get("data")
    code = data.get("validationCode") if isinstance(data, dict) else None
    return str(event.get("topic", "")), code if isinstance(code, str) else ""


def validate(topic: str, code: str, settings: Settings) -> func.HttpResponse:
    """Answer Event Grid's handshake, if its topic may send alerts."""
    scopes = [lower_ascii(each) for each in settings.restore_alert_origins if is_plain(each)]
    name = lower_ascii(topic.rstrip("/"))
    is_covered = any(
        name == scope.rstrip("/") or name.startswith(f"{scope.rstrip('/')}/") for scope in scopes
    )
    is_event_grids = not scopes and "eventgrid.azure.net" in settings.restore_alert_origins
    if not (is_plain(topic) and (is_covered or is_event_grids)):
        return _foreign("The topic of this handshake is not among RESTORE_ALERT_ORIGINS.")
    if not _CODE.fullmatch(code):
        detail = "data.validationCode must be 1 to 100 of A-Z a-z 0-9 -, as Event Grid sends it."
        return problems.problem(400, "InvalidRequest", "The handshake has no code", detail)
    return problems.ok(200, {"validationResponse": code})


def _foreign(detail: str) -> func.HttpResponse:
    return problems.problem(403, "OriginRefused", "This origin may not send alerts", detail)
