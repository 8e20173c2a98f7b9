"""Plans on the virtual clock: everything is looked at, nothing is restored."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec
import pytest

from restore.messages import names
from restore.messages.model import Outcome
from restore.messages.plan_io import MakePlan
from restore.plan.model import Plan
from restore.request import parsing
from restore.values.decoding import encode
from simulated_azure.faults import Fault
from simulated_azure.state import Vm
from tests.end_to_end.harness import VAULT, request_for
from tests.fakes.app_harness import AppHarness
from tests.unit.restore.policy.policy_cases import CASES, Case

GUARD = (
    "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/rg-guard/providers/"
    "Microsoft.DataProtection/resourceGuards/guard"
)
KINDS = ("RestoreDisks", "OriginalLocation", "AlternateLocation")


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as it:
        yield it


def _ask(harness: AppHarness, fields: dict[str, Any], source: str = "http") -> None:
    request = parsing.parse_request(fields, default_request_id="none")
    order = encode(MakePlan(request=request, source=source))
    harness.driver.client.start_new(names.PLAN_RESTORE, json.dumps(json.dumps(order)), "plan-1")


def outcome_of(harness: AppHarness, fields: dict[str, Any], source: str = "http") -> Outcome:
    _ask(harness, fields, source)
    harness.run_for(7200)
    row = harness.driver.client.get("plan-1")
    assert row is not None, "it was started"
    assert row.runtime_status == "Completed", row
    return msgspec.convert(json.loads(row.output_text or "null"), Outcome)


def plan_of(harness: AppHarness, fields: dict[str, Any], source: str = "http") -> Plan:
    outcome = outcome_of(harness, fields, source)
    assert outcome.kind == "done", outcome
    return msgspec.convert(outcome.value, Plan)


def codes(plan: Plan, severity: str) -> list[str]:
    return [finding.code for finding in plan.findings if finding.severity == severity]


@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_says_what_would_be_sent_and_sends_nothing(harness: AppHarness, kind: str) -> None:
    plan = plan_of(harness, request_for(kind, "r1"))
    assert plan.allowed, plan.findings
    assert plan.validated
    assert plan.body is not None
    assert plan.body["properties"]["recoveryType"] == kind
    assert plan.choice is not None
    assert plan.choice.why
    assert not [call for call in harness.calls() if call["path"].endswith("/restore")]
    assert harness.ledger.read("r1") is None


def test_what_a_plan_shows_is_what_a_restore_sends(harness: AppHarness) -> None:
    plan = plan_of(harness, request_for("AlternateLocation", "r1"))
    harness.ask(request_for("AlternateLocation", "r1"))
    harness.run_for(3600)
    (post,) = harness.posts()
    assert post["body"] == plan.body


def _guarded(harness: AppHarness) -> None:
    _vault(harness).resource_guard = GUARD


def _zone(harness: AppHarness) -> dict[str, Any]:
    return {"zones": ["1"]}


def _taken(harness: AppHarness) -> dict[str, Any]:
    target = request_for("AlternateLocation", "r1")["targetVirtualMachineId"]
    harness.simulator.state.vms[target.lower()] = Vm(id=target)
    return {}


def _other_subscription(harness: AppHarness) -> dict[str, Any]:
    _vault(harness).cross_subscription_restore = "Disabled"
    fields = request_for("AlternateLocation", "r1")
    names_ = ("targetResourceGroupId", "targetVirtualMachineId", "virtualNetworkId", "subnetId")
    moved = {name: fields[name].replace("000000000001", "000000000002") for name in names_}
    account = fields["storageAccountId"].replace("000000000001", "000000000002")
    return moved | {"storageAccountId": account}


def _vault(harness: AppHarness) -> Any:
    return harness.simulator.state.vaults[VAULT.lower()]


def _encrypted(harness: AppHarness) -> dict[str, Any]:
    for item in _vault(harness).items.values():
        for point in item.points.values():
            point.encrypted = True
    return {}


def _gone(harness: AppHarness) -> dict[str, Any]:
    harness.simulator.state.vms.clear()
    return {}


@pytest.mark.parametrize(
    ("kind", "arrange", "code"),
    [
        ("RestoreDisks", _guarded, "ResourceGuardInForce"),
        ("AlternateLocation", _zone, "ZoneNotAllowed"),
        ("AlternateLocation", _taken, "TargetNameTaken"),
        ("AlternateLocation", _other_subscription, "CrossSubscriptionRestoreDisabled"),
        ("OriginalLocation", _encrypted, "EncryptedVmNotReplaceable"),
        ("OriginalLocation", _gone, "SourceVmMissing"),
    ],
)
def test_what_azure_would_refuse_is_found_here_and_by_azure(
    harness: AppHarness,
    kind: str,
    arrange: Callable[[AppHarness], dict[str, Any] | None],
    code: str,
) -> None:
    more = arrange(harness) or {}
    plan = plan_of(harness, request_for(kind, "r1") | more)
    assert not plan.allowed
    found = codes(plan, "blocking")
    assert code in found
    assert "BMSUserErrorInvalidInput" in found, "Azure was asked, too, and says no as well"


def test_a_guarded_restore_that_names_the_guard_may_go(harness: AppHarness) -> None:
    _guarded(harness)
    named = {"resourceGuardOperationRequests": [f"{GUARD}/triggerRestoreRequests/default"]}
    plan = plan_of(harness, request_for("RestoreDisks", "r1") | named)
    assert plan.allowed, plan.findings
    assert "ResourceGuardInForce" in codes(plan, "info")


def test_a_vault_without_the_vm_is_a_plan_that_says_so(harness: AppHarness) -> None:
    plan = plan_of(harness, request_for("RestoreDisks", "r1", name="nowhere-01"))
    assert (plan.allowed, plan.plan_hash) == (False, None)
    assert codes(plan, "blocking") == ["ProtectedItemNotFound"]
    assert plan.findings[0].path == "$.sourceResourceId"


def test_a_request_that_does_not_fit_its_point_has_every_problem_as_a_finding(
    harness: AppHarness,
) -> None:
    fields = request_for("RestoreDisks", "r1", region="northeurope")
    del fields["targetResourceGroupId"]
    plan = plan_of(harness, fields)
    paths = {finding.path for finding in plan.findings if finding.severity == "blocking"}
    assert paths == {"$.region", "$.targetResourceGroupId"}
    assert (plan.body, plan.plan_hash, plan.validated) == (None, None, False)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("backupstorageconfig", "redundancy"),
        ("backupResourceGuardProxies", "Resource Guard"),
        ("virtualMachines", "name is free"),
    ],
)
def test_what_may_not_be_read_is_said_and_stops_nothing(
    harness: AppHarness, part: str, text: str
) -> None:
    _deny(harness, part)
    plan = plan_of(harness, request_for("AlternateLocation", "r1"))
    assert plan.allowed, plan.findings
    (finding,) = [each for each in plan.findings if each.code == "NotChecked"]
    assert text in finding.text


def test_without_the_right_to_validate_the_plan_says_that_azure_was_not_asked(
    harness: AppHarness,
) -> None:
    _deny(harness, "backupTriggerValidateOperation")
    plan = plan_of(harness, request_for("RestoreDisks", "r1"))
    assert (plan.allowed, plan.validated) == (True, False)
    assert "NotValidated" in codes(plan, "warning")


def _validation_reads(harness: AppHarness) -> list[float]:
    """When Azure's validation was read, in seconds from when it was asked for."""
    calls = [call for call in harness.calls() if "alidateOperation" in call["path"]]
    asked_at, *read_at = [datetime.fromisoformat(call["time"]) for call in calls]
    return [(each - asked_at).total_seconds() for each in read_at]


def test_a_slow_validation_is_read_when_azure_says(harness: AppHarness) -> None:
    harness.simulator.state.service.retry_after_s = 20
    _fault(harness, kind="still_validating", retry_after=60, times=2)
    plan = plan_of(harness, request_for("RestoreDisks", "r1"))
    assert plan.validated
    first, second, third = _validation_reads(harness)
    assert 19 <= first < 30  # timers fire up to a second early
    assert 59 <= second - first < 70
    assert 59 <= third - second < 70


@pytest.mark.parametrize("retry_after", [None, 60, 3600])
def test_a_validation_without_end_is_told_as_that(
    harness: AppHarness, retry_after: float | None
) -> None:
    _fault(harness, kind="still_validating", retry_after=retry_after, times=None)
    plan = plan_of(harness, request_for("RestoreDisks", "r1"))
    assert (plan.allowed, plan.validated) == (True, False)
    (finding,) = [each for each in plan.findings if each.code == "NotValidated"]
    assert finding.text == "Azure's validation did not finish within 5 min."
    assert "identity needs" not in finding.action
    assert max(_validation_reads(harness)) <= 360


def test_a_plan_says_why_it_waits_for_azure(harness: AppHarness) -> None:
    _fault(harness, kind="still_validating", retry_after=60, times=None)
    _ask(harness, request_for("RestoreDisks", "r1"))
    harness.run_for(100)
    waiting = harness.status("plan-1")["waiting"]
    assert (waiting["code"], waiting["reason"]) == (
        "Validating",
        "Azure still validates the request.",
    )


@pytest.mark.parametrize(
    ("code", "allowed"), [("BMSUserErrorObjectLocked", True), ("UserErrorSkuNotAvailable", False)]
)
def test_a_finding_of_azures_that_passes_forbids_nothing(
    harness: AppHarness, code: str, allowed: bool
) -> None:
    results = [{"code": code, "message": "No.", "recommendations": ["Wait."]}]
    body = json.dumps({"validateOperationResponse": {"validationResults": results}})
    _fault(harness, match={"operation": "validate_result"}, kind="status", status=200, body=body)
    plan = plan_of(harness, request_for("RestoreDisks", "r1"))
    assert plan.allowed is allowed
    (finding,) = [each for each in plan.findings if each.code == code]
    assert finding.action.startswith("Wait. ")


def test_an_azure_that_does_not_answer_is_a_failure_and_no_plan(harness: AppHarness) -> None:
    harness.simulator.faults.add(
        [msgspec.convert({"kind": "status", "status": 503, "times": None}, Fault)]
    )
    outcome = outcome_of(harness, request_for("RestoreDisks", "r1"))
    assert outcome.kind == "failed"
    assert outcome.error is not None
    assert outcome.error.category == "DeadlinePassed"
    assert "ServiceUnavailable: A fault that was asked for." in outcome.error.message


def test_a_plan_that_came_by_the_queue_is_published(harness: AppHarness) -> None:
    plan = plan_of(harness, request_for("RestoreDisks", "r1", planOnly=True), source="queue")
    (told,) = harness.sent("planned")
    assert told["requestId"] == "r1"
    assert told["plan"]["planHash"] == plan.plan_hash


def test_the_same_restore_planned_again_has_the_same_hash(harness: AppHarness) -> None:
    first = plan_of(harness, request_for("RestoreDisks", "r1"))
    harness.run_for(7200)
    again = plan_of(harness, request_for("RestoreDisks", "r1", deadline="PT12H"))
    assert first.plan_hash == again.plan_hash


def _deny(harness: AppHarness, part: str) -> None:
    _fault(harness, match={"path": part}, kind="status", status=403, times=None)


def _fault(harness: AppHarness, **what: Any) -> None:
    harness.simulator.faults.add([msgspec.convert(what, Fault)])


def test_a_plan_names_the_disks_that_would_be_replaced(harness: AppHarness) -> None:
    plan = plan_of(harness, request_for("OriginalLocation", "r1"))
    (finding,) = [each for each in plan.findings if each.code == "DisksWillBeReplaced"]
    disks = harness.backup.vms.disks(request_for("OriginalLocation", "r1")["sourceResourceId"])
    assert disks
    assert all(disk.name in finding.text for disk in disks)


def test_a_restore_is_refused_once_its_plan_has_changed(harness: AppHarness) -> None:
    fields = request_for("RestoreDisks", "r1")
    plan = plan_of(harness, fields)
    harness.ask(fields | {"planHash": plan.plan_hash, "restoreDiskLunList": []})
    harness.run_for(3600)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "Rejected"
    assert verdict.error is not None
    assert verdict.error.code == "PlanChanged"
    (problem,) = verdict.error.problems
    assert problem.path == "$.body.properties.restoreDiskLunList"
    assert not harness.posts()


def test_a_restore_that_is_what_was_planned_goes_on(harness: AppHarness) -> None:
    fields = request_for("AlternateLocation", "r1")
    plan = plan_of(harness, fields)
    harness.ask(fields | {"planHash": plan.plan_hash})
    harness.run_for(3600)
    assert harness.verdict("r1").verdict == "Completed"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_plan_says_what_the_policy_says(case: Case) -> None:
    with AppHarness(policy=case.policy).open() as harness:
        sources = [case.source] if case.source else ["http", "queue"]
        for source in sources:
            plan = plan_of(harness, case.request("r1"), source)
            found = {each.path for each in plan.findings if each.code == "PolicyRefused"}
            assert found == set(case.at)
            assert bool(found) is (case.allowed_by is None)
            assert ("NeedsApproval" in codes(plan, "warning")) is case.approval
            if case.allowed_by is not None:
                assert any(repr(case.allowed_by) in each.text for each in plan.findings)
