"""What Microsoft.Compute shows: virtual machines, and disks with the VM that each is attached to.

Disks are not in the state by themselves. Those of a VM follow from it, and those that restores
have made are kept with the job that made them; after a replacement the old ones stay, unattached.
"""

from datetime import datetime
from typing import Any, NamedTuple

from simulated_azure import names
from simulated_azure.jobs import transfer_end_of
from simulated_azure.state import Disk, JobRecord, State, Vault, Vm
from simulated_azure.times import wire_time

VM = "Microsoft.Compute/virtualMachines"
DISK = "Microsoft.Compute/disks"
OS_DISK_GB = 127

JSON = dict[str, Any]


class ManagedDisk(NamedTuple):
    """A managed disk; `owner` is the id of the VM that it is attached to."""

    id: str
    disk: Disk
    location: str
    os_type: str | None = None
    zones: tuple[str, ...] = ()
    owner: str | None = None
    created: datetime | None = None


def vm_resource(state: State, vm: Vm) -> JSON:
    """The VM, as far as restores care."""
    os_disk, *data = [_in_profile(vm, disk) for disk in disks_of(state, vm)]
    os_disk["osType"] = vm.os_type
    body: JSON = {
        "id": vm.id,
        "name": names.last(vm.id),
        "type": VM,
        "location": vm.location,
        "properties": {
            "hardwareProfile": {"vmSize": vm.size},
            "provisioningState": "Succeeded",
            "storageProfile": {"osDisk": os_disk, "dataDisks": data},
        },
    }
    if vm.tags:
        body["tags"] = dict(vm.tags)
    if vm.created is not None:
        body["properties"]["timeCreated"] = wire_time(vm.created)
    if vm.zones:
        body["zones"] = vm.zones
    return body


def disks(state: State) -> dict[str, ManagedDisk]:
    """All managed disks, by lower-cased id."""
    found: dict[str, ManagedDisk] = {}
    for group, restored in state.restored_disks.items():
        # Disks restored without a target group are blobs in the staging account.
        if names.parse_group(group) is not None:
            for disk in restored:
                _restored(found, state, group, disk)
    for vm in state.vms.values():
        group = names.group_of(vm.id)
        for disk in _replaced(state, vm):
            _add(found, group, disk, vm.location)
        for disk in disks_of(state, vm):
            os_type = vm.os_type if disk.lun is None else None
            _add(found, group, disk, vm.location, os_type, tuple(vm.zones), vm.id)
    return found


def disk_resource(disk: ManagedDisk) -> JSON:
    """The disk."""
    properties: JSON = {
        "creationData": {"createOption": "Copy" if disk.disk.restored_by_job else "FromImage"},
        "diskSizeGB": disk.disk.size_gb,
        "diskState": "Attached" if disk.owner else "Unattached",
        "provisioningState": "Succeeded",
    }
    if disk.os_type is not None:
        properties["osType"] = disk.os_type
    if disk.created is not None:
        properties["timeCreated"] = wire_time(disk.created)
    body: JSON = {
        "id": disk.id,
        "name": disk.disk.name,
        "type": DISK,
        "location": disk.location,
        "sku": {"name": "Premium_LRS", "tier": "Premium"},
        "properties": properties,
    }
    if disk.owner is not None:
        body["managedBy"] = disk.owner
    if disk.zones:
        body["zones"] = list(disk.zones)
    return body


def disks_of(state: State, vm: Vm) -> list[Disk]:
    """The VM's disks, the OS disk first; those of a restored VM are the ones restored for it."""
    restored = [
        disk
        for held in state.restored_disks.values()
        for disk in held
        if vm.created_by_job is not None and disk.restored_by_job == vm.created_by_job
    ]
    if restored and vm.disks_replaced_by_job is None:
        return sorted(restored, key=lambda disk: -1 if disk.lun is None else disk.lun)
    return _named(vm, vm.disks_replaced_by_job)


def _replaced(state: State, vm: Vm) -> list[Disk]:
    """The disks that the VM had before they were replaced."""
    if vm.disks_replaced_by_job is None:
        return []
    jobs = [None, *(job.id for job in state.job_records.values() if _has_replaced(job, vm))]
    return [
        disk
        for job in jobs
        if job != vm.disks_replaced_by_job
        for disk in _named(vm, job)
        if disk.lun is None or disk.lun not in vm.kept_luns
    ]


def _has_replaced(job: JobRecord, vm: Vm) -> bool:
    return (
        job.recovery_type == "OriginalLocation"
        and names.key(job.vm_id) == names.key(vm.id)
        and job.settled
        and job.outcome == "Completed"
        and job.cancelled is None
    )


def _named(vm: Vm, job: str | None) -> list[Disk]:
    """A VM's disks by their names, which those that a job put in have its id in."""
    name, suffix = names.last(vm.id), f"-{job[:8]}" if job else ""
    data = [
        Disk(lun=lun, name=f"{name}-data{lun}{'' if lun in vm.kept_luns else suffix}")
        for lun in vm.data_luns
    ]
    return [Disk(name=f"{name}-osdisk{suffix}", size_gb=OS_DISK_GB), *data]


def _in_profile(vm: Vm, disk: Disk) -> JSON:
    place = {} if disk.lun is None else {"lun": disk.lun}
    return {
        **place,
        "name": disk.name,
        "createOption": "Attach",
        "diskSizeGB": disk.size_gb,
        "managedDisk": {"id": _disk_id(names.group_of(vm.id), disk)},
    }


def _add(
    found: dict[str, ManagedDisk],
    group: str,
    disk: Disk,
    location: str,
    os_type: str | None = None,
    zones: tuple[str, ...] = (),
    owner: str | None = None,
) -> None:
    disk_id = _disk_id(group, disk)
    found[names.key(disk_id)] = ManagedDisk(disk_id, disk, location, os_type, zones, owner)


def _restored(found: dict[str, ManagedDisk], state: State, group: str, disk: Disk) -> None:
    """A disk that a job has made: in the vault's region, when its data was there."""
    record = state.job_records.get(disk.restored_by_job or "")
    vault = state.vaults.get(names.key(record.vault_id)) if record else None
    disk_id = _disk_id(group, disk)
    found[names.key(disk_id)] = ManagedDisk(
        disk_id,
        disk,
        (vault or Vault()).location,
        "Linux" if disk.lun is None else None,
        created=transfer_end_of(record) if record else None,
    )


def _disk_id(group: str, disk: Disk) -> str:
    parts = names.parse_group(group)
    assert parts is not None, group
    return f"/subscriptions/{parts[0]}/resourceGroups/{parts[1]}/providers/{DISK}/{disk.name}"
