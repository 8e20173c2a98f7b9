"""The alert that asked for a restore, as the ledger's entry keeps it."""

from datetime import datetime

from restore.values.structs import Model


class Alerted(Model, frozen=True, kw_only=True):
    """Which alert, and by which rule it may ask."""

    rule: str
    alert_id: str
    """Of the alert list: `GET /api/alerts/{id}`."""
    source: str
    fired_at: datetime
    alert_rule: str | None = None
    """What fired, as its sender calls it."""
    approval: bool = False
    """The rule wants a person's approval, whatever the policy says."""
    released_by: str | None = None
    """Who let it go, of what was held."""


class StoppedBy(Model, frozen=True, kw_only=True):
    """Who has stopped all restores that alerts ask for."""

    reason: str
    at: datetime | None = None
    by: str | None = None
