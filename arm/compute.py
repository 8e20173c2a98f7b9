"""What we ask Microsoft.Compute: whether a VM exists, in which region, and which disks it has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from arm import resource_ids, texts
from arm.arm_json import moment
from arm.client import Client
from restore.messages import errors
from restore.messages.disks import NAME_CHARS_MAX, VmDisk

API_VERSION = "2024-07-01"

_CLOCKS = timedelta(minutes=2)
"""So much may Azure's own clocks differ."""
_DISKS_MAX = 200
_DOING = "find the VM's region"
_ADVICE = "Give the request a vaultId: then the VM need not exist."


def read_vm_region(client: Client, vm_id: str) -> str:
    """The VM's location; a VM that is not there is NotFound, with the way out."""
    try:
        answer = client.get(f"{resource_ids.path(vm_id)}?api-version={API_VERSION}", _DOING)
    except errors.NotFound as error:
        raise errors.NotFound(
            f"The VM does not exist, so Azure cannot say which vault holds its backup. {_ADVICE}",
            code="VirtualMachineNotFound",
            details=(f"{error.code}: {error.message}",),
            doing=_DOING,
        ) from None
    except errors.AccessDenied as error:
        raise errors.AccessDenied(
            f"{error.message} To look up a VM's vault, its identity must be allowed to read the "
            f"VM. {_ADVICE}",
            code=error.code,
            doing=_DOING,
        ) from None
    region = texts.name(answer.body.get("location"))
    if region is None:
        raise errors.ServiceUnavailable(
            "Azure's reply does not name the VM's region.", code="MalformedReply", doing=_DOING
        )
    return region


def has_vm(client: Client, vm_id: str) -> bool:
    """Whether the VM exists."""
    path = f"{resource_ids.path(vm_id)}?api-version={API_VERSION}"
    try:
        client.get(path, "look whether the VM exists")
    except errors.NotFound:
        return False
    return True


def has_new_vm(client: Client, vm_id: str, since: datetime | None) -> bool:
    """Whether the VM exists, was created since then, and its creation has not failed."""
    path = f"{resource_ids.path(vm_id)}?api-version={API_VERSION}"
    try:
        known = client.get(path, "look whether the VM was created").body.get("properties")
    except errors.NotFound:
        return False
    known = known if isinstance(known, dict) else {}
    created = moment(known.get("timeCreated"))
    is_older = since is not None and created is not None and created < since - _CLOCKS
    return known.get("provisioningState") != "Failed" and not is_older


def read_vm_disks(client: Client, vm_id: str) -> tuple[VmDisk, ...]:
    """The managed disks that the VM has now, the OS disk first."""
    path = f"{resource_ids.path(vm_id)}?api-version={API_VERSION}"
    properties = client.get(path, "read the VM's disks").body.get("properties")
    profile = properties.get("storageProfile") if isinstance(properties, dict) else None
    if not isinstance(profile, dict):
        return ()
    data = profile.get("dataDisks")
    found = [_disk(profile.get("osDisk"), None)]
    for each in data[:_DISKS_MAX] if isinstance(data, list) else []:
        lun = each.get("lun") if isinstance(each, dict) else None
        if type(lun) is int:
            found.append(_disk(each, lun))
    return tuple(disk for disk in found if disk is not None)


def _disk(raw: Mapping[str, Any] | None, lun: int | None) -> VmDisk | None:
    name = texts.free(raw.get("name"), NAME_CHARS_MAX) if isinstance(raw, dict) else ""
    return VmDisk(name=name, lun=lun) if name else None
