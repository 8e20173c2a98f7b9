"""Which of a VM's disks a restore in place replaces. The old ones stay in the resource group.

What counts are the disks that the recovery point holds, not those that the VM has today: a disk
that was added since, or left out of the backup, stays attached to the VM. One that has another name
than the disk that was backed up in its place is replaced, and may hold what no backup holds; or an
earlier replacement has renamed it.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from restore.messages.disks import KeptBecause, KeptDisk, PointDisks, VmDisk
from restore.values.arm_ids import same

SHOWN_MAX = 8


class Fates(NamedTuple):
    """What becomes of the disks that a VM has now."""

    replaced: tuple[VmDisk, ...]
    kept: tuple[KeptDisk, ...]


def fates(
    disks: Iterable[VmDisk], held: PointDisks | None, lun_list: Sequence[int] | None
) -> Fates:
    """Tell the disks that will be replaced from those that will not, or of which nobody knows.

    The OS disk is always replaced; data disks where the point holds their LUN and `lun_list` names
    it, or there is no list.
    """
    replaced, kept = [], []
    for disk in disks:
        why = _kept_because(disk, held or PointDisks(), lun_list)
        if why is None:
            replaced.append(_with_name_then(disk, held or PointDisks()))
        else:
            kept.append(KeptDisk(name=disk.name, lun=disk.lun, why=why))
    return Fates(tuple(replaced), tuple(kept))


def left_out(held: PointDisks | None) -> str | None:
    """Name the disks that the VM had and the point does not hold, or how many; None: none known."""
    if held is None or not held.excluded_count:
        return None
    if held.excluded is not None and len(held.excluded) == held.excluded_count:
        return named(held.excluded)
    of = f" of {held.attached_count}" if held.attached_count else ""
    return f"{held.excluded_count}{of} disks (Azure does not say which)"


def named(disks: Sequence[VmDisk]) -> str:
    """Name disks by LUN and name, the first few of many."""
    return shortened([str(disk) for disk in disks])


def shortened(names: Sequence[str]) -> str:
    """List the first few names, and say how many more there are."""
    more = len(names) - SHOWN_MAX
    shown = ", ".join(names[:SHOWN_MAX])
    return f"{shown} and {more} more" if more > 0 else shown


def _with_name_then(disk: VmDisk, held: PointDisks) -> VmDisk:
    then = held.name_at(disk.lun)
    is_other = then is not None and not same(then, disk.name)
    return msgspec.structs.replace(disk, backed_up_as=then) if is_other else disk


def _kept_because(
    disk: VmDisk, held: PointDisks, lun_list: Sequence[int] | None
) -> KeptBecause | None:
    is_held = held.holds(disk.lun)
    if is_held is False:
        return "NotInRecoveryPoint"
    if disk.lun is not None and lun_list is not None and disk.lun not in lun_list:
        return "NotAskedFor"
    return None if is_held else "NotKnown"
