"""Threats that Azure has found in a recovery point: threatStatus and threatInfo, which it tells at
api-version 2026-07-01 and later."""

from datetime import datetime

from restore.values.structs import Model

SUSPECT = ("UnHealthy", "Warning")
"""The statuses of a point that is not restored unless it is asked for by its id."""
HARMLESS = (None, "Healthy", "Unknown", "NotAvailable")
"""Those of which nothing need be said. A word that nobody knows is none of them."""


class Threat(Model, frozen=True, kw_only=True):
    """One of them, in Azure's words."""

    title: str
    description: str = ""
    severity: str | None = None
    """Critical, High, Warning or Informational."""
    state: str | None = None
    """Active, InProgress, Ignored or Resolved."""
    last_updated: datetime | None = None

    def __str__(self) -> str:
        """For people: the title, how grave it is, and how it stands."""
        told = ", ".join(each for each in (self.severity, self.state) if each)
        return f"{self.title} ({told})" if told else self.title
