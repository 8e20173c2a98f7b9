"""The answers of the routes about alerts as shapes (response_schemas.py)."""

from datetime import datetime
from typing import Any, Literal

from restore.alerts.decision import AlertDecision
from restore.alerts.record import Release, Way
from restore.messages.alerted import StoppedBy
from restore.values.structs import Model


class AlertTaken(Model, frozen=True, kw_only=True):
    """What came is recorded; what becomes of it is shown at Location."""

    alert_id: str
    text: str


class AlertTried(Model, frozen=True, kw_only=True):
    """What would happen, of a dry run; of Event Grid's handshake its code."""

    decisions: tuple[AlertDecision, ...] = ()
    validation_response: str | None = None


class OriginAllowed(Model, frozen=True, kw_only=True):
    """Who may send alerts."""

    allowed_origin: str


class AlertLine(Model, frozen=True, kw_only=True):
    """One alert in a list."""

    id: str
    received_at: str | None
    way: str | None
    state: str | None
    source: str | None
    alert_rule: str | None
    """What fired; of the first of several."""
    rule: str | None
    """The rule that matched; of the first of several."""
    decisions: dict[str, int]
    """How many, by their outcome."""


class AlertList(Model, frozen=True, kw_only=True):
    """One page of the list of alerts, the newest first."""

    value: tuple[AlertLine, ...]
    continuation_token: str | None = None
    stopped: StoppedBy | None = None


class AlertShown(Model, frozen=True, kw_only=True):
    """One delivery of an alert, or one decision about what was held."""

    id: str
    way: Way
    received_at: datetime
    state: Literal["received", "judged"]
    by: str | None = None
    original: str = ""
    """What came, without secrets."""
    original_encoding: str = "utf-8"
    original_bytes: int = 0
    release: Release | None = None
    judged_at: datetime | None = None
    decisions: tuple[AlertDecision, ...] = ()
    truncated: tuple[str, ...] = ()


class Held(Model, frozen=True, kw_only=True):
    """One VM that is held."""

    request_id: str
    vm: str
    alert_rule: str | None
    fired_at: datetime | None


class HoldShown(Model, frozen=True, kw_only=True):
    """What is held of one rule."""

    rule: str
    since: datetime
    until: datetime
    decide_at: str
    held: tuple[Held, ...]


class HoldList(Model, frozen=True, kw_only=True):
    """What is held, by rule."""

    value: tuple[HoldShown, ...]
    truncated: tuple[str, ...] = ()


class SwitchAnswer(Model, frozen=True, kw_only=True):
    """Whether alerts may restore."""

    automatic_restores: Literal["on", "stopped"]
    text: str


SHAPES: tuple[Any, ...] = (
    AlertTaken,
    AlertTried,
    OriginAllowed,
    AlertList,
    AlertShown,
    HoldList,
    SwitchAnswer,
)
