"""What we ask Microsoft.Compute: whether a VM exists and how it runs, its region and its disks.

A VM's instance view comes with the VM where that is asked for (`$expand`): one call, one right.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from arm import resource_ids, texts
from arm.arm_json import moment
from arm.client import Client
from restore.messages import errors
from restore.messages.disks import NAME_CHARS_MAX, GroupDisk, VmDisk
from restore.messages.verification import VmState

API_VERSION = "2024-07-01"
DISKS_API_VERSION = "2024-03-02"

_CLOCKS = timedelta(minutes=2)
"""So much may Azure's own clocks differ."""
_DISKS_MAX = 200
_POWERS = (
    *("starting", "running", "stopping", "stopped", "deallocating", "deallocated", "unknown"),
)
_PROVISIONING = ("Creating", "Updating", "Migrating", "Failed", "Succeeded", "Deleting")
_AGENT = ("ProvisioningState/succeeded", "ProvisioningState/Unavailable")
_POWER = "PowerState/"
_TAG_CHARS_MAX = 768
"""Azure takes 512 of a tag's name and 256 of its value (Microsoft Learn, "Use tags to organize
your Azure resources")."""
_DOING = "find the VM's region"
_ADVICE = "Give the request a vaultId: then the VM need not exist."


class Vms:
    """Virtual machines, seen through one client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def disks(self, vm_id: str) -> tuple[VmDisk, ...]:
        """The disks of a VM that still exists."""
        return read_vm_disks(self._client, vm_id)

    def state(self, vm_id: str) -> VmState:
        """How a VM runs, if it exists."""
        return read_vm_state(self._client, vm_id)

    def tags(self, vm_id: str) -> dict[str, str]:
        """The tags of a VM that still exists."""
        return read_vm_tags(self._client, vm_id)

    def group_disks(self, group_id: str) -> tuple[GroupDisk, ...]:
        """The managed disks of a resource group."""
        return read_group_disks(self._client, group_id)

    def has_new(self, vm_id: str, since: datetime | None) -> bool:
        """Whether a VM exists that was created since then."""
        return has_new_vm(self._client, vm_id, since)


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


def read_vm_state(client: Client, vm_id: str) -> VmState:
    """How the VM runs, and what its agent reports; one that is not there is an answer, too."""
    path = f"{resource_ids.path(vm_id)}?api-version={API_VERSION}&$expand=instanceView"
    try:
        known = _object(client.get(path, "look how the VM runs").body.get("properties"))
    except errors.NotFound:
        return VmState(exists=False)
    view = _object(known.get("instanceView"))
    power = next((code for code in _codes(view) if code.startswith(_POWER)), "")
    agent = next(iter(_statuses(_object(view.get("vmAgent")))), {})
    told = (texts.free(agent.get(name)) for name in ("displayStatus", "message"))
    return VmState(
        exists=True,
        provisioning=texts.one_of(known.get("provisioningState"), _PROVISIONING) or "",
        power=texts.one_of(power.removeprefix(_POWER), _POWERS) or "",
        agent=texts.one_of(agent.get("code"), _AGENT) or "",
        agent_text=": ".join(each for each in told if each),
        agent_at=moment(agent.get("time")),
        created_at=moment(known.get("timeCreated")),
    )


def read_vm_tags(client: Client, vm_id: str) -> dict[str, str]:
    """The VM's tags, as Azure spells them. Raises NotFound, AccessDenied."""
    path = f"{resource_ids.path(vm_id)}?api-version={API_VERSION}"
    tags = client.get(path, "read the VM's tags").body.get("tags")
    known = tags.items() if isinstance(tags, dict) else ()
    return {
        name: value
        for name, value in known
        if isinstance(name, str) and isinstance(value, str) and len(name + value) <= _TAG_CHARS_MAX
    }


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


def read_group_disks(client: Client, group_id: str) -> tuple[GroupDisk, ...]:
    """The managed disks of a resource group, attached or not; those without a name are none."""
    path = f"{resource_ids.path(group_id, 'providers', 'Microsoft.Compute', 'disks')}"
    pages = client.pages(f"{path}?api-version={DISKS_API_VERSION}", "list the group's disks")
    found = [_group_disk(raw) for page in pages for raw in _listed(page.body)]
    return tuple(disk for disk in found if disk is not None)


def _group_disk(raw: Mapping[str, Any]) -> GroupDisk | None:
    name, known = texts.name(raw.get("name")), _object(raw.get("properties"))
    if name is None:
        return None
    return GroupDisk(
        name=name,
        is_os=isinstance(known.get("osType"), str),
        is_attached=isinstance(raw.get("managedBy"), str),
        created_at=moment(known.get("timeCreated")),
    )


def _listed(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = body.get("value")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _object(raw: Any) -> Mapping[str, Any]:
    return raw if isinstance(raw, dict) else {}


def _statuses(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = part.get("statuses")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _codes(part: Mapping[str, Any]) -> list[str]:
    return [code for each in _statuses(part) if isinstance(code := each.get("code"), str)]


def _disk(raw: Mapping[str, Any] | None, lun: int | None) -> VmDisk | None:
    name = texts.free(raw.get("name"), NAME_CHARS_MAX) if isinstance(raw, dict) else ""
    return VmDisk(name=name, lun=lun) if name else None
