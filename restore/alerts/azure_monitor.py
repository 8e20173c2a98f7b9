"""Azure Monitor's common alert schema, with what Activity Log and Resource Health put into it.

Two traps of it. An alert of Resource Health is Fired as well when the VM is available again: its
`currentHealthStatus` tells. One of the Activity Log is Fired when an operation begins, and again
when it ends: its `status` tells. (Microsoft Learn, "Common alert schema", and the alert schemas of
Activity Log and Resource Health.)
"""

from collections.abc import Iterator
from typing import Any

from restore.alerts import fired_times
from restore.alerts.alert import Alert, State, id_of, is_vm, labels_of, targets_of, text_of

SOURCE = "azure-monitor"
SCHEMA = "azureMonitorCommonAlertSchema"

_HEALTH: dict[str, State] = {
    "available": "resolved",
    "unavailable": "fired",
    "degraded": "fired",
}
_RESOURCE_COLUMNS = ("_resourceid", "resourceid", "microsoft.resourceid")
"""Dimensions by which a log alert of a workspace names what it found."""


def is_common(value: Any) -> bool:
    """Whether a value is an alert in the common schema."""
    return isinstance(value, dict) and value.get("schemaId") == SCHEMA


def alert_of(value: dict[str, Any]) -> Alert:
    """Read an alert. What it lacks is absent in what is returned."""
    data = _map(value.get("data"))
    essentials, context = _map(data.get("essentials")), _map(data.get("alertContext"))
    state, why = _state(essentials, context)
    labels = labels_of(data.get("customProperties")) | {
        name: text
        for name in ("signalType", "monitoringService")
        if (text := text_of(essentials.get(name))) is not None
    }
    return Alert(
        source=SOURCE,
        id=id_of(essentials.get("alertId")),
        rule=text_of(essentials.get("alertRule")),
        severity=text_of(essentials.get("severity")),
        state=state,
        fired_at=fired_times.moment_of(essentials.get("firedDateTime")),
        targets=_targets(essentials, context),
        labels=labels | _health_labels(context),
        why=why,
    )


def state_of_health(status: Any) -> State:
    """Return what the availability of a VM means, by its word."""
    return _HEALTH.get(_word(status), "unknown")


def _state(essentials: dict[str, Any], context: dict[str, Any]) -> tuple[State, str]:
    condition = _word(essentials.get("monitorCondition"))
    if condition == "resolved":
        return "resolved", ""
    if condition != "fired":
        return "unknown", "monitorCondition says neither Fired nor Resolved"
    service = _word(essentials.get("monitoringService"))
    if service == "resource health":
        status = _map(context.get("properties")).get("currentHealthStatus")
        said = "currentHealthStatus is neither Unavailable, Degraded nor Available"
        return state_of_health(status), "" if _word(status) in _HEALTH else said
    if service.startswith("activity log") and _word(context.get("status")) != "succeeded":
        return "unknown", "the operation of the Activity Log has not succeeded"
    return "fired", ""


def _targets(essentials: dict[str, Any], context: dict[str, Any]) -> tuple[str, ...]:
    """Return alertTargetIDs; of a log alert that names no VM there, what its rows are about."""
    named = targets_of(essentials.get("alertTargetIDs"))
    if any(is_vm(each) for each in named):
        return named
    found = targets_of(list(_of_rows(context)))
    return found if any(is_vm(each) for each in found) else named


def _of_rows(context: dict[str, Any]) -> Iterator[Any]:
    for criterion in _list(_map(context.get("condition")).get("allOf")):
        for dimension in map(_map, _list(_map(criterion).get("dimensions"))):
            if _word(dimension.get("name")) in _RESOURCE_COLUMNS:
                yield dimension.get("value")


def _health_labels(context: dict[str, Any]) -> dict[str, str]:
    known = _map(context.get("properties"))
    names = ("currentHealthStatus", "previousHealthStatus", "cause", "type")
    found = {name: text_of(known.get(name)) for name in names} | {
        name: text_of(context.get(name)) for name in ("operationName", "status")
    }
    return {name: text for name, text in found.items() if text is not None}


def _word(value: Any) -> str:
    return value.strip().lower() if isinstance(value, str) and value.isascii() else ""


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
