"""Disks: those that a VM has now, and those that a recovery point holds.

Told apart by their LUN, as Azure Backup does: a disk that was replaced has another name afterwards.
"""

from datetime import datetime
from typing import Literal

from restore.values.structs import Model

NAME_CHARS_MAX = 80
"""Azure gives no disk a longer name."""

KeptBecause = Literal["NotInRecoveryPoint", "NotKnown", "NotAskedFor"]


class VmDisk(Model, frozen=True, kw_only=True):
    """A disk of a VM: as the VM is now, or as it was when it was backed up."""

    name: str
    lun: int | None = None
    """None: the OS disk."""
    backed_up_as: str | None = None
    """The name of the disk that was backed up in its place, where that is another one."""

    def __str__(self) -> str:
        """For people: the LUN, for that is what requests name, and the disk's own name."""
        place = "OS disk" if self.lun is None else f"LUN {self.lun}"
        return f"{place} ({self.name})" if self.name else place


class GroupDisk(Model, frozen=True, kw_only=True):
    """A managed disk of a resource group."""

    name: str
    is_os: bool = False
    is_attached: bool = False
    created_at: datetime | None = None


class KeptDisk(VmDisk, frozen=True, kw_only=True):
    """A disk that the VM keeps when others are replaced, or may keep: nobody must delete it."""

    why: KeptBecause


class PointDisks(Model, frozen=True, kw_only=True):
    """Which of the VM's disks a recovery point holds, as far as Azure says
    (recoveryPointDiskConfiguration). A list that is None is not known."""

    included: tuple[VmDisk, ...] | None = None
    excluded: tuple[VmDisk, ...] | None = None
    included_count: int | None = None
    attached_count: int | None = None
    """How many disks the VM had when it was backed up."""

    @property
    def are_listed(self) -> bool:
        """Whether it is known of every disk whether the point holds it."""
        return self.included is not None

    @property
    def excluded_count(self) -> int:
        """How many disks the VM had that the point does not hold, as far as lists or counts say."""
        held = self.included_count
        if held is None and self.included is not None:
            held = len(self.included)
        counts = [len(self.excluded or ())]
        if held is not None and self.attached_count is not None:
            counts.append(self.attached_count - held)
        return max(counts)

    def name_at(self, lun: int | None) -> str | None:
        """The name of the disk that the point holds of a LUN (None: the OS disk), if it says it."""
        names = (disk.name for disk in self.included or () if disk.lun == lun)
        return next(names, None) or None

    def holds(self, lun: int | None) -> bool | None:
        """Whether the point holds the disk at a LUN (None: the OS disk); None: it is not known."""
        if lun is None:  # Azure Backup leaves out no OS disk
            return True
        if self.included is not None:
            return any(disk.lun == lun for disk in self.included)
        return False if any(disk.lun == lun for disk in self.excluded or ()) else None
