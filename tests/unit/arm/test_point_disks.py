"""Which disks a recovery point holds, as Azure tells it in a list and of one point."""

from typing import Any

import pytest

from arm import arm_json
from restore.messages.disks import PointDisks, VmDisk


def _point(**properties: Any) -> dict[str, Any]:
    return {"name": "1", "properties": {"recoveryPointTime": "2026-07-26T13:16:55Z", **properties}}


def _disks(**configuration: Any) -> PointDisks | None:
    point = arm_json.recovery_point(_point(recoveryPointDiskConfiguration=configuration))
    assert point is not None
    return point.disks


OS, D0, D1 = {"lun": -1, "name": "os"}, {"lun": 0, "name": "d0"}, {"lun": 1, "name": "d1"}


def test_the_disks_that_a_point_holds_and_those_left_out_of_it_are_read() -> None:
    found = _disks(
        numberOfDisksIncludedInBackup=2,
        numberOfDisksAttachedToVm=3,
        includedDiskList=[OS, D0],
        excludedDiskList=[D1],
    )
    assert found == PointDisks(
        included=(VmDisk(name="os"), VmDisk(name="d0", lun=0)),
        excluded=(VmDisk(name="d1", lun=1),),
        included_count=2,
        attached_count=3,
    )
    assert [found.holds(lun) for lun in (None, 0, 1, 2)] == [True, True, False, False]
    assert found.excluded_count == 1


def test_a_list_shows_counts_where_the_point_itself_shows_disks() -> None:
    found = _disks(
        numberOfDisksIncludedInBackup=3,
        numberOfDisksAttachedToVm=4,
        includedDiskList=None,
        excludedDiskList=None,
    )
    assert found == PointDisks(included_count=3, attached_count=4)
    assert (found.are_listed, found.excluded_count, found.holds(1)) == (False, 1, None)


@pytest.mark.parametrize(
    ("configuration", "count"),
    [
        ({"includedDiskList": [OS, D0], "numberOfDisksAttachedToVm": 3}, 1),
        ({"includedDiskList": [OS, D0, D1], "numberOfDisksAttachedToVm": 3}, 0),
        ({"excludedDiskList": [D1]}, 1),
        ({"numberOfDisksAttachedToVm": 3}, 0),
        ({"numberOfDisksIncludedInBackup": 3, "numberOfDisksAttachedToVm": 2}, 0),
    ],
)
def test_how_many_disks_are_missing_is_counted_from_what_is_said(
    configuration: dict[str, Any], count: int
) -> None:
    found = _disks(**configuration)
    assert found is not None
    assert found.excluded_count == count


@pytest.mark.parametrize("os_disk", [OS, {"lun": None, "name": "os"}, {"name": "os"}])
def test_the_os_disk_has_no_lun_of_its_own(os_disk: dict[str, Any]) -> None:
    found = _disks(includedDiskList=[os_disk, D0])
    assert found is not None
    assert [str(disk) for disk in found.included or ()] == ["OS disk (os)", "LUN 0 (d0)"]


@pytest.mark.parametrize(
    "included",
    [
        None,
        "all",
        [],
        [OS, "d0"],
        [OS, {"lun": "zero", "name": "d0"}],
        [OS, {"lun": -2, "name": "d0"}],
        [OS, D0, D0],
        [OS, *({"lun": lun, "name": "d"} for lun in range(100))],
    ],
)
def test_a_list_that_is_not_wholly_understood_is_no_list(included: object) -> None:
    """Else a disk that it holds would be called one that it does not hold, or the other way."""
    assert _disks(includedDiskList=included) is None
    assert _disks(includedDiskList=included, numberOfDisksAttachedToVm=2) == PointDisks(
        attached_count=2
    )


@pytest.mark.parametrize("raw", [None, [], "all", 7])
def test_no_disk_configuration_is_no_disks(raw: object) -> None:
    point = arm_json.recovery_point(_point(recoveryPointDiskConfiguration=raw))
    assert point is not None
    assert point.disks is None


@pytest.mark.parametrize(("count", "known"), [(1, True), (100, True), (101, False)])
def test_so_many_disks_a_list_may_have(count: int, known: bool) -> None:
    disks = [{"name": f"d{lun}", "lun": lun} for lun in range(count)]
    raw = {"includedDiskList": disks, "excludedDiskList": []}
    point = arm_json.recovery_point(_point(recoveryPointDiskConfiguration=raw))
    assert point is not None
    assert point.disks is not None
    assert (point.disks.included is not None) is known


@pytest.mark.parametrize(("length", "known"), [(79, True), (80, True), (81, False)])
def test_a_disks_name_has_eighty_characters_at_most(length: int, known: bool) -> None:
    name = ("web-01-disk-" * 9)[: length - 1] + "1"
    raw = {"includedDiskList": [{"name": name, "lun": 0}], "excludedDiskList": []}
    point = arm_json.recovery_point(_point(recoveryPointDiskConfiguration=raw))
    assert point is not None
    assert point.disks is not None
    assert point.disks.name_at(0) == (name if known else None)
