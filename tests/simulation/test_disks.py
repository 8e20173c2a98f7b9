"""What is told of disks: those of the recovery point, not those that the VM has today."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from restore.messages import names
from restore.messages.model import RecoveryPoint, Verdict
from restore.messages.plan_io import ShowPoints
from restore.values.decoding import encode
from simulated_azure.state import Disk, Point, Vm
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.fakes.app_harness import AppHarness

OS, D0, D1 = Disk(name="os"), Disk(lun=0, name="d0"), Disk(lun=1, name="d1")
HOUR = 3600


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as it:
        yield it


def points_of(harness: AppHarness, name: str = "web-01") -> list[Point]:
    items = harness.simulator.state.vaults[VAULT.lower()].items
    return list(items[vm(name).lower()].points.values())


def vm_of(harness: AppHarness, name: str = "web-01") -> Vm:
    return harness.simulator.state.vms[vm(name).lower()]


def held(harness: AppHarness, *disks: Disk, excluded: tuple[Disk, ...] = ()) -> None:
    for point in points_of(harness):
        point.disks, point.excluded_disks = list(disks), list(excluded)


def verdict_of(harness: AppHarness, kind: str, **fields: Any) -> Verdict:
    harness.ask(request_for(kind, "r1", **fields))
    harness.run_for(2 * HOUR)
    return harness.verdict("r1")


def test_a_disk_that_was_added_after_the_backup_is_none_of_the_old_ones(
    harness: AppHarness,
) -> None:
    held(harness, OS, D0)
    vm_of(harness).data_luns = [0, 5]
    verdict = verdict_of(harness, "OriginalLocation")
    assert verdict.replaced_disks == ("web-01-osdisk", "web-01-data0")
    assert verdict.kept_disks == ("web-01-data5",)
    assert "cost money: web-01-osdisk, web-01-data0." in verdict.text
    keep = "LUN 5 (web-01-data5) is not in this recovery point: do not delete."
    assert keep in verdict.text
    assert verdict.text.index(keep) < verdict.text.index("delete its old disks")
    now = {disk.lun: disk.name for disk in harness.backup.vms.disks(vm())}
    assert now[5] == "web-01-data5", "it is attached as before"
    assert now[0] != "web-01-data0"


def test_a_disk_that_has_taken_the_place_of_one_that_was_backed_up_is_looked_at_first(
    harness: AppHarness,
) -> None:
    held(harness, Disk(name="web-01-osdisk"), Disk(lun=0, name="old-data"))
    vm_of(harness).data_luns = [0]
    verdict = verdict_of(harness, "OriginalLocation")
    assert verdict.replaced_disks == ("web-01-osdisk", "web-01-data0")
    look = "backed up in the place of LUN 0 (web-01-data0): look at what these hold before"
    assert look in verdict.text


def test_where_azure_does_not_say_which_disks_a_point_holds_nobody_is_told_to_delete_them(
    harness: AppHarness,
) -> None:
    held(harness)
    vm_of(harness).data_luns = [0]
    verdict = verdict_of(harness, "OriginalLocation")
    assert (verdict.replaced_disks, verdict.kept_disks) == (("web-01-osdisk",), ("web-01-data0",))
    assert "Azure does not say whether this recovery point holds LUN 0" in verdict.text


def test_disks_that_were_not_asked_for_are_kept(harness: AppHarness) -> None:
    held(harness, OS, D0, D1)
    vm_of(harness).data_luns = [0, 1]
    verdict = verdict_of(harness, "OriginalLocation", restoreDiskLunList=[1])
    assert verdict.replaced_disks == ("web-01-osdisk", "web-01-data1")
    assert "LUN 0 (web-01-data0) was not asked for: do not delete." in verdict.text


def test_restored_disks_are_told_from_those_that_were_left_out_of_the_backup(
    harness: AppHarness,
) -> None:
    held(harness, OS, D0, excluded=(D1,))
    verdict = verdict_of(harness, "RestoreDisks")
    assert verdict.succeeded
    assert verdict.text.startswith(
        "The disks are restored. Not restored, for this recovery point does not hold them: "
        "LUN 1 (d1). "
    )


def test_a_list_of_points_counts_disks_and_the_chosen_point_names_them(
    harness: AppHarness,
) -> None:
    held(harness, OS, D0, excluded=(D1,))
    item = harness.backup.find_protected_item(VAULT, vm())
    listed = harness.backup.recovery_points(item).points[0].disks
    assert listed is not None
    assert (listed.included, listed.excluded_count) == (None, 1)
    verdict_of(harness, "RestoreDisks")
    entry = harness.ledger.read("r1")
    assert entry is not None
    assert entry.entry.choice is not None
    assert names_of(entry.entry.choice.point) == (["os", "d0"], ["d1"])


def names_of(point: RecoveryPoint) -> tuple[list[str], list[str]]:
    assert point.disks is not None
    lists = point.disks.included or (), point.disks.excluded or ()
    return [disk.name for disk in lists[0]], [disk.name for disk in lists[1]]


def test_the_points_are_listed_with_their_disks_as_far_as_azure_tells(
    harness: AppHarness,
) -> None:
    held(harness, OS, D0, excluded=(D1,))
    asked = encode(ShowPoints(source_resource_id=vm(), vault_id=VAULT))
    order = json.dumps(json.dumps(asked))
    harness.driver.client.start_new(names.SHOW_RECOVERY_POINTS, order, "points-1")
    harness.run_for(60)
    row = harness.driver.client.get("points-1")
    assert row is not None
    told = json.loads(row.output_text or "null")["value"]
    counts = {"includedCount": 2, "attachedCount": 3}
    assert [point["disks"] for point in told["points"]] == [counts] * len(told["points"])
    assert told["choice"]["point"]["disks"] == counts | {
        "included": [{"name": "os"}, {"name": "d0", "lun": 0}],
        "excluded": [{"name": "d1", "lun": 1}],
    }
