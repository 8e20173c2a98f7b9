"""The part of the HTTP surface's table that is about alerts (operations.py)."""

from restore.alerts.hold_decisions import HoldDecision, SwitchOrder
from restore.alerts.record import WAYS
from triggers import alert_schemas
from triggers.openapi_operation import Operation, ref
from triggers.parameters import PAGE, header, path_id, query

_ORIGIN = header("WebHook-Request-Origin", "The sender's host, in a handshake of CloudEvents")
_DRY_RUN = query("dryRun", "true: say what would happen, and do nothing", ["true", "false"])
_LISTED = (
    query("way", "Only these", list(WAYS)),
    query("state", "Only these", ["received", "judged"]),
    query("source", "Only of this sender"),
    query("rule", "Only of this rule"),
    *PAGE,
)
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "post",
        "/alerts",
        "receiveAlert",
        "Record an alert, and do what the rules make of it",
        {200: alert_schemas.AlertTried, 202: alert_schemas.AlertTaken},
        (400, 403, 413, 503),
        {},
        (_DRY_RUN, _ORIGIN),
    ),
    Operation(
        "options",
        "/alerts",
        "askToSendAlerts",
        "The handshake of CloudEvents' webhooks",
        {200: alert_schemas.OriginAllowed},
        (403,),
        parameters=(_ORIGIN,),
    ),
    Operation(
        "get",
        "/alerts",
        "listAlerts",
        "List what came, and what the rules made of it",
        {200: alert_schemas.AlertList},
        (400, 503),
        parameters=_LISTED,
    ),
    Operation(
        "get",
        "/alerts/{id}",
        "showAlert",
        "Show one alert, or one decision about what was held",
        {200: alert_schemas.AlertShown},
        (404, 503),
        parameters=(path_id("The alert's id"),),
    ),
    Operation(
        "post",
        "/alerts/stop",
        "stopAlerts",
        "Stop all restores that alerts ask for",
        {200: alert_schemas.SwitchAnswer},
        (400, 503),
        ref(SwitchOrder),
    ),
    Operation(
        "post",
        "/alerts/resume",
        "resumeAlerts",
        "Let alerts restore again",
        {200: alert_schemas.SwitchAnswer},
        (400, 503),
        ref(SwitchOrder),
    ),
    Operation(
        "get",
        "/holds",
        "listHolds",
        "List what is held until a person decides",
        {200: alert_schemas.HoldList},
        (503,),
    ),
    Operation(
        "post",
        "/holds/{id}/decision",
        "decideHold",
        "Approve or refuse what is held of a rule",
        {202: alert_schemas.AlertTaken},
        (400, 404, 409, 503),
        ref(HoldDecision),
        (path_id("The rule's name"),),
    ),
)
