"""Events of Azure Event Grid in both of its schemas, and other CloudEvents 1.0.

An event tells that something happened, not that something is wrong. So only the types of one table
count as alerts; a mapping of the rules file can read others. (Microsoft Learn, "Azure subscription
as an Event Grid source" and "Azure Resource Notifications - Health Resources events".)
"""

from typing import Any, NamedTuple

from restore.alerts import azure_monitor, fired_times
from restore.alerts.alert import Alert, State, id_of, targets_of, text_of

EVENT_GRID, CLOUD_EVENTS = "event-grid", "cloud-events"

_HEALTH = "microsoft.resourcenotifications.healthresources.availabilitystatuschanged"
_FIRED: dict[str, State] = {
    "microsoft.resources.resourcedeletesuccess": "fired",
    "microsoft.resourcenotifications.resources.deleted": "fired",
}


class _Names(NamedTuple):
    """How a schema calls what both have."""

    source: str
    type: str
    time: str


_SCHEMAS = {
    EVENT_GRID: _Names("topic", "eventType", "eventTime"),
    CLOUD_EVENTS: _Names("source", "type", "time"),
}


def schema_of(value: Any) -> str | None:
    """Return which schema an event is in; None if it is no event."""
    if not isinstance(value, dict):
        return None
    if {"specversion", "type", "source"} <= value.keys():
        return CLOUD_EVENTS
    return EVENT_GRID if {"eventType", "eventTime", "data"} <= value.keys() else None


def carries_alert(value: dict[str, Any]) -> bool:
    """Whether an event's data is an alert in Azure Monitor's common schema."""
    return azure_monitor.is_common(value.get("data"))


def is_known(value: dict[str, Any], schema: str) -> bool:
    """Whether events of this type count as alerts."""
    kind = _kind(value, schema)
    return kind == _HEALTH or kind in _FIRED


def alert_of(value: dict[str, Any], schema: str) -> Alert:
    """Read an event, of whatever type it is."""
    names, data = _SCHEMAS[schema], value.get("data")
    known = data if isinstance(data, dict) else {}
    info = known.get("resourceInfo")
    health = info.get("properties") if isinstance(info, dict) else None
    health = health if isinstance(health, dict) else {}
    state = _state(_kind(value, schema), health)
    why = "" if state != "unknown" else "events of this type, or with this state, are no alerts"
    return Alert(
        source=schema,
        id=id_of(value.get("id")),
        rule=text_of(value.get(names.type)),
        state=state,
        fired_at=fired_times.moment_of(value.get(names.time)),
        targets=targets_of(
            health.get("targetResourceId") or known.get("resourceUri") or value.get("subject")
        ),
        labels={
            name: text
            for name in ("availabilityState", "previousAvailabilityState")
            if (text := text_of(health.get(name))) is not None
        },
        why=why,
    )


def _kind(value: dict[str, Any], schema: str) -> str:
    kind = value.get(_SCHEMAS[schema].type)
    return kind.lower() if isinstance(kind, str) and kind.isascii() else ""


def _state(kind: str, health: dict[str, Any]) -> State:
    if kind == _HEALTH:
        return azure_monitor.state_of_health(health.get("availabilityState"))
    return _FIRED.get(kind, "unknown")
