"""What a recovery point's JSON says of its disks and threats -> our structs. Pure.

A list of disks counts only if every entry of it is understood: who is told that a disk is not in a
recovery point keeps it, and who is told that it is may delete the one that it replaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from arm import texts
from restore.messages.disks import NAME_CHARS_MAX, PointDisks, VmDisk
from restore.messages.threats import Threat
from restore.values.times import time_of

_DISKS_MAX = 100
_OS_LUN = -1
_THREATS_MAX, _TITLE_CHARS_MAX, _DESCRIPTION_CHARS_MAX = 5, 200, 500
_SEVERITIES = ("Critical", "High", "Warning", "Informational")
_STATES = ("Active", "InProgress", "Ignored", "Resolved")


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


def threats(raw: object) -> tuple[Threat, ...]:
    """The first few threats that Azure names; what it names none of is none."""
    found = raw[:_THREATS_MAX] if isinstance(raw, list) else []
    return tuple(_threat(each) for each in found if isinstance(each, dict))


def _threat(raw: Mapping[str, Any]) -> Threat:
    return Threat(
        title=texts.free(raw.get("threatTitle"), _TITLE_CHARS_MAX) or "without a title",
        description=texts.free(raw.get("threatDescription"), _DESCRIPTION_CHARS_MAX),
        severity=texts.one_of(raw.get("threatSeverity"), _SEVERITIES),
        state=texts.one_of(raw.get("threatState"), _STATES),
        last_updated=_time(raw.get("lastUpdatedTime")),
    )


def _time(raw: object) -> datetime | None:
    try:
        return time_of(raw) if isinstance(raw, str) and raw else None
    except (ValueError, OverflowError):
        return None


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
    return (texts.name(text) if len(text) <= NAME_CHARS_MAX else None) or ""


def _count(raw: object) -> int | None:
    return raw if type(raw) is int and raw >= 0 else None
