"""The hash of a plan: are the restore that was planned and the one that is asked for the same?

It stands for everything that decides what the restore does. A request that carries it is
refused once any of that has changed.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec

from restore.messages.errors import PlanChanged
from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.messages.request import OriginalLocation, RestoreRequest
from restore.values.problem import Problem

_ABSENT = "nothing"


def subject_of(
    request: RestoreRequest, item: ProtectedItem, point: RecoveryPoint, body: dict[str, Any]
) -> dict[str, Any]:
    """Return what decides the restore: the same subject, the same restore."""
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


def plan_hash(subject: dict[str, Any]) -> str:
    """Return the hash that stands for a plan's subject: 64 hexadecimal digits."""
    return sha256(msgspec.json.encode(subject, order="deterministic")).hexdigest()


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
