"""Which disks a recovery point holds, as Azure tells it in a list and of one point."""

from typing import Any

import pytest

from arm import arm_json
from arm.transport import Reply
from restore.messages.disks import PointDisks, VmDisk
from restore.messages.model import Choice
from tests.unit.arm.fakes import ITEM, Script, backup, refusal, reply


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


@pytest.mark.parametrize(
    "os_disk", [OS, OS | {"lun": -1.0}, {"lun": None, "name": "os"}, {"name": "os"}]
)
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
        [{"lun": -2, "name": "d0"}],
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


@pytest.mark.parametrize(
    ("said", "count"), [(0, 0), (1, 1), (-1, None), (True, None), ("2", None), (2.0, None)]
)
def test_a_count_of_disks_is_a_number_from_none_on(said: object, count: int | None) -> None:
    found = _disks(numberOfDisksAttachedToVm=said, excludedDiskList=[D1])
    assert found == PointDisks(attached_count=count, excluded=(VmDisk(name="d1", lun=1),))


def test_no_disk_at_all_is_in_no_backup_that_counts() -> None:
    assert _disks(numberOfDisksIncludedInBackup=0) is None


def _listed(disks: object = None) -> dict[str, Any]:
    known = {"recoveryPointTime": "2026-07-26T13:16:55Z", "recoveryPointDiskConfiguration": disks}
    return {"name": "123", "properties": known}


COUNTED = {"numberOfDisksIncludedInBackup": 1, "numberOfDisksAttachedToVm": 2}
KNOWN = COUNTED | {
    "includedDiskList": [{"lun": -1, "name": "os"}],
    "excludedDiskList": [{"lun": 0, "name": "d0"}],
}


def _with_disks(listed: object, *steps: Reply | Exception) -> tuple[PointDisks | None, Script]:
    script = Script(*steps)
    (point,), _ = backup(Script(reply(200, {"value": [_listed(listed)]}))).recovery_points(ITEM)
    choice = Choice(point=point, why="", considered=1)
    return backup(script).with_disks(ITEM, choice).point.disks, script


@pytest.mark.parametrize("listed", [None, COUNTED])
def test_disks_that_the_list_leaves_out_are_read_with_the_point_itself(listed: object) -> None:
    found, script = _with_disks(listed, reply(200, _listed(KNOWN)))
    assert found is not None
    assert [str(disk) for disk in found.excluded or ()] == ["LUN 0 (d0)"]
    assert script.urls[0].endswith("%3Bweb-01/recoveryPoints/123?api-version=2025-02-01")


def test_disks_that_the_list_names_are_not_read_again() -> None:
    found, script = _with_disks(KNOWN)
    assert found is not None
    assert found.are_listed
    assert script.urls == []


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, _listed()),
        reply(200, {}),
        reply(200, _listed(KNOWN) | {"name": "122"}),
        reply(200, _listed(KNOWN) | {"name": "124"}),
        refusal(404, "ResourceNotFound"),
        refusal(403, "AuthorizationFailed"),
    ],
)
def test_where_the_point_itself_does_not_say_them_the_counts_are_kept(answer: Reply) -> None:
    assert _with_disks(COUNTED, answer)[0] == PointDisks(included_count=1, attached_count=2)
    assert _with_disks(None, answer)[0] is None


def test_counts_of_the_point_itself_are_taken_where_the_list_says_nothing() -> None:
    counted = reply(200, _listed({"numberOfDisksAttachedToVm": 7}))
    assert _with_disks(None, counted)[0] == PointDisks(attached_count=7)
    assert _with_disks(COUNTED, counted)[0] == PointDisks(included_count=1, attached_count=2)
