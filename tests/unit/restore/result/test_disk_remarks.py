"""Whoever deletes old disks because of a verdict is told first which are none of them."""

import json
from typing import Any

import pytest

from restore.messages.disks import KeptDisk, PointDisks, VmDisk
from restore.messages.model import Authorization, Choice, RecoveryPoint
from restore.progress.run_state import RestoreProgress
from restore.result import disk_remarks, verdict_texts
from tests.fakes.app_harness import START
from tests.unit.restore import samples

DATA = VmDisk(name="data", lun=1)
SWAPPED = VmDisk(name="new", lun=2, backed_up_as="old")
DISKS = PointDisks(excluded=(DATA,), included_count=1, attached_count=2)
MISSING = "Not restored, for this recovery point does not hold them: LUN 1 (data)."
UNREAD = "The VM could not be read before: delete only disks that no VM uses."


def progress(kind: dict[str, Any], **more: Any) -> RestoreProgress:
    return RestoreProgress(samples.parsed(kind), **more)


def chosen(**point: Any) -> Choice:
    plain: dict[str, Any] = {"name": "1", "time": START, "disks": DISKS}
    return Choice(point=RecoveryPoint(**plain | point), why="x", considered=1)


@pytest.mark.parametrize("kind", [samples.DISKS, samples.NEW_VM])
def test_what_the_point_does_not_hold_is_named_unless_it_was_cancelled(
    kind: dict[str, Any],
) -> None:
    known = progress(kind, choice=chosen())
    assert disk_remarks.remarks("Completed", known) == [MISSING]
    assert disk_remarks.remarks("CompletedWithWarnings", known) == [MISSING]
    assert disk_remarks.remarks("Cancelled", known) == []
    assert disk_remarks.remarks("Failed", known) == []
    assert disk_remarks.remarks("Completed", progress(kind)) == []
    assert disk_remarks.remarks("Completed", progress(kind, choice=chosen(disks=None))) == []


@pytest.mark.parametrize(
    ("is_encrypted", "tier", "said"),
    [
        (True, "SnapshotAndVaultStandard", True),
        (True, "Snapshot", True),
        (True, "VaultStandard", False),
        (True, None, False),
        (False, "SnapshotAndVaultStandard", False),
    ],
)
def test_of_an_encrypted_point_that_failed_the_vaults_copy_is_recommended(
    is_encrypted: bool, tier: str | None, said: bool
) -> None:
    point = chosen(is_encrypted=is_encrypted, tier=tier)
    known = progress(samples.DISKS, choice=point)
    assert disk_remarks.remarks("Failed", known) == [verdict_texts.FROM_VAULT_TIER] * said
    assert disk_remarks.remarks("Completed", known) == [MISSING]


def test_of_a_replacement_the_vms_own_disks_are_told() -> None:
    def of(authorization: Authorization | None) -> list[str]:
        known = progress(samples.REPLACE, authorization=authorization, choice=chosen())
        return disk_remarks.remarks("Completed", known)

    assert of(None) == []
    assert of(Authorization(rule="r")) == [UNREAD]
    assert of(Authorization(rule="r", disks=())) == []
    kept = (KeptDisk(name="data", lun=1, why="NotAskedFor"),)
    assert of(Authorization(rule="r", disks=(DATA, SWAPPED), kept_disks=kept)) == [
        "LUN 1 (data) was not asked for: do not delete.",
        (
            "Other disks were backed up in the place of LUN 2 (new): "
            "look at what these hold before you delete them."
        ),
    ]


def test_one_disk_is_and_many_are() -> None:
    def kept(why: Any, *luns: int) -> tuple[KeptDisk, ...]:
        return tuple(KeptDisk(name="d", lun=lun, why=why) for lun in luns)

    not_asked_for = json.loads(json.dumps("NotAskedFor"))
    assert disk_remarks.of_kept(kept(not_asked_for, 3) + kept("NotInRecoveryPoint", 1)) == [
        "LUN 1 (d) is not in this recovery point: do not delete.",
        "LUN 3 (d) was not asked for: do not delete.",
    ]
    assert disk_remarks.of_kept(kept("NotInRecoveryPoint", 1, 2) + kept("NotAskedFor", 3, 4)) == [
        "LUN 1 (d), LUN 2 (d) are not in this recovery point: do not delete.",
        "LUN 3 (d), LUN 4 (d) were not asked for: do not delete.",
    ]
    assert disk_remarks.of_kept(kept("NotKnown", 1)) == [
        (
            "Azure does not say whether this recovery point holds LUN 1 (d): "
            "do not delete what a VM uses."
        )
    ]
    assert disk_remarks.of_kept(()) == []
    assert disk_remarks.of_others((DATA,)) == []
