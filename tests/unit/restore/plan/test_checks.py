"""Each check of a plan: what it says, how gravely, and when it says nothing."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from restore.messages.disks import PointDisks, VmDisk
from restore.messages.model import RecoveryPoint
from restore.messages.plan_io import Finding
from restore.messages.request import RestoreRequest
from restore.messages.threats import Threat
from restore.plan import checks, restrictions
from restore.plan.facts import Case, PreflightFacts
from restore.policy.judging import Asked
from restore.policy.rules import DEFAULT
from restore.start import arm_body
from restore.values.problem import Problem
from tests.unit.restore.policy.policy_cases import EVERYTHING
from tests.unit.restore.samples import DISKS, ITEM, NEW_VM, REPLACE, VAULT, parsed

OS, D0, D5 = VmDisk(name="os"), VmDisk(name="d0", lun=0), VmDisk(name="d5", lun=5)
GUARD = VAULT.replace(
    "Microsoft.RecoveryServices/vaults", "Microsoft.DataProtection/resourceGuards"
)
WANTED = f"{GUARD}/triggerRestoreRequests/default"
POINT = RecoveryPoint(
    name="1",
    time=datetime(2026, 11, 1, tzinfo=UTC),
    tier="SnapshotAndVaultStandard",
    disks=PointDisks(included=(OS, D0), excluded=(), included_count=2, attached_count=2),
)


def found(
    request: dict[str, Any], point: dict[str, Any] | None = None, **facts: Any
) -> dict[str, Finding]:
    case = Case(
        request=parsed(request),
        item=ITEM,
        point=msgspec.structs.replace(POINT, **(point or {})),
        facts=PreflightFacts(**facts),
    )
    findings = checks.findings(case)
    assert len({finding.code for finding in findings}) == len(findings)
    return {finding.code: finding for finding in findings}


def test_a_plain_restore_of_disks_has_nothing_said_of_it() -> None:
    assert found(DISKS) == {}


def test_the_gravest_comes_first() -> None:
    said = found(NEW_VM | {"region": "mars"}, {"tier": "VaultArchive"})
    assert [each.severity for each in said.values()] == ["blocking", "warning", "info"]


def test_what_azure_backup_does_not_restore_is_said_with_what_to_do() -> None:
    finding = found(DISKS | {"region": "northeurope"})["OtherRegion"]
    row = next(row for row in restrictions.TABLE if row.code == "OtherRegion")
    assert (finding.severity, finding.path) == ("blocking", "$.region")
    assert finding.text == f"{row.rule} The vault is in westeurope."
    assert finding.action == row.action


@pytest.mark.parametrize("facts", [{}, {"guard_requests": None}, {"guard_requests": ()}])
def test_no_guard_or_none_that_could_be_read_is_nothing(facts: dict[str, Any]) -> None:
    assert found(DISKS, **facts) == {}


def test_a_guard_must_be_named() -> None:
    finding = found(DISKS, guard_requests=(WANTED,))["ResourceGuardInForce"]
    assert finding.severity == "blocking"
    assert WANTED in finding.action
    named = DISKS | {"resourceGuardOperationRequests": [WANTED.upper().replace(
        "/SUBSCRIPTIONS", "/subscriptions")]}  # fmt: skip
    assert found(named, guard_requests=(WANTED,))["ResourceGuardInForce"].severity == "info"


@pytest.mark.parametrize("status", ["UnHealthy", "Warning", "other: Suspicious"])
def test_a_point_with_a_threat_is_warned_of_in_azures_words(status: str) -> None:
    threats = (Threat(title="Ransomware", severity="Critical", state="Active"),)
    finding = found(DISKS, {"threat_status": status, "threats": threats})["ThreatFound"]
    assert finding.severity == "warning"
    assert finding.text == (
        f"Azure calls this recovery point {status}: Ransomware (Critical, Active)."
    )
    bare = found(DISKS, {"threat_status": status})["ThreatFound"]
    assert bare.text == f"Azure calls this recovery point {status}."


@pytest.mark.parametrize("status", [None, "Healthy", "Unknown", "NotAvailable"])
def test_a_point_without_a_threat_is_not_warned_of(status: str | None) -> None:
    assert found(DISKS, {"threat_status": status}) == {}


def test_an_api_version_that_tells_no_threats_is_said() -> None:
    finding = found(DISKS, tells_threats=False)["ThreatsNotTold"]
    assert finding.severity == "warning"
    assert "2026-07-01" in finding.action


def test_the_archive_takes_hours() -> None:
    assert found(DISKS, {"tier": "VaultArchive"})["RehydrationNeeded"].severity == "warning"
    assert found(DISKS, {"tier": "VaultStandardRehydrated"}) == {}


@pytest.mark.parametrize(
    ("incident", "severity"),
    [("2026-10-31T23:59:59Z", "warning"), ("2026-11-01T00:00:00Z", "warning"),
     ("2026-11-01T00:00:01Z", None), (None, None)],
)  # fmt: skip
def test_a_point_that_is_not_from_before_the_incident_may_hold_the_damage(
    incident: str | None, severity: str | None
) -> None:
    said = found(DISKS | ({"incidentAt": incident} if incident else {}))
    assert {code: each.severity for code, each in said.items()} == (
        {"PointAfterIncident": severity} if severity else {}
    )


def test_disks_that_will_be_replaced_are_named_apart_from_those_that_will_not() -> None:
    said = found(REPLACE, disks=(OS, D0, D5))
    assert said["DisksWillBeReplaced"].text.startswith("Disks (os, d0) of web-01 will be replaced.")
    assert said["DisksKept"].text == ("LUN 5 (d5) is not in this recovery point: do not delete.")
    assert {each.severity for each in said.values()} == {"warning"}


def test_a_disk_that_was_not_backed_up_at_its_lun_is_looked_at_first() -> None:
    new = VmDisk(name="new", lun=0)
    said = found(REPLACE, disks=(OS, new))
    assert said["DisksWillBeReplaced"].text.startswith("Disks (os, new) of web-01")
    assert "in the place of LUN 0 (new)" in said["OtherDisksReplaced"].text


def test_disks_that_could_not_be_read_are_replaced_all_the_same() -> None:
    said = found(REPLACE, disks=None)
    assert said["DisksWillBeReplaced"].text.startswith("The disks of web-01 will be replaced.")
    assert "DisksKept" not in said


@pytest.mark.parametrize("disks", [None, PointDisks(included_count=2, attached_count=2)])
def test_disks_that_azure_does_not_tell_are_said_not_to_be_known(disks: PointDisks | None) -> None:
    assert found(DISKS, {"disks": disks})["DisksNotKnown"].severity == "info"


def test_a_new_vm_differs_from_the_old_one() -> None:
    assert found(NEW_VM)["NewVmDiffers"].severity == "info"


def test_what_could_not_be_read_is_said_each_for_itself() -> None:
    case = Case(
        request=parsed(DISKS), item=ITEM, point=POINT, facts=PreflightFacts(unread=("a", "b"))
    )
    assert [each.text for each in checks.findings(case) if each.code == "NotChecked"] == ["a", "b"]


def test_a_problem_of_the_request_keeps_its_place() -> None:
    finding = checks.of_problem(Problem(path="$.zones", message="is wrong"), "Odd")
    assert (finding.severity, finding.code, finding.path) == ("blocking", "Odd", "$.zones")
    assert finding.text == "$.zones is wrong."


@pytest.mark.parametrize(
    ("policy", "fields", "severity", "code"),
    [
        (EVERYTHING, DISKS, "info", "PolicyAllows"),
        (DEFAULT, REPLACE, "warning", "NeedsApproval"),
        (
            DEFAULT,
            DISKS
            | {
                name: DISKS[name].replace("000000000001", "000000000002")
                for name in ("targetResourceGroupId", "storageAccountId")
            },
            "blocking",
            "PolicyRefused",
        ),
    ],
)
def test_what_the_policy_says_is_a_finding(
    policy: Any, fields: dict[str, Any], severity: str, code: str
) -> None:
    request: RestoreRequest = parsed(fields)
    body = arm_body.build(request, ITEM, POINT)
    asked = Asked(body, "http", ITEM, POINT, datetime(2026, 11, 2, tzinfo=UTC), None)
    said = list(checks.of_policy(policy, asked))
    assert {(each.severity, each.code) for each in said} == {(severity, code)}


def test_azures_own_opinion_keeps_its_recommendations_before_our_advice() -> None:
    known = checks.of_opinion(
        "UserErrorRequestDisallowedByPolicy", "No.", ("Do this.", "And that.")
    )
    assert known.severity == "blocking"
    assert known.text == "Azure would refuse this restore: No."
    assert known.action is not None
    assert known.action.startswith("Do this. And that. ")
    assert len(known.action) > len("Do this. And that. ")


def test_an_opinion_that_nobody_knows_is_told_as_it_is() -> None:
    unknown = checks.of_opinion("SomethingNew", "No.", ())
    assert (unknown.severity, unknown.code, unknown.action) == ("blocking", "SomethingNew", "")
    assert checks.of_opinion("SomethingNew", "No.", ("Do this.",)).action == "Do this."


def test_an_opinion_that_passes_by_itself_only_warns() -> None:
    for code in ("BMSUserErrorObjectLocked", "BMSUserErrorConflictingProtectionOperation"):
        assert checks.of_opinion(code, "Later.", ()).severity == "warning"
