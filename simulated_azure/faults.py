"""Faults on demand: which request is hit, how often, and by what.

A plan is a list of faults and a seed. This module decides which faults hit a request; what they do
to it is in fault_effects.py. Handlers know nothing of faults.
"""

import random
import re
from typing import Any, Literal

import msgspec

Kind = Literal[
    "status",
    "status_after",
    "throttle",
    "refused",
    "drop_before",
    "drop_after",
    "delay",
    "expire_token",
    "malformed",
    "foreign_poll_url",
    "bad_location",
    "no_poll_headers",
    "list_lag",
    "job_404",
    "job_status",
    "job_properties",
    "operation_without_properties",
    "operation_stuck",
    "truncate_pages",
    "empty_page",
    "foreign_next_link",
    "unescaped_next_link",
    "still_validating",
]
BEFORE: tuple[Kind, ...] = ("refused", "drop_before", "status", "throttle", "job_404")
"""Kinds after which the request goes no further, so that nothing is accepted."""

_POLLED = "operation_status|backup_operation"
_LISTS = "jobs|protected_items|recovery_points"
_NATURAL: dict[Kind, str] = {
    "job_404": "job",
    "job_status": "job",
    "job_properties": "job",
    "list_lag": "jobs",
    "foreign_poll_url": "restore",
    "bad_location": "restore",
    "no_poll_headers": "restore",
    "operation_without_properties": _POLLED,
    "operation_stuck": _POLLED,
    "truncate_pages": _LISTS,
    "empty_page": _LISTS,
    "foreign_next_link": _LISTS,
    "unescaped_next_link": _LISTS,
    "still_validating": "validate_result",
}


class Match(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which requests; what is absent matches all that the kind makes sense for."""

    method: str | None = None
    path: str | None = None
    """A regular expression, searched for in the decoded path, ignoring case."""
    operation: str | None = None
    """A regular expression for the route's whole name, such as "restore" or "job|jobs"."""


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that goes wrong."""

    kind: Kind
    match: Match = msgspec.field(default_factory=Match)
    times: int | None = 1
    """How many requests it hits; null is every one."""
    after: int = 0
    """How many matching requests it lets pass first."""
    chance: float = 1.0
    """How likely it hits a request that it could hit, drawn from the plan's seed."""
    status: int = 500
    code: str | None = None
    message: str | None = None
    error: dict[str, Any] = {}
    """What an error says beside its code and message, such as additionalInfo."""
    body: str | None = None
    """The whole body of an error, in whatever shape."""
    retry_after: float | None = None
    delay_s: float = 5.0
    lag_s: float = 60.0
    page_size: int = 1
    url: str = "https://management.example.net/elsewhere"
    job_status: str = "Invalid"
    properties: dict[str, Any] = {}
    """What a job says in its extendedInfo instead of what it would say."""
    query: str = ""
    """What an unescaped nextLink ends in."""


class FaultPlan:
    """The faults to come, with their own dice."""

    def __init__(self, faults: list[Fault] | None = None, seed: int = 0) -> None:
        self._dice = random.Random(seed)
        self._faults = [_Armed(fault) for fault in faults or []]

    def add(self, faults: list[Fault]) -> None:
        """Arm more faults."""
        self._faults += [_Armed(fault) for fault in faults]

    def reseed(self, seed: int) -> None:
        """Throw the dice anew from a seed."""
        self._dice = random.Random(seed)

    def take(self, method: str, path: str, operation: str) -> list[Fault]:
        """The faults that hit this request; each use counts."""
        hit: list[Fault] = []
        for armed in self._faults:
            if armed.fits(method, path, operation) and armed.use(self._dice):
                hit.append(armed.fault)
                if armed.fault.kind in BEFORE:
                    break
        return hit

    def left(self) -> list[dict[str, object]]:
        """Every fault with how often it has hit."""
        return [{"fault": msgspec.to_builtins(a.fault), "hits": a.hits} for a in self._faults]


class _Armed:
    """A fault and how often it was considered and has hit."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.hits = 0
        self._passed = 0

    def fits(self, method: str, path: str, operation: str) -> bool:
        match, fault = self.fault.match, self.fault
        wanted = match.operation or (
            _NATURAL.get(fault.kind) if match.path is None and match.method is None else None
        )
        return (
            (match.method is None or match.method.upper() == method)
            and (match.path is None or bool(re.search(match.path, path, re.IGNORECASE)))
            and (wanted is None or bool(re.fullmatch(wanted, operation)))
        )

    def use(self, dice: random.Random) -> bool:
        fault = self.fault
        if fault.times is not None and self.hits >= fault.times:
            return False
        if self._passed < fault.after:
            self._passed += 1
            return False
        if fault.chance < 1.0 and dice.random() >= fault.chance:
            return False
        self.hits += 1
        return True
