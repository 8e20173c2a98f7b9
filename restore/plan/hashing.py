"""What a restore would be, before anything is sent: its findings, its body, and their hash.

The hash stands for everything that decides what the restore does. A request that carries it is
refused once any of that has changed. What is looked at is read by activities; which findings there
are is decided in checks.py.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

import msgspec

from restore.messages.errors import PlanChanged
from restore.messages.model import (
    Choice,
    Contract,
    OriginalLocation,
    Problem,
    ProtectedItem,
    RecoveryPoint,
    RestoreRequest,
)

Severity = Literal["blocking", "warning", "info"]

_ABSENT = "nothing"


class Finding(Contract, frozen=True, kw_only=True):
    """One thing to know before the restore is asked for."""

    severity: Severity
    """blocking: the restore would be refused. warning: it may fail, or do what is not meant."""
    code: str
    text: str
    action: str = ""
    """What to do about it."""
    path: str | None = None
    """The request's field, if it is one that decides it."""


class Plan(Contract, frozen=True, kw_only=True):
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


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with the gravest first."""
    rank = {"blocking": 0, "warning": 1, "info": 2}
    return tuple(sorted(found, key=lambda finding: rank[finding.severity]))


def matter(
    request: RestoreRequest, item: ProtectedItem, point: RecoveryPoint, body: dict[str, Any]
) -> dict[str, Any]:
    """Return what decides the restore: the same matter, the same restore."""
    confirm = request.confirm if isinstance(request, OriginalLocation) else None
    return {
        "recoveryType": request.recovery_type,
        "sourceResourceId": item.source_resource_id,
        "vaultId": item.vault_id,
        "protectedItem": item.id,
        "recoveryPoint": point.name,
        "recoveryPointTime": msgspec.to_builtins(point.time),
        "confirm": confirm,
        "body": body,
    }


def plan_hash(matter: dict[str, Any]) -> str:
    """Return the hash that stands for a matter: 64 hexadecimal digits."""
    return sha256(msgspec.json.encode(matter, order="deterministic")).hexdigest()


def differences(planned: dict[str, Any], now: dict[str, Any]) -> tuple[Problem, ...]:
    """Say each thing that is otherwise now, by its place."""
    found = _differences("$", planned, now)
    return tuple(
        Problem(path=path, message=f"was {_shown(before)} in the plan and is {_shown(after)} now")
        for path, before, after in found
    )


def require_same(plan_hash_: str, planned: dict[str, Any] | None, now: dict[str, Any]) -> None:
    """Check that a request is what its plan was. Raises PlanChanged, which says what is not."""
    if plan_hash(now) == plan_hash_:
        return
    if planned is None:
        problem = Problem(path="$.planHash", message="stands for no plan that was made here")
        raise PlanChanged([problem])
    raise PlanChanged(differences(planned, now))


def _differences(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from _differences(f"{path}.{name}", before.get(name), after.get(name))
    elif before != after:
        yield path, before, after


def _shown(value: Any) -> str:
    return _ABSENT if value is None else msgspec.json.encode(value).decode()
