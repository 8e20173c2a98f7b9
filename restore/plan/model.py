"""What a plan is: the answer to a plan request. Its hash is hashing.py's work."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from restore.messages.model import Choice, ProtectedItem
from restore.messages.plan_io import Finding, Severity
from restore.values.structs import Model


class Plan(Model, frozen=True, kw_only=True):
    """The answer to a plan request."""

    request_id: str
    allowed: bool
    """No finding is blocking."""
    validated: bool
    """Azure itself was asked, and answered."""
    findings: tuple[Finding, ...]
    made_at: datetime
    item: ProtectedItem | None = None
    choice: Choice | None = None
    body: dict[str, Any] | None = None
    """Exactly what would be sent to Azure."""
    plan_hash: str | None = None
    """Put it into the request as planHash; None when there is nothing to be asked for."""


_GRAVEST_FIRST: tuple[Severity, ...] = ("blocking", "warning", "info")


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with the gravest first."""
    return tuple(sorted(found, key=lambda finding: _GRAVEST_FIRST.index(finding.severity)))
