"""Reading points for a person: the item, one page, and what the app would choose."""

import pytest

from restore.messages import names
from restore.messages.plan_io import ShowPoints
from tests.end_to_end.harness import VAULT, request_for
from tests.fakes.app_harness import AppHarness
from tests.unit.orchestrators.journal import Journal, outcome, plant

VM = request_for("RestoreDisks", "r1")["sourceResourceId"]
ITEMS = {"path": "backupProtectedItems"}


@pytest.mark.parametrize("vault_id", [VAULT, None])
def test_the_item_is_told_with_its_points(harness: AppHarness, vault_id: str | None) -> None:
    order = ShowPoints(source_resource_id=VM, vault_id=vault_id)
    made = outcome(harness, names.SHOW_RECOVERY_POINTS, order, 120)
    assert made.kind == "done"
    assert made.value["item"]["sourceResourceId"].lower() == VM.lower()
    assert made.value["total"] == len(made.value["points"]) == 8


def test_a_vm_that_nobody_protects_has_no_points(harness: AppHarness, journal: Journal) -> None:
    other = request_for("RestoreDisks", "r1", name="nobody-knows")["sourceResourceId"]
    order = ShowPoints(source_resource_id=other, vault_id=VAULT)
    made = outcome(harness, names.SHOW_RECOVERY_POINTS, order, 120)
    assert made.kind == "failed"
    assert journal.calls == [names.FIND_PROTECTED_ITEM]


def test_whoever_waits_is_told_after_two_minutes_that_azure_does_not_answer(
    harness: AppHarness, journal: Journal
) -> None:
    plant(harness, "status", ITEMS, status=503, times=None)
    order = ShowPoints(source_resource_id=VM, vault_id=VAULT)
    made = outcome(harness, names.SHOW_RECOVERY_POINTS, order, 300)
    assert made.error is not None
    assert made.error.code == "DeadlinePassed"
    assert 115 <= max(journal.waits_s()) <= 121


def test_points_that_cannot_be_listed_are_a_failure_and_no_empty_list(
    harness: AppHarness,
) -> None:
    plant(harness, "status", {"path": "recoveryPoints"}, status=403, times=None)
    order = ShowPoints(source_resource_id=VM, vault_id=VAULT)
    made = outcome(harness, names.SHOW_RECOVERY_POINTS, order, 300)
    assert (made.kind, made.value) == ("failed", None)


def test_what_would_be_chosen_is_told_and_why_no_other(harness: AppHarness) -> None:
    order = ShowPoints(source_resource_id=VM, vault_id=VAULT)
    told = outcome(harness, names.SHOW_RECOVERY_POINTS, order, 120).value
    chosen = told["choice"]["point"]["name"]
    assert told["choice"]["why"].startswith(f"Recovery point {chosen} of ")
    assert {*told["reasons"]} == {point["name"] for point in told["points"]} - {chosen}


def test_where_no_point_can_be_restored_none_is_chosen(harness: AppHarness) -> None:
    for vault in harness.simulator.state.vaults.values():
        for item in vault.items.values():
            item.points.clear()
    order = ShowPoints(source_resource_id=VM, vault_id=VAULT)
    told = outcome(harness, names.SHOW_RECOVERY_POINTS, order, 120).value
    assert (told["total"], told["points"], told["choice"], told["reasons"]) == (0, [], None, {})
