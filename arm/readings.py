"""ARM's JSON -> our structs. Pure: no I/O, and nothing that ARM leaves out or spells oddly hurts.

The same thing comes in several forms (numbers or names, two notations of a duration, year 1 for
"not yet", parts that are simply missing); here all of them become one. Unknown fields are ignored.
What is shown to people is scrubbed on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any, TypeVar

from arm import resource_ids
from arm.scrubbing import scrub
from restore.contracts import (
    ExtendedLocation,
    JobError,
    JobLook,
    ProtectedItem,
    RecoveryPoint,
)
from restore.plain_text import is_plain
from restore.selection import usable_tier
from restore.times import seconds_of, time_of

T = TypeVar("T")

_ERRORS_MAX = 20
_ZONES_MAX = 16
_TEXT_CHARS_MAX = 2000
_CANCELLABLE = ("Cancellable", 1)


def is_of_vm(raw: object, source_resource_id: str) -> bool:
    """Whether this protected item is that VM. Its friendlyName would not tell: it is not unique.

    Of two ids that differ, the one counts that a restore would send: that one was judged.
    """
    source = _source(_map(_map(raw).get("properties")))
    return source is not None and resource_ids.same(source, source_resource_id)


def is_soft_deleted_item(raw: object) -> bool:
    """Whether the item is waiting to be deleted, which must be undone before a restore."""
    return _map(_map(raw).get("properties")).get("isScheduledForDeferredDelete") is True


def protected_item(raw: object, vault_id: str, region: str) -> ProtectedItem | None:
    """The item, with names as URLs want them; None if its id does not say them."""
    known, item_id = _map(_map(raw).get("properties")), _text(_map(raw), "id") or ""
    container = resource_ids.find_segment(item_id, "protectionContainers")
    name = resource_ids.find_segment(item_id, "protectedItems")
    source = _source(known)
    if not (container and name and source):
        return None
    if not (resource_ids.is_name(container) and resource_ids.is_name(name)):
        return None
    return ProtectedItem(
        id=resource_ids.protected_item(vault_id, container, name),
        vault_id=vault_id,
        container_name=container,
        name=name,
        source_resource_id=source,
        region=region,
        protection_state=_text(known, "protectionState") or "Invalid",
        friendly_name=_text(known, "friendlyName"),
    )


def recovery_point(raw: object) -> RecoveryPoint | None:
    """The recovery point; None if it is another workload's, or has no name or time."""
    known, name = _map(_map(raw).get("properties")), _name(_map(raw))
    time = _time(known.get("recoveryPointTime"))
    is_of_a_vm = known.get("objectType", "IaasVMRecoveryPoint") == "IaasVMRecoveryPoint"
    if name is None or time is None or not is_of_a_vm:
        return None
    zones = [
        zone
        for zone in _list(known.get("zones"))[:_ZONES_MAX]
        if isinstance(zone, str) and is_plain(zone, 40)
    ]
    return RecoveryPoint(
        name=name,
        time=time,
        consistency=_text(known, "recoveryPointType") or "",
        tier=usable_tier([_map(one) for one in _list(known.get("recoveryPointTierDetails"))]),
        is_soft_deleted=_map(known.get("recoveryPointProperties")).get("isSoftDeleted") is True,
        is_managed_vm=known.get("isManagedVirtualMachine") is not False,
        zones=tuple(zones) or None,
        is_private_access_enabled=known.get("isPrivateAccessEnabledOnAnyDisk") is True,
        extended_location=_extended_location(_map(known.get("extendedLocation"))),
        original_storage_account_option=known.get("originalStorageAccountOption") is True,
        threat_status=_text(known, "threatStatus"),
        is_encrypted=known.get("isSourceVMEncrypted") is True,
    )


def job(raw: object, job_id: str | None = None) -> JobLook | None:
    """The job, from a list or a look of its own; None if it has no id or status."""
    known = _map(_map(raw).get("properties"))
    name, status = _name(_map(raw)) or job_id, _text(known, "status")
    if name is None or status is None:
        return None
    extended = _map(known.get("extendedInfo"))
    task = _running_task(extended)
    percent = _number(extended.get("progressPercentage"))
    return JobLook(
        job_id=name,
        status=status,
        operation=_text(known, "operation"),
        container_name=_text(known, "containerName"),
        entity_name=_text(known, "entityFriendlyName"),
        percent=percent if percent is not None else _number(task.get("progressPercentage")),
        remaining_s=_read(seconds_of, extended.get("estimatedRemainingDuration")),
        task=_text(task, "taskId"),
        start_time=_time(known.get("startTime")),
        # A finished job may go on saying that it can be cancelled.
        cancellable=status == "InProgress"
        and any(action in _CANCELLABLE for action in _list(known.get("actionsInfo"))),
        errors=tuple(
            _job_error(_map(one)) for one in _list(known.get("errorDetails"))[:_ERRORS_MAX]
        ),
        message=scrub(extended.get("dynamicErrorMessage")) or None,
    )


def _source(known: Mapping[str, Any]) -> str | None:
    return _text(known, "sourceResourceId") or _text(known, "virtualMachineId")


def _job_error(raw: Mapping[str, Any]) -> JobError:
    recommendations = [scrub(one) for one in _list(raw.get("recommendations"))[:_ERRORS_MAX]]
    code = _number(raw.get("errorCode"))
    return JobError(
        code=None if code is None else int(code),
        title=scrub(raw.get("errorTitle")),
        text=scrub(raw.get("errorString")),
        recommendations=tuple(text for text in recommendations if text),
    )


def _running_task(extended: Mapping[str, Any]) -> Mapping[str, Any]:
    tasks = [_map(task) for task in _list(extended.get("tasksList"))]
    return next((task for task in tasks if task.get("status") == "InProgress"), {})


def _extended_location(raw: Mapping[str, Any]) -> ExtendedLocation | None:
    name = _text(raw, "name")
    return ExtendedLocation(name=name, type=_text(raw, "type") or "EdgeZone") if name else None


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(raw: Mapping[str, Any], key: str) -> str | None:
    """A text that may be shown; one that may not is no text of Azure's."""
    value = raw.get(key)
    fits = isinstance(value, str) and is_plain(value, _TEXT_CHARS_MAX)
    return value if fits and value else None


def _name(raw: Mapping[str, Any]) -> str | None:
    """A name that may stand in a path."""
    name = _text(raw, "name")
    return name if name and resource_ids.is_name(name) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    found = _read(float, str(value))
    return found if found is not None and isfinite(found) else None


def _time(value: object) -> datetime | None:
    return _read(time_of, value)


def _read(parse: Callable[[str], T | None], value: object) -> T | None:
    try:
        return parse(value) if isinstance(value, str) and value else None
    except (ValueError, OverflowError):
        return None
