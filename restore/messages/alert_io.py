"""What the orchestrator take_alert and its activities say to each other.

Plain JSON on the wire, read strictly: a history kept by an older version is either understood or
refused, never half understood.
"""

from typing import Any

from restore.values.structs import StrictModel


class TakeAlert(StrictModel, frozen=True, kw_only=True):
    """Input of the orchestrator take_alert, and what it hands on when it continues as new."""

    alert_id: str
    body: str | None = None
    """Of a dry run: the alert in Base64, of which nothing is kept and nothing done."""
    offset: int | None = None
    """It is judged: from which of its decisions on restores are started."""


class JudgeAlert(StrictModel, frozen=True, kw_only=True):
    """Input of judge_alert."""

    alert_id: str
    body: str | None = None


class Judged(StrictModel, frozen=True, kw_only=True):
    """Output of judge_alert."""

    counts: dict[str, int] = {}
    """How many decisions there are, by their outcome."""
    decisions: tuple[dict[str, Any], ...] = ()
    """Of a dry run."""


class StartAlerted(StrictModel, frozen=True, kw_only=True):
    """Input of start_alerted."""

    alert_id: str
    offset: int


class AlertsStarted(StrictModel, frozen=True, kw_only=True):
    """Output of start_alerted."""

    offset: int | None = None
    """Where it goes on; None: all are started."""


class ReviveAlerts(StrictModel, frozen=True, kw_only=True):
    """Input of revive_alerts, answered by `{token}`: where it goes on."""

    token: str | None = None
