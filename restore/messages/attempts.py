"""Attempts at one request, where the policy lets it fall back: the one that was asked for, and the
others that were made in its place. Each has an entry of its own in the ledger, and its own POST.
"""

from datetime import datetime
from typing import Any, Literal

from restore.values.structs import Model

Rung = Literal["olderPoint", "disks"]
"""What may be done instead: restore the next older recovery point, where the point is gone; restore
the disks, where the new VM is refused for its size or a quota."""

ATTEMPTS_MAX = 3
"""The first one, and each rung once; or a point that goes twice."""


class Attempt(Model, frozen=True, kw_only=True):
    """One attempt, and what it came to as far as it has come to something."""

    id: str = ""
    """Of its entry in the ledger: the request's own, then `{requestId}~2` and so on. None where the
    disks were there already: then there is no entry."""
    at: datetime
    """When it began."""
    rung: Rung | None = None
    """None: what was asked for."""
    because: str | None = None
    """The code of what the attempt before it failed with."""
    recovery_type: str = ""
    recovery_point: str | None = None
    sent: bool = False
    """Its POST was sent, or may have been."""
    verdict: str | None = None
    code: str | None = None
    """Of its error."""
    text: str = ""
    job_id: str | None = None
    disks: tuple[str, ...] = ()
    """Those that the one before it left behind: then nothing was sent, and there is no entry."""
    request: dict[str, Any] | None = None
    """As it is asked, until it has its verdict."""
