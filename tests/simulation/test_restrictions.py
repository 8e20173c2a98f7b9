"""What Azure Backup does not restore is refused beforehand: by the plan, by the gate, by Azure.

All three read one table (restore/plan/restrictions.py).
"""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from restore.messages.model import Verdict
from simulated_azure import seed
from simulated_azure.faults import Fault
from simulated_azure.parts import Threat
from simulated_azure.state import Item, Vm
from tests.end_to_end.harness import VAULT, request_for
from tests.fakes.app_harness import START, AppHarness
from tests.simulation.test_disks import D0, D1, OS, held, points_of
from tests.simulation.test_plans import codes, plan_of

HOUR = 3600


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as it:
        yield it


def verdict_of(harness: AppHarness, fields: dict[str, Any]) -> Verdict:
    harness.ask(fields)
    harness.run_for(2 * HOUR)
    return harness.verdict(fields["requestId"])


def leave_out(harness: AppHarness) -> None:
    held(harness, OS, D0, excluded=(D1,))


@pytest.mark.parametrize("kind", ["OriginalLocation", "AlternateLocation"])
def test_a_vm_is_neither_made_nor_mended_from_a_point_that_leaves_disks_out(
    harness: AppHarness, kind: str
) -> None:
    leave_out(harness)
    plan = plan_of(harness, request_for(kind, "r1"))
    assert not plan.allowed
    (finding,) = [each for each in plan.findings if each.code == "DisksLeftOut"]
    assert "LUN 1 (d1)" in finding.text
    assert "BMSUserErrorInvalidInput" in codes(plan, "blocking"), "Azure says no as well"
    verdict = verdict_of(harness, request_for(kind, "r1"))
    assert verdict.verdict == "Rejected"
    assert verdict.error is not None
    assert (verdict.error.code, verdict.error.category) == ("DisksLeftOut", "NotSupported")
    assert "LUN 1 (d1)" in verdict.text
    assert not [call for call in harness.calls() if call["path"].endswith("/restore")]


def test_disks_are_restored_from_a_point_that_leaves_some_out_and_that_is_said_twice(
    harness: AppHarness,
) -> None:
    leave_out(harness)
    plan = plan_of(harness, request_for("RestoreDisks", "r1"))
    assert plan.allowed, plan.findings
    (finding,) = [each for each in plan.findings if each.code == "DisksNotInPoint"]
    assert (finding.severity, "LUN 1 (d1)" in finding.text) == ("warning", True)
    verdict = verdict_of(harness, request_for("RestoreDisks", "r1"))
    assert verdict.succeeded
    assert "Not restored, for this recovery point does not hold them: LUN 1 (d1)." in verdict.text


def test_a_lun_that_the_point_does_not_hold_cannot_be_asked_for(harness: AppHarness) -> None:
    leave_out(harness)
    fields = request_for("RestoreDisks", "r1", restoreDiskLunList=[0, 1])
    assert "LunNotInPoint" in codes(plan_of(harness, fields), "blocking")
    verdict = verdict_of(harness, fields)
    assert verdict.error is not None
    assert verdict.error.code == "LunNotInPoint"
    assert not harness.posts()


def test_where_the_point_itself_cannot_be_read_its_counts_are_enough(
    harness: AppHarness,
) -> None:
    leave_out(harness)
    unread = {"match": {"path": "/recoveryPoints/"}, "kind": "status", "status": 403, "times": None}
    harness.simulator.faults.add([msgspec.convert(unread, Fault)])
    verdict = verdict_of(harness, request_for("AlternateLocation", "r1"))
    assert verdict.error is not None
    assert verdict.error.code == "DisksLeftOut"
    assert "1 of 3 disks (Azure does not say which)" in verdict.text


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("OriginalLocation", "EncryptedVmNotReplaceable"),
        ("AlternateLocation", "EncryptedVmNotCreatable"),
    ],
)
def test_of_an_encrypted_vm_only_disks_are_restored(
    harness: AppHarness, kind: str, code: str
) -> None:
    for point in points_of(harness):
        point.encrypted = True
    plan = plan_of(harness, request_for(kind, "r1"))
    (finding,) = [each for each in plan.findings if each.code == code]
    assert finding.severity == "blocking"
    assert "RestoreDisks" in finding.action
    assert "own subscription" in finding.action
    assert "restore as a new vm" not in str(plan.findings).lower()
    verdict = verdict_of(harness, request_for(kind, "r1"))
    assert verdict.error is not None
    assert verdict.error.code == code


def test_where_encrypted_disks_are_not_restored_from_a_snapshot_the_vault_tier_is_advised(
    harness: AppHarness,
) -> None:
    for point in points_of(harness):
        point.encrypted = True
    plan = plan_of(harness, request_for("RestoreDisks", "r1"))
    assert plan.allowed, plan.findings
    assert "EncryptedFromSnapshot" in codes(plan, "warning")
    harness.simulator.state.jobs.outcome = "Failed"
    verdict = verdict_of(harness, request_for("RestoreDisks", "r1"))
    assert verdict.verdict == "Failed"
    assert "a recovery point whose tier is VaultStandard" in verdict.text


def test_the_paired_region_is_refused_with_the_way_to_get_there(harness: AppHarness) -> None:
    fields = request_for("RestoreDisks", "r1", region="northeurope")
    plan = plan_of(harness, fields)
    (finding,) = [each for each in plan.findings if each.path == "$.region"]
    assert finding.severity == "blocking"
    assert "does not restore to the secondary region" in finding.text
    assert "--use-secondary-region" in finding.action
    verdict = verdict_of(harness, fields)
    assert (verdict.verdict, harness.posts()) == ("Rejected", [])
    assert "does not restore to the secondary region" in verdict.text


def elsewhere(arm_id: str) -> str:
    return arm_id.replace("000000000001", "000000000002")


def backed_up_elsewhere(harness: AppHarness) -> dict[str, Any]:
    """A VM in another subscription than its vault: its newest point is a snapshot only."""
    there = request_for("RestoreDisks", "r1", name="far-01")
    source = elsewhere(there["sourceResourceId"])
    points = seed.daily_points("far-01", START, 2)
    next(iter(points.values())).tiers = dict(seed.SNAPSHOT)
    state = harness.simulator.state
    state.vaults[VAULT.lower()].items[source.lower()] = Item(vm_id=source, points=points)
    state.vms[source.lower()] = Vm(id=source)
    moved = ("targetResourceGroupId", "storageAccountId")
    return there | {
        "sourceResourceId": source,
        **{name: elsewhere(there[name]) for name in moved},
    }


def test_choice_plan_and_azure_agree_on_what_another_subscription_is(
    harness: AppHarness,
) -> None:
    fields = backed_up_elsewhere(harness)
    plan = plan_of(harness, fields)
    assert plan.allowed, plan.findings
    assert plan.choice is not None
    assert plan.choice.point.tier == "SnapshotAndVaultStandard"
    assert [each.reason for each in plan.choice.passed_over] == ["NeedsVaultTier"]
    assert verdict_of(harness, fields).verdict == "Completed"


def test_the_disks_of_a_vm_elsewhere_are_replaced_from_its_snapshot(harness: AppHarness) -> None:
    fields = backed_up_elsewhere(harness)
    replace = {"recoveryType": "OriginalLocation", "confirm": "far-01"}
    del fields["targetResourceGroupId"]
    plan = plan_of(harness, fields | replace)
    assert plan.allowed, plan.findings
    assert plan.choice is not None
    assert plan.choice.point.tier == "Snapshot"


@pytest.mark.parametrize("status", ["UnHealthy", "Warning"])
def test_a_point_with_a_threat_is_restored_only_if_it_is_asked_for(
    harness: AppHarness, status: str
) -> None:
    newest, *_ = points = points_of(harness)
    newest.threat_status, newest.threats = status, [Threat(title="Ransomware")]
    plan = plan_of(harness, request_for("RestoreDisks", "r1"))
    assert plan.choice is not None
    assert plan.choice.point.name == points[1].name
    assert plan.choice.passed_over[0].reason == f"Threat{status}"
    chosen = request_for("RestoreDisks", "r2", recoveryPoint={"id": newest.name})
    verdict = verdict_of(harness, chosen)
    assert (verdict.succeeded, verdict.recovery_point) == (True, newest.name)


def test_the_plan_of_a_point_with_a_threat_tells_it(harness: AppHarness) -> None:
    newest = points_of(harness)[0]
    newest.threat_status = "Warning"
    newest.threats = [Threat(title="Ransomware", severity="Critical", state="InProgress")]
    plan = plan_of(harness, request_for("RestoreDisks", "r1", recoveryPoint={"id": newest.name}))
    (finding,) = [each for each in plan.findings if each.code == "ThreatFound"]
    assert "Ransomware (Critical, InProgress)" in finding.text
    assert plan.choice is not None
    assert [threat.title for threat in plan.choice.point.threats] == ["Ransomware"]
