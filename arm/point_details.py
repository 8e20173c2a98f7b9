"""What a recovery point's JSON says of its disks -> our structs. Pure, like arm_json.py.

A list of disks counts only if every entry of it is understood: who is told that a disk is not in a
recovery point keeps it, and who is told that it is may delete the one that it replaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from arm import texts
from restore.messages.disks import PointDisks, VmDisk

_DISKS_MAX = 100
_OS_LUN = -1


def disks(raw: object) -> PointDisks | None:
    """The disks that `recoveryPointDiskConfiguration` lists and counts; None if it says nothing."""
    if not isinstance(raw, dict):
        return None
    found = PointDisks(
        included=_list(raw.get("includedDiskList")) or None,  # an OS disk is always backed up
        excluded=_list(raw.get("excludedDiskList")),
        included_count=_count(raw.get("numberOfDisksIncludedInBackup")) or None,
        attached_count=_count(raw.get("numberOfDisksAttachedToVm")),
    )
    return None if found == PointDisks() else found


def _list(raw: object) -> tuple[VmDisk, ...] | None:
    if not isinstance(raw, list) or len(raw) > _DISKS_MAX:
        return None
    found = [_disk(each) for each in raw if isinstance(each, dict)]
    luns = {disk.lun for disk in found if disk is not None}
    return tuple(disk for disk in found if disk) if len(luns) == len(raw) else None


def _disk(raw: Mapping[str, Any]) -> VmDisk | None:
    lun = raw.get("lun", _OS_LUN)
    if lun is None or lun == _OS_LUN:
        return VmDisk(name=_name(raw))
    is_lun = type(lun) is int and lun >= 0
    return VmDisk(name=_name(raw), lun=lun) if is_lun else None


def _name(raw: Mapping[str, Any]) -> str:
    name = raw.get("name")
    return _name_of(name) if isinstance(name, str) else ""


@lru_cache(maxsize=1024)
def _name_of(text: str) -> str:
    """A VM's thousands of points name the same few disks."""
    return texts.name(text) or ""


def _count(raw: object) -> int | None:
    return raw if type(raw) is int and raw >= 0 else None
