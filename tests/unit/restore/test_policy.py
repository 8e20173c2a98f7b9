"""The first rule that allows decides; a refusal names each rule and its reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from restore import policy
from restore.contracts import ProtectedItem, RecoveryPoint
from restore.errors import PolicyRefused, to_failure
from restore.policy import Allowed, Asked, Policy
from tests.end_to_end.stage import VAULT, request_for
from tests.unit.restore.policy_cases import CASES, EVERYTHING, OTHER, Case, only
from tests.unit.restore.samples import parsed

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def asked(fields: dict[str, Any], source: str = "queue", age: timedelta = timedelta(0)) -> Asked:
    request = parsed(fields)
    item = ProtectedItem(
        id=f"{VAULT}/i",
        vault_id=VAULT,
        container_name="c",
        name="n",
        source_resource_id=request.source_resource_id,
        region="westeurope",
        protection_state="Protected",
    )
    return Asked(request, source, item, RecoveryPoint(name="1", time=NOW - age), NOW)


def refused(rules: Policy, wish: Asked) -> PolicyRefused:
    with pytest.raises(PolicyRefused) as caught:
        policy.judge(rules, wish)
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_rule_allows_and_refuses(case: Case) -> None:
    wish = asked(case.request("r1"), case.source or "queue", case.point_age)
    if case.allowed_by is not None:
        assert policy.judge(case.policy, wish) == Allowed(case.allowed_by, case.approval)
        return
    problems = refused(case.policy, wish).problems
    assert tuple(problem.path for problem in problems) == case.at
    if case.at != ("$.recoveryType",):
        assert all("the rule 'only'" in each.message or "the rule 'default-" in each.message
                   for each in problems)  # fmt: skip


def test_a_refusal_is_data_with_the_fields_that_are_refused() -> None:
    failure = to_failure(refused(only(sources=(OTHER,)), asked(request_for("RestoreDisks", "r1"))))
    assert (failure.code, failure.category) == ("PolicyRefused", "PolicyRefused")
    assert [problem.path for problem in failure.problems] == ["$.sourceResourceId"]
    assert f"allows sources under {OTHER} only" in failure.message


def test_a_point_just_young_enough_is_allowed() -> None:
    rules = only(max_point_age="P1D")
    wish = request_for("RestoreDisks", "r1")
    assert policy.judge(rules, asked(wish, age=timedelta(days=1))).rule == "only"
    older = refused(rules, asked(wish, age=timedelta(days=1, seconds=1)))
    assert "at most 1 d" in older.problems[0].message


def test_every_rule_for_the_type_says_why_it_does_not_allow() -> None:
    rules = Policy(
        rules=(*only(sources=()).rules, *only(recovery_types=("OriginalLocation",)).rules)
    )
    assert len(refused(rules, asked(request_for("RestoreDisks", "r1"))).problems) == 1


def test_disks_for_the_original_storage_account_are_for_the_source() -> None:
    fields = request_for("OriginalLocation", "r1", originalStorageAccountOption=True)
    assert [place.path for place in policy.targets_of(parsed(fields))] == ["$.sourceResourceId"]


def test_a_vault_is_compared_without_case() -> None:
    wish = asked(request_for("RestoreDisks", "r1"))
    item = ProtectedItem(
        **{name: getattr(wish.item, name) for name in wish.item.__struct_fields__}
        | {"vault_id": VAULT.upper()}
    )
    assert policy.judge(policy.DEFAULT, wish._replace(item=item)).rule == "default-new"


def test_everything_means_everything() -> None:
    for kind in ("RestoreDisks", "OriginalLocation", "AlternateLocation"):
        assert not policy.judge(EVERYTHING, asked(request_for(kind, "r1"))).approval


def test_a_restore_waits_four_hours_for_its_approval() -> None:
    assert policy.DEFAULT.approval_within_s == 4 * 3600
