"""ARM's JSON -> our structs. Pure: no I/O, and nothing that ARM leaves out or spells oddly hurts.

The same thing comes in several forms (numbers or names, two notations of a duration, year 1 for
"not yet", parts that are simply missing); here all of them become one. Unknown fields are ignored.
Texts are read by arm/texts.py alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any, TypeVar

from arm import job_json, point_details, resource_ids, texts
from restore.messages.model import JobError, JobSnapshot, ProtectedItem, RecoveryPoint
from restore.messages.request import ExtendedLocation
from restore.start.recovery_point_choice import CONSISTENCIES
from restore.start.tiers import usable_tier
from restore.values.times import seconds_of, time_of

T = TypeVar("T")

_ERRORS_MAX = 20
_TASK_CHARS_MAX = 200
_ZONES_MAX = 16
_JOB_STATUSES = (
    "Invalid",
    "InProgress",
    "Completed",
    "Failed",
    "CompletedWithWarnings",
    "Cancelled",
    "Cancelling",
)
_OPERATIONS = (
    "Invalid",
    "Register",
    "UnRegister",
    "ConfigureBackup",
    "Backup",
    "Restore",
    "DisableBackup",
    "DeleteBackupData",
    "CrossRegionRestore",
    "Undelete",
    "UpdateCustomerManagedKey",
)
_PROTECTION_STATES = (
    "Invalid",
    "IRPending",
    "Protected",
    "ProtectionError",
    "ProtectionStopped",
    "ProtectionPaused",
    "BackupsSuspended",
)
_THREAT_STATUSES = ("Unknown", "Healthy", "UnHealthy", "Warning", "NotAvailable")
_SECURITY_TYPES = ("None", "Standard", "TrustedLaunch", "ConfidentialVM")
_CANCELLABLE = ("Cancellable", 1)


def is_of_vm(raw: object, source_resource_id: str) -> bool:
    """Whether this protected item is that VM. Its friendlyName would not tell: it is not unique.

    Of two ids that differ, the one counts that a restore would send: that one was judged.
    """
    source = source_id(raw)
    return source is not None and resource_ids.same(source, source_resource_id)


def source_id(raw: object) -> str | None:
    """The id of the VM that a protected item is; None if it says none that can be read."""
    return _source(_map(_map(raw).get("properties")))


def container_of(raw: object) -> str | None:
    """The name of a protected item's container, as URLs want it; None if its id does not say it."""
    item_id = texts.resource_id(_map(raw).get("id")) or ""
    return resource_ids.find_segment(item_id, "protectionContainers")


def is_soft_deleted_item(raw: object) -> bool:
    """Whether the item is waiting to be deleted, which must be undone before a restore."""
    return _map(_map(raw).get("properties")).get("isScheduledForDeferredDelete") is True


def protected_item(raw: object, vault_id: str, region: str) -> ProtectedItem | None:
    """The item, with names as URLs want them; None if its id does not say them."""
    known, item_id = _map(_map(raw).get("properties")), texts.resource_id(_map(raw).get("id")) or ""
    container = resource_ids.find_segment(item_id, "protectionContainers")
    name = resource_ids.find_segment(item_id, "protectedItems")
    source = _source(known)
    if not (container and name and source):
        return None
    return ProtectedItem(
        id=resource_ids.protected_item(vault_id, container, name),
        vault_id=vault_id,
        container_name=container,
        name=name,
        source_resource_id=source,
        region=region,
        protection_state=texts.one_of(known.get("protectionState"), _PROTECTION_STATES)
        or "Invalid",
        friendly_name=texts.free(known.get("friendlyName")) or None,
    )


def is_vms(raw: object) -> bool:
    """Whether a recovery point is a VM's, and no other workload's."""
    kind = _map(_map(raw).get("properties")).get("objectType", "IaasVMRecoveryPoint")
    return bool(kind == "IaasVMRecoveryPoint")


def recovery_point(raw: object) -> RecoveryPoint | None:
    """The recovery point of a VM; None if it has no name or time."""
    known, name = _map(_map(raw).get("properties")), texts.name(_map(raw).get("name"))
    time = moment(known.get("recoveryPointTime"))
    if name is None or time is None:
        return None
    zones = [zone for zone in map(texts.name, _list(known.get("zones"))[:_ZONES_MAX]) if zone]
    return RecoveryPoint(
        name=name,
        time=time,
        consistency=texts.one_of(known.get("recoveryPointType"), CONSISTENCIES) or "",
        tier=usable_tier([_map(one) for one in _list(known.get("recoveryPointTierDetails"))]),
        is_soft_deleted=_map(known.get("recoveryPointProperties")).get("isSoftDeleted") is True,
        is_managed_vm=known.get("isManagedVirtualMachine") is not False,
        zones=tuple(zones) or None,
        is_private_access_enabled=known.get("isPrivateAccessEnabledOnAnyDisk") is True,
        extended_location=_extended_location(_map(known.get("extendedLocation"))),
        original_storage_account_option=known.get("originalStorageAccountOption") is True,
        threat_status=texts.one_of(known.get("threatStatus"), _THREAT_STATUSES),
        threats=point_details.threats(known.get("threatInfo")),
        is_encrypted=known.get("isSourceVMEncrypted") is True,
        security_type=texts.one_of(known.get("securityType"), _SECURITY_TYPES),
        disks=point_details.disks(known.get("recoveryPointDiskConfiguration")),
    )


def job(raw: object, job_id: str | None = None) -> JobSnapshot | None:
    """The job, from a list or a poll of its own; None if it has no id or status."""
    known = _map(_map(raw).get("properties"))
    name = texts.name(_map(raw).get("name")) or job_id
    status = texts.one_of(known.get("status"), _JOB_STATUSES)
    if name is None or status is None:
        return None
    status = "Cancelled" if status.lower() == "other: canceled" else status  # as operations spell
    extended = _map(known.get("extendedInfo"))
    task = _running_task(extended)
    percent = _number(extended.get("progressPercentage"))
    return JobSnapshot(
        job_id=name,
        status=status,
        operation=texts.one_of(known.get("operation"), _OPERATIONS),
        container_name=texts.name(known.get("containerName")),
        entity_name=texts.name(known.get("entityFriendlyName")),
        percent=percent if percent is not None else _number(task.get("progressPercentage")),
        remaining_s=_read(seconds_of, extended.get("estimatedRemainingDuration")),
        task=texts.free(task.get("taskId"), _TASK_CHARS_MAX) or None,
        start_time=moment(known.get("startTime")),
        # A finished job may go on saying that it can be cancelled.
        cancellable=status == "InProgress"
        and any(action in _CANCELLABLE for action in _list(known.get("actionsInfo"))),
        errors=tuple(
            _job_error(_map(one)) for one in _list(known.get("errorDetails"))[:_ERRORS_MAX]
        ),
        message=texts.free(extended.get("dynamicErrorMessage")) or None,
        tasks=job_json.tasks(extended),
        output=job_json.output(extended),
        recovery_type=job_json.recovery_type(extended),
    )


def _source(known: Mapping[str, Any]) -> str | None:
    return texts.resource_id(known.get("sourceResourceId") or known.get("virtualMachineId"))


def _job_error(raw: Mapping[str, Any]) -> JobError:
    recommendations = [texts.free(one) for one in _list(raw.get("recommendations"))[:_ERRORS_MAX]]
    code = _number(raw.get("errorCode"))
    return JobError(
        code=None if code is None else int(code),
        title=texts.free(raw.get("errorTitle")),
        text=texts.free(raw.get("errorString")),
        recommendations=tuple(text for text in recommendations if text),
    )


def _running_task(extended: Mapping[str, Any]) -> Mapping[str, Any]:
    tasks = [_map(task) for task in _list(extended.get("tasksList"))]
    return next((task for task in tasks if task.get("status") == "InProgress"), {})


def _extended_location(raw: Mapping[str, Any]) -> ExtendedLocation | None:
    name, kind = texts.name(raw.get("name")), texts.name(raw.get("type"))
    return ExtendedLocation(name=name, type=kind or "EdgeZone") if name else None


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: object) -> float | None:
    found = _read(float, str(value)) if isinstance(value, int | float | str) else None
    return found if found is not None and isfinite(found) else None


def moment(value: object) -> datetime | None:
    """A time; None where there is none, or one that cannot be read."""
    return _read(time_of, value)


def _read(parse: Callable[[str], T | None], value: object) -> T | None:
    try:
        return parse(value) if isinstance(value, str) and value else None
    except (ValueError, OverflowError):
        return None
