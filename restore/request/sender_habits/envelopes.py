"""JSON that is no request: what it is instead, and where in it the request stands, if it does.

It is said as one problem. All that follows from it (fields that are unknown, fields that are
missing) would only hide it.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice
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
    is_alert: bool = False


LEGACY_ALERT = "an alert of Azure Monitor"
ENVELOPES = (
    Envelope("an event of this app", ("specversion", "data"), "source", SOURCE),
    Envelope("a CloudEvent", ("specversion", "type", "source"), is_alert=True),
    Envelope("an Event Grid event", ("eventType", "eventTime", "data"), is_alert=True),
    Envelope(
        "an alert in Azure Monitor's common schema", ("data",), "schemaId", "azureMonitor", True
    ),
    Envelope(LEGACY_ALERT, ("schemaId", "data"), is_alert=True),
    Envelope("an alert of Grafana", ("receiver", "alerts", "orgId"), is_alert=True),
    Envelope("an alert of Alertmanager", ("receiver", "alerts"), is_alert=True),
    Envelope(
        "an event of PagerDuty", ("event_type", "resource_type", "occurred_at"), is_alert=True
    ),
    Envelope("an alert of Datadog", ("event_type", "last_updated", "org"), is_alert=True),
    Envelope("Logic Apps' form of a file", ("$content",)),
    Envelope("an ARM template", ("$schema", "resources")),
)
_ROOT = "$"
_OBJECT = "must be a JSON object: one request"
_INSTEAD = "send one request, with recoveryType and sourceResourceId at the top"
ALERTS_BELONG = "alerts belong on the queue restore-alerts, or to POST /api/alerts"


def problem_of(value: Any) -> Problem | None:
    """Say what a JSON value is that is no request; None if it may be one."""
    if isinstance(value, dict) and _has(value, _TYPE):
        return None
    around, inside = _look_into(value)
    if around is not None:
        said = f"is {around.name}" if around.is_root else f"holds {around.said}"
        return _problem(_ROOT, f"{said}, and is no restore request", inside, around)
    if isinstance(value, list):
        count = "one" if len(value) == 1 else len(value)
        return _problem("$", f"{_OBJECT}; this is a list of {count}", inside)
    if not isinstance(value, dict):
        return Problem(path="$", message=_OBJECT)
    if inside is None:
        return None
    return _problem(inside.outermost, "is an envelope; its fields stand at the top here", inside)


def name_of(value: Any) -> str | None:
    """Return what a JSON value is, or holds, that is no request; None if that is not known."""
    around, _ = _look_into(value)
    return None if around is None else around.name if around.is_root else around.said


def is_request(value: Any) -> bool:
    """Whether a value has the fields that make it a request."""
    return isinstance(value, dict) and _is_request(value)


class _Place(NamedTuple):
    """Where something stands in a value: by its whole path, and by the first part of it."""

    path: str
    outermost: str
    name: str = ""
    """Of an envelope."""
    is_alert: bool = False
    """Of an envelope, or of one inside it."""

    @property
    def is_root(self) -> bool:
        """It is the value itself."""
        return self.path == _ROOT

    @property
    def said(self) -> str:
        """An envelope, and where it stands."""
        return f"{self.name} in {self.path}"

    def is_in(self, other: "_Place") -> bool:
        """Whether it stands inside what stands at another place."""
        return self.path.startswith((f"{other.path}.", f"{other.path}["))


def _problem(path: str, said: str, inside: _Place | None, around: _Place | None = None) -> Problem:
    instead = ALERTS_BELONG if around is not None and around.is_alert else _INSTEAD
    if inside:
        instead = f"send what stands in {inside.path} alone"
    return Problem(path=path, message=f"{said}: {instead}")


def _look_into(value: Any) -> tuple[_Place | None, _Place | None]:
    """Return which envelope there is and where in it a request stands, as far as there are such:
    the outermost of both, also in a text."""
    around: _Place | None = None
    for place, found in islice(_walked(value), _NODES_MAX):
        if isinstance(found, dict) and not place.is_root and _is_request(found):
            return (around if around and place.is_in(around) else None), place
        known = next((each for each in ENVELOPES if _is(found, each)), None)
        if known is not None and around is None:
            around = place._replace(name=known.name)
        if known is not None and around is not None and known.is_alert:
            around = around._replace(is_alert=True)
    return around, None


def _walked(value: Any) -> Iterator[tuple[_Place, Any]]:
    """Return a value and all that it holds, also in texts, the outermost first."""
    waiting = deque([(_Place(_ROOT, _ROOT), value)])
    while waiting:
        place, found = waiting.popleft()
        opened = _opened(found) if isinstance(found, str) else found
        yield place, opened
        waiting.extend(_parts(opened, place))


def _parts(value: Any, place: _Place) -> Iterator[tuple[_Place, Any]]:
    """Return what a value holds, each with its place."""
    named: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        named = [(path_to(place.path, name), inner) for name, inner in value.items()]
    elif isinstance(value, list):
        named = [(f"{place.path}[{index}]", inner) for index, inner in enumerate(value)]
    for path, inner in named:
        yield _Place(path, path if place.is_root else place.outermost), inner


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
    text = value.get(envelope.field)
    return not envelope.field or (isinstance(text, str) and text.startswith(envelope.begins))


def _is_request(value: dict[str, Any]) -> bool:
    return _has(value, _TYPE) or _has(value, _SOURCE)


def _has(value: dict[str, Any], field: str) -> bool:
    return any(plain_spelling(name) == field for name in value)
