"""What stands around a restore is found before it is asked for; what cannot be read is said."""

from typing import Any

import pytest

from activities import clock, preflight_restore
from arm import connection
from restore.messages.plan_io import PreflightResult, RunPreflight
from restore.request import parsing
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.unit.orchestrators.journal import plant

READS = {
    "OriginalLocation": {"vm"},
    "AlternateLocation": {"vm"},
    "RestoreDisks": set[str](),
}


def looked(harness: AppHarness, kind: str, **fields: Any) -> PreflightResult:
    request = parsing.parse_request(request_for(kind, "r1") | fields, default_request_id="x")
    assert request.vault_id is not None
    item = connection.backup().find_protected_item(request.vault_id, request.source_resource_id)
    order = RunPreflight(request=request, item=item, source="http")
    with clock.use(harness.clock.now):
        return preflight_restore._preflight(order, harness.policy)


def codes(found: PreflightResult, severity: str) -> set[str]:
    return {finding.code for finding in found.findings if finding.severity == severity}


@pytest.mark.parametrize("kind", READS)
def test_each_kind_reads_the_vms_that_it_concerns_and_no_other(
    harness: AppHarness, kind: str
) -> None:
    found = looked(harness, kind)
    assert {call["operation"] for call in harness.calls()} & {"vm"} == READS[kind]
    assert found.body is not None
    assert found.plan_hash is not None
    assert f"plans/{found.plan_hash}" in harness.documents.kept
    assert codes(found, "blocking") == set()


@pytest.mark.parametrize(
    ("operation", "status", "told"),
    [
        ("storage_config", 403, "The app could not read the vault's redundancy"),
        ("storage_config", 404, "The app could not read the vault's redundancy"),
        ("vault", 403, "The app could not read the vault's restore settings"),
        ("guard_proxies", 403, "The app could not read the vault's Resource Guard"),
        ("guard_proxies", 404, "The app could not read the vault's Resource Guard"),
        ("vm", 403, "The app could not read whether the new VM's name is free"),
    ],
)
def test_what_may_not_be_read_is_a_finding_and_stops_nothing(
    harness: AppHarness, operation: str, status: int, told: str
) -> None:
    found_first = operation == "vault"  # its region comes with the item
    fault: dict[str, Any] = {"status": status, "times": None, "code": "Denied"}
    plant(harness, "status", {"operation": operation}, after=int(found_first), **fault)
    found = looked(harness, "AlternateLocation")
    assert found.body is not None
    assert [finding for finding in found.findings if told in finding.text]


def test_a_vm_that_may_not_be_read_is_no_vm_that_is_gone(harness: AppHarness) -> None:
    plant(harness, "status", {"operation": "vm"}, status=403, times=None, code="Denied")
    found = looked(harness, "OriginalLocation")
    assert "SourceVmMissing" not in codes(found, "blocking")
    assert [each for each in found.findings if "The app could not read the VM: Denied" in each.text]


def test_a_vm_that_is_gone_cannot_be_replaced(harness: AppHarness) -> None:
    harness.simulator.state.vms.clear()
    assert "SourceVmMissing" in codes(looked(harness, "OriginalLocation"), "blocking")


def test_an_older_plan_is_compared_and_the_same_one_is_no_finding(harness: AppHarness) -> None:
    first = looked(harness, "RestoreDisks")
    same = looked(harness, "RestoreDisks", planHash=first.plan_hash)
    assert codes(same, "blocking") == set()
    other = looked(harness, "RestoreDisks", planHash="0" * 64)
    assert codes(other, "blocking")
    assert other.plan_hash == first.plan_hash
