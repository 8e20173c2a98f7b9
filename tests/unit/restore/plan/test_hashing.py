"""A plan's hash stands for what decides the restore, and for nothing else."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from restore.messages.errors import PlanChanged, to_failure
from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.messages.request import RestoreRequest
from restore.plan import hashing
from restore.request.parsing import parse_request
from restore.start.arm_body import build
from tests.end_to_end.harness import VAULT, request_for, vm

KINDS = ("RestoreDisks", "OriginalLocation", "AlternateLocation")
GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-other"

ITEM = ProtectedItem(
    id=f"{VAULT}/item",
    vault_id=VAULT,
    container_name="c",
    name="i",
    source_resource_id=vm(),
    region="westeurope",
    protection_state="Protected",
)
POINT = RecoveryPoint(name="122", time=datetime(2026, 11, 1, tzinfo=UTC), tier="VaultStandard")


def subject(
    fields: dict[str, Any], item: ProtectedItem = ITEM, point: RecoveryPoint = POINT
) -> Any:
    request: RestoreRequest = parse_request(fields, default_request_id="none")
    return hashing.subject_of(request, item, point, build(request, item, point))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "changed",
    [
        {"requestId": "r2"},
        {"deadline": "PT1H"},
        {"planOnly": True},
        {"planHash": "0" * 64},
        {"recoveryPoint": {"maxAge": "P30D"}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_does_not_change_the_restore_does_not_change_the_hash(
    kind: str, changed: dict[str, Any]
) -> None:
    fields = request_for(kind, "r1")
    assert hashing.plan_hash(subject(fields | changed)) == hashing.plan_hash(subject(fields))


@pytest.mark.parametrize(
    ("kind", "changed", "path"),
    [
        (
            "RestoreDisks",
            {"targetResourceGroupId": GROUP},
            "$.body.properties.targetResourceGroupId",
        ),
        ("RestoreDisks", {"restoreDiskLunList": [0]}, "$.body.properties.restoreDiskLunList"),
        ("RestoreDisks", {"restoreDiskLunList": []}, "$.body.properties.restoreDiskLunList"),
        ("RestoreDisks", {"zones": ["1"]}, "$.body.properties.zones"),
        ("AlternateLocation", {"zones": ["2"]}, "$.body.properties.zones"),
        ("OriginalLocation", {"restoreDiskLunList": [1]}, "$.body.properties.restoreDiskLunList"),
        (
            "RestoreDisks",
            {"extendedLocation": {"name": "losangeles", "type": "EdgeZone"}},
            "$.body.properties.extendedLocation",
        ),
    ],
)
def test_a_field_that_matters_changes_the_hash_and_is_named(
    kind: str, changed: dict[str, Any], path: str
) -> None:
    planned, now = subject(request_for(kind, "r1")), subject(request_for(kind, "r1") | changed)
    with pytest.raises(PlanChanged) as refused:
        hashing.require_same(hashing.plan_hash(planned), planned, now)
    assert [problem.path for problem in refused.value.problems] == [path]
    assert to_failure(refused.value).problems == refused.value.problems


def test_another_recovery_point_is_another_plan() -> None:
    fields = request_for("RestoreDisks", "r1")
    newer = msgspec.structs.replace(POINT, name="123")
    with pytest.raises(PlanChanged) as refused:
        hashing.require_same(
            hashing.plan_hash(subject(fields)), subject(fields), subject(fields, point=newer)
        )
    texts = {problem.path: problem.message for problem in refused.value.problems}
    assert texts["$.recoveryPoint"] == f'was "{POINT.name}" in the plan and is "123" now'


def test_the_same_matter_is_let_through_without_a_look_at_the_plan() -> None:
    found = subject(request_for("RestoreDisks", "r1"))
    hashing.require_same(hashing.plan_hash(found), None, found)


@pytest.mark.parametrize("digit", "0f")
def test_a_hash_that_stands_for_no_plan_is_refused(digit: str) -> None:
    with pytest.raises(PlanChanged) as refused:
        hashing.require_same(digit * 64, None, subject(request_for("RestoreDisks", "r1")))
    assert refused.value.problems[0].path == "$.planHash"
