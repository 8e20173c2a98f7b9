"""What is replaced are the disks that the recovery point holds, not those that the VM has today."""

from typing import Any

import pytest

from restore.messages.disks import PointDisks, VmDisk
from restore.start.disks import fates, left_out, named

OS, D0, D1, D2 = VmDisk(name="os"), *(VmDisk(name=f"d{lun}", lun=lun) for lun in range(3))
VM = (OS, D0, D1)


def told(held: PointDisks | None, lun_list: list[int] | None = None) -> tuple[list[str], Any]:
    found = fates(VM, held, lun_list)
    return [disk.name for disk in found.replaced], {disk.name: disk.why for disk in found.kept}


def test_a_disk_that_was_added_after_the_backup_is_kept() -> None:
    held = PointDisks(included=(OS, D0))
    assert told(held) == (["os", "d0"], {"d1": "NotInRecoveryPoint"})


def test_a_disk_that_has_another_name_by_now_is_the_one_at_its_lun() -> None:
    """After a replacement all disks have new names."""
    held = PointDisks(included=(VmDisk(name="os-old"), VmDisk(name="d0-old", lun=0)))
    assert told(held)[0] == ["os", "d0"]
    assert [disk.backed_up_as for disk in fates(VM, held, None).replaced] == ["os-old", "d0-old"]


def test_a_disk_of_the_same_name_is_the_one_that_was_backed_up() -> None:
    held = PointDisks(included=(VmDisk(name="OS"), VmDisk(name="", lun=0)))
    assert [disk.backed_up_as for disk in fates(VM, held, None).replaced] == [None, None]


def test_where_the_disks_are_not_known_only_the_os_disk_is_certain() -> None:
    for held in (None, PointDisks(included_count=3, attached_count=3)):
        assert told(held) == (["os"], {"d0": "NotKnown", "d1": "NotKnown"})


def test_a_disk_that_is_known_to_be_left_out_is_kept_though_the_rest_is_not_known() -> None:
    held = PointDisks(excluded=(D1,))
    assert told(held) == (["os"], {"d0": "NotKnown", "d1": "NotInRecoveryPoint"})


@pytest.mark.parametrize(
    ("lun_list", "replaced", "kept"),
    [
        ([], ["os"], {"d0": "NotAskedFor", "d1": "NotInRecoveryPoint"}),
        ([0], ["os", "d0"], {"d1": "NotInRecoveryPoint"}),
        ([1], ["os"], {"d0": "NotAskedFor", "d1": "NotInRecoveryPoint"}),
    ],
)
def test_a_list_of_luns_takes_from_what_the_point_holds(
    lun_list: list[int], replaced: list[str], kept: dict[str, str]
) -> None:
    assert told(PointDisks(included=(OS, D0)), lun_list) == (replaced, kept)


@pytest.mark.parametrize(
    ("held", "text"),
    [
        (None, None),
        (PointDisks(included=(OS, D0)), None),
        (PointDisks(included_count=3, attached_count=3), None),
        (PointDisks(included=(OS, D0), excluded=(D1, D2)), "LUN 1 (d1), LUN 2 (d2)"),
        (
            PointDisks(included_count=2, attached_count=3),
            "1 of 3 disks (Azure does not say which)",
        ),
        (
            PointDisks(included=(OS,), excluded=(D1,), attached_count=3),
            "2 of 3 disks (Azure does not say which)",
        ),
    ],
)
def test_what_a_point_does_not_hold_is_named_or_counted(
    held: PointDisks | None, text: str | None
) -> None:
    assert left_out(held) == text


def test_of_many_disks_the_first_are_named() -> None:
    many = [VmDisk(name=f"d{lun}", lun=lun) for lun in range(11)]
    assert named(many[:8]).endswith("LUN 6 (d6), LUN 7 (d7)")
    assert named(many[:9]).endswith("LUN 7 (d7) and 1 more")
    assert named(many).endswith("LUN 7 (d7) and 3 more")
    assert named([VmDisk(name="", lun=4)]) == "LUN 4"
