"""Which of a VM's disks a restore in place replaces. The old ones stay in the resource group."""

from collections.abc import Iterable, Sequence

from restore.messages.model import VmDisk


def replaced_disks(disks: Iterable[VmDisk], lun_list: Sequence[int] | None) -> tuple[VmDisk, ...]:
    """Return the disks that will be replaced: the OS disk, and the data disks at these LUNs; with
    no list, all of them."""
    return tuple(
        disk for disk in disks if lun_list is None or disk.lun is None or disk.lun in lun_list
    )
