"""JSON that is no request: what it is instead, and where in it the request stands, if it does.

It is said as one problem. All that follows from it (fields that are unknown, fields that are
missing) would only hide it.
"""

from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from restore.messages.errors import InvalidRequest
from restore.request.json_text import read_json
from restore.request.sender_habits.texts import plain_spelling
from restore.request.validation import path_to
from restore.values.cloud_events import SOURCE
from restore.values.problem import Problem

_NODES_MAX = 500
_TYPE, _SOURCE = "recoverytype", "sourceresourceid"


class Envelope(NamedTuple):
    """What is sent where a request is expected, known by fields that it has."""

    name: str
    fields: tuple[str, ...]
    field: str = ""
    begins: str = ""
    """Of that field's text, what it begins with."""


ENVELOPES = (
    Envelope("an event of this app", ("specversion", "data"), "source", SOURCE),
    Envelope("a CloudEvent", ("specversion", "type", "source")),
    Envelope("an Event Grid event", ("eventType", "eventTime", "data")),
    Envelope("an alert in Azure Monitor's common schema", ("data",), "schemaId", "azureMonitor"),
    Envelope("an alert of Azure Monitor", ("schemaId", "data")),
    Envelope("an alert of Alertmanager", ("receiver", "alerts")),
    Envelope("Logic Apps' form of a file", ("$content",)),
    Envelope("an ARM template", ("$schema", "resources")),
)
_OBJECT = "must be a JSON object: one request"
_INSTEAD = "send one request, with recoveryType and sourceResourceId at the top"


def problem_of(value: Any) -> Problem | None:
    """Say what a JSON value is that is no request; None if it may be one."""
    if isinstance(value, dict) and _has(value, _TYPE):
        return None
    inside = _request_in(value)
    first = value[0] if isinstance(value, list) and value else value
    name = next((each.name for each in ENVELOPES if _is(first, each)), None)
    if name is not None:
        said = f"is {name}{' in a list' if first is not value else ''}, and no restore request"
        return _problem("$", said, inside)
    if isinstance(value, list):
        count = "one" if len(value) == 1 else len(value)
        return _problem("$", f"{_OBJECT}; this is a list of {count}", inside)
    if not isinstance(value, dict):
        return Problem(path="$", message=_OBJECT)
    if inside is None:
        return None
    return _problem(inside.outermost, "is an envelope; its fields stand at the top here", inside)


class _Place(NamedTuple):
    """Where something stands in a value: by its whole path, and by the first part of it."""

    path: str
    outermost: str


def _problem(path: str, said: str, inside: _Place | None) -> Problem:
    instead = f"send what stands in {inside.path} alone" if inside else _INSTEAD
    return Problem(path=path, message=f"{said}: {instead}")


def _request_in(value: Any) -> _Place | None:
    """Return where in a value a request stands: the outermost, also in a text."""
    waiting = deque([(_Place("$", "$"), value)])
    for _ in range(_NODES_MAX):
        if not waiting:
            break
        place, found = waiting.popleft()
        opened = _opened(found) if isinstance(found, str) else found
        if place.path != "$" and isinstance(opened, dict) and _is_request(opened):
            return place
        for part, inner in _parts(opened):
            path = path_to(place.path, part) if isinstance(part, str) else f"{place.path}[{part}]"
            outermost = path if place.path == "$" else place.outermost
            waiting.append((_Place(path, outermost), inner))
    return None


def _parts(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _opened(text: str) -> Any:
    """Return the JSON in a text, plain or Base64; None if there is none."""
    if not text.lstrip().startswith(("{", "[", "ey", "ew")):
        return None
    try:
        return read_json(text.encode(errors="replace"))
    except InvalidRequest:
        return None


def _is(value: Any, envelope: Envelope) -> bool:
    if not isinstance(value, dict) or any(name not in value for name in envelope.fields):
        return False
    return not envelope.field or str(value.get(envelope.field)).startswith(envelope.begins)


def _is_request(value: dict[str, Any]) -> bool:
    return _has(value, _TYPE) or _has(value, _SOURCE)


def _has(value: dict[str, Any], field: str) -> bool:
    return any(plain_spelling(name) == field for name in value)
