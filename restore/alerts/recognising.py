"""From what somebody sent to the alerts in it, whatever envelope they came in.

What is not recognised is an alert as well, with a fault that says what it is: nothing is lost.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from restore.alerts import azure_monitor, custom_senders, grid_events
from restore.alerts.alert import TARGETS_MAX, Alert, Fault
from restore.alerts.restore_rules import Mapping
from restore.messages.errors import InvalidRequest
from restore.request.json_text import json_of
from restore.request.sender_habits import envelopes
from restore.values.cloud_events import SOURCE as OWN
from restore.values.problem import Problem

BYTES_MAX = 192 * 1024
"""Of a body. An alert about 1,000 targets has about 150 KB; a queue message has 48 at most."""

_DEPTH_MAX = 4
"""Of lists and texts in each other: Event Grid sends one list, and Logic Apps one text."""
_UNKNOWN = "unknown"
OWN_NAMES = (azure_monitor.SOURCE, grid_events.EVENT_GRID, grid_events.CLOUD_EVENTS, _UNKNOWN)
"""Of senders: no mapping may take one, for rules tell senders apart by name."""


def alerts_of(body: bytes, mappings: tuple[Mapping, ...]) -> tuple[Alert, ...]:
    """Return all alerts of a body, plain or Base64; of one that cannot be read, or is too much, one
    that says so."""
    if len(body) > BYTES_MAX:
        said = f"The alert has {len(body)} bytes. The app reads at most {BYTES_MAX // 1024} KB."
        return (_faulty("AlertTooLarge", said),)
    try:
        value = json_of(body, BYTES_MAX)
    except InvalidRequest as error:
        (problem,) = error.problems
        return (_faulty("AlertNotUnderstood", f"The alert {problem.message}."),)
    found = tuple(_alerts(value, mappings, _DEPTH_MAX))
    count = sum(max(len(each.targets), 1) for each in found)
    if count > TARGETS_MAX:
        said = f"The alert names {count} targets. The app acts on at most {TARGETS_MAX} at once."
        return (_faulty("TooManyTargets", said),)
    return found or (_faulty("AlertNotUnderstood", "The list of alerts is empty."),)


def instead_of_request(body: bytes | str, mappings: tuple[Mapping, ...]) -> Problem | None:
    """Say of a body that was expected to be a restore request that it is an alert, as a mapping
    reads it; None if none does. What has the fields of a request is no alert."""
    try:
        value = json_of(body)
    except InvalidRequest:
        return None
    first = value[0] if isinstance(value, list) and value else value
    mapping = None if envelopes.is_request(first) else custom_senders.mapping_of(first, mappings)
    if mapping is None:
        return None
    said = f"is an alert of {mapping.name!r}, a mapping of RESTORE_RULES, and is no restore request"
    return Problem(path="$", message=f"{said}: {envelopes.ALERTS_BELONG}")


def _alerts(value: Any, mappings: tuple[Mapping, ...], depth: int) -> Iterator[Alert]:
    if not depth:
        yield _faulty("AlertNotUnderstood", "The alert stands in too many envelopes.")
    elif isinstance(value, list):
        for each in value:
            yield from _alerts(each, mappings, depth - 1)
    elif isinstance(value, dict) and isinstance(value.get("$content"), str):
        yield from _unwrapped(value["$content"], mappings, depth - 1)
    elif azure_monitor.is_common(value):
        yield azure_monitor.alert_of(value)
    else:
        yield from _others(value, mappings)


def _others(value: Any, mappings: tuple[Mapping, ...]) -> Iterator[Alert]:
    schema, mapping = grid_events.schema_of(value), custom_senders.mapping_of(value, mappings)
    if schema is not None and grid_events.carries_alert(value):
        yield azure_monitor.alert_of(value["data"])
    elif schema is not None and value.get("source") == OWN:
        yield _faulty("AlertNotUnderstood", "This is an event of this app, and no alert.")
    elif schema is not None and grid_events.is_known(value, schema):
        yield grid_events.alert_of(value, schema)
    elif mapping is not None:
        items = custom_senders.items_of(value, mapping)
        yield from (custom_senders.alert_of(item, mapping) for item in items)
        if not items:
            text = f"Nothing stands at {mapping.items} of this alert of {mapping.name}."
            yield _faulty("AlertNotUnderstood", text, mapping.name)
    elif schema is not None:
        yield grid_events.alert_of(value, schema)
    else:
        yield _faulty("AlertNotUnderstood", _what(value))


def _unwrapped(content: str, mappings: tuple[Mapping, ...], depth: int) -> Iterator[Alert]:
    try:
        value = json_of(content, BYTES_MAX)
    except InvalidRequest as error:
        (problem,) = error.problems
        yield _faulty("AlertNotUnderstood", f"$content {problem.message}.")
        return
    yield from _alerts(value, mappings, depth)


def _what(value: Any) -> str:
    """Say what it is instead of an alert, as far as that is known."""
    name = envelopes.name_of(value)
    if name == envelopes.LEGACY_ALERT:
        return (
            "This is an alert of Azure Monitor in an older schema. Enable the common alert schema "
            "in the action group."
        )
    if name is not None:
        return f"This is {name}. No mapping of RESTORE_RULES reads it."
    if envelopes.is_request(value):
        return (
            "This is a restore request: send it to POST /api/restores, or put it on the queue "
            "restore-requests."
        )
    return "This is no alert that the app knows, and no mapping of RESTORE_RULES reads it."


def _faulty(code: str, text: str, source: str = _UNKNOWN) -> Alert:
    return msgspec.structs.replace(Alert(source=source), fault=Fault(code=code, text=text))
