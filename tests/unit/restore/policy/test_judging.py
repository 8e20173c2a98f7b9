"""The first rule that allows decides; a refusal names each rule and its reason."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from restore.messages.errors import PolicyRefused, to_failure
from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.messages.request import probe_of
from restore.policy import judging, policy_text
from restore.policy.judging import Allowed, Asked
from restore.policy.rules import DEFAULT, Policy
from restore.start import arm_body
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.unit.restore.policy.policy_cases import CASES, EVERYTHING, OTHER, RESTORED, Case, only
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
    point = RecoveryPoint(name="1", time=NOW - age)
    return Asked(arm_body.build(request, item, point), source, item, point, NOW, probe_of(request))


def refused(rules: Policy, wish: Asked) -> PolicyRefused:
    with pytest.raises(PolicyRefused) as caught:
        judging.judge(rules, wish)
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_rule_allows_and_refuses(case: Case) -> None:
    wish = asked(case.request("r1"), case.source or "queue", case.point_age)
    if case.allowed_by is not None:
        assert judging.judge(case.policy, wish) == Allowed(case.allowed_by, case.approval)
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
    assert judging.judge(rules, asked(wish, age=timedelta(days=1))).rule == "only"
    older = refused(rules, asked(wish, age=timedelta(days=1, seconds=1)))
    assert "at most 1 d" in older.problems[0].message


def test_every_rule_for_the_type_says_why_it_does_not_allow() -> None:
    rules = Policy(
        rules=(*only(sources=()).rules, *only(recovery_types=("OriginalLocation",)).rules)
    )
    assert len(refused(rules, asked(request_for("RestoreDisks", "r1"))).problems) == 1


def test_a_vault_is_compared_without_case() -> None:
    wish = asked(request_for("RestoreDisks", "r1"))
    item = ProtectedItem(
        **{name: getattr(wish.item, name) for name in wish.item.__struct_fields__}
        | {"vault_id": VAULT.upper()}
    )
    assert judging.judge(DEFAULT, wish._replace(item=item)).rule == "default-new"


ACCOUNT = f"{OTHER}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/theirs"
KELVIN = f"{OTHER}/resourceGroups/rg-\u212a"


def changed(wish: Asked, **properties: Any) -> Asked:
    """The same with another body."""
    return wish._replace(body={"properties": wish.body["properties"] | properties})


@pytest.mark.parametrize("kind", ["RestoreDisks", "AlternateLocation"])
def test_disks_of_an_unmanaged_vm_stay_in_the_account_whatever_group_is_named(kind: str) -> None:
    wish = changed(asked(request_for(kind, "r1")), storageAccountId=ACCOUNT)
    unmanaged = msgspec.structs.replace(wish.point, is_managed_vm=False)
    refusal = refused(DEFAULT, wish._replace(point=unmanaged))
    assert [problem.path for problem in refusal.problems] == ["$.storageAccountId"]


def test_a_staging_account_lies_in_the_subscription_of_a_target_or_is_one() -> None:
    wish = changed(asked(request_for("RestoreDisks", "r1")), storageAccountId=ACCOUNT)
    refusal = refused(only(targets=(RESTORED,)), wish)
    assert [problem.path for problem in refusal.problems] == ["$.storageAccountId"]
    assert "in the subscription of a target, or under" in refusal.problems[0].message
    assert judging.judge(only(targets=(RESTORED, ACCOUNT)), wish).rule == "only"


@pytest.mark.parametrize("digit", ["0", "2", "a"])
def test_an_account_in_any_other_subscription_than_a_targets_is_refused(digit: str) -> None:
    account = ACCOUNT.replace(OTHER, f"{OTHER[:-1]}{digit}")
    wish = changed(asked(request_for("RestoreDisks", "r1")), storageAccountId=account)
    unknown = changed(wish, odd=f"{OTHER[:-1]}{digit}/resourceGroups/rg")
    refusal = refused(only(targets=(RESTORED,)), unknown)
    assert {problem.path for problem in refusal.problems} == {"$.storageAccountId", "$.odd"}


def test_a_body_without_any_target_is_refused_even_where_everything_is_allowed() -> None:
    wish = asked(request_for("RestoreDisks", "r1"))
    properties = wish.body["properties"]
    sent = ("recoveryType", "sourceResourceId")
    bare = {name: properties[name] for name in sent}
    refusal = refused(EVERYTHING, wish._replace(body={"properties": bare}))
    assert [problem.path for problem in refusal.problems] == ["$"]
    odd = {"properties": bare | {"odd": "/x"}}
    refusal = refused(EVERYTHING, wish._replace(body=odd))
    assert [problem.path for problem in refusal.problems] == ["$.odd", "$"]


@pytest.mark.parametrize(
    "odd",
    [
        f"https://management.azure.com{RESTORED}",
        f"{RESTORED}/../rg-app",
        RESTORED[1:],
        f"{RESTORED}/",
        RESTORED.replace("rg-restored", "rg%2drestored"),
    ],
)
def test_an_id_that_is_not_spelled_as_one_is_refused_even_where_everything_is_allowed(
    odd: str,
) -> None:
    wish = changed(asked(request_for("RestoreDisks", "r1")), targetResourceGroupId=odd)
    refusal = refused(EVERYTHING, wish)
    assert [problem.path for problem in refusal.problems] == ["$.targetResourceGroupId"]


def test_the_kelvin_sign_is_no_k() -> None:
    rules = only(targets=(KELVIN.replace("\u212a", "k"),))
    wish = changed(asked(request_for("RestoreDisks", "r1")), storageAccountId=ACCOUNT)
    look_alike = refused(rules, changed(wish, targetResourceGroupId=KELVIN))
    assert [problem.path for problem in look_alike.problems] == ["$.targetResourceGroupId"]
    upper = KELVIN.replace("\u212a", "K").upper()
    assert judging.judge(rules, changed(wish, targetResourceGroupId=upper)).rule == "only"


def test_what_is_judged_is_the_source_as_it_is_sent() -> None:
    wish = changed(asked(request_for("RestoreDisks", "r1")), sourceResourceId=f"{RESTORED}/x/y/z")
    refusal = refused(only(sources=(vm(),)), wish)
    assert [problem.path for problem in refusal.problems] == ["$.sourceResourceId"]


def test_everything_means_everything() -> None:
    for kind in ("RestoreDisks", "OriginalLocation", "AlternateLocation"):
        assert not judging.judge(EVERYTHING, asked(request_for(kind, "r1"))).approval


def test_a_restore_waits_four_hours_for_its_approval() -> None:
    assert DEFAULT.approval_within_s == 4 * 3600


def test_the_vaults_subscription_is_named_where_a_rule_that_was_read_means_it() -> None:
    rules = policy_text.parse(json.dumps(only(targets=("vaultSubscription",)).as_json()))
    group = f"{OTHER}/resourceGroups/x"
    wish = changed(asked(request_for("RestoreDisks", "r1")), targetResourceGroupId=group)
    refusal = to_failure(refused(rules, wish))
    assert judging.judge(rules, asked(request_for("RestoreDisks", "r1"))).rule == "only"
    assert "under the vault's subscription /subscriptions/" in refusal.message


@pytest.mark.parametrize(("count", "more"), [(4, False), (5, False), (6, True), (7, True)])
def test_a_refusal_shows_five_problems_and_that_there_are_more(count: int, more: bool) -> None:
    one = only(sources=(OTHER,)).rules[0]
    named = (msgspec.structs.replace(one, name=f"rule-{number}") for number in range(count))
    error = refused(Policy(rules=tuple(named)), asked(request_for("RestoreDisks", "r1")))
    assert len(error.problems) == count
    names = [f"'rule-{number}'" in error.message for number in range(count)]
    assert names == [True] * min(count, 5) + [False] * max(count - 5, 0)
    assert error.message.endswith(" …") is more


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        ((), "nothing"),
        (("/a",), "/a"),
        (("/a", "vaultSubscription"), "/a, the vault's subscription /subscriptions/1"),
        (("zzz", "a"), "zzz, a"),
        (("1", "2", "3", "4", "5"), "1, 2, 3, 4, 5"),
        (("1", "2", "3", "4", "5", "6"), "1, 2, 3, 4, 5 …"),
        (("1", "2", "3", "4", "5", "6", "7"), "1, 2, 3, 4, 5 …"),
    ],
)
def test_the_first_five_scopes_are_shown(scopes: tuple[str, ...], said: str) -> None:
    assert judging.shown(scopes, "/subscriptions/1/x") == said


def test_a_scope_is_the_vaults_subscription_by_its_word_alone() -> None:
    vault = "/subscriptions/1/x"
    assert judging.covered(("vaultSubscription",), "/subscriptions/1/y", vault)
    assert not judging.covered(("vaultSubscription",), "/subscriptions/2/y", vault)
    assert not judging.covered(("zzz",), "/subscriptions/1/y", vault)
    assert not judging.covered(("#",), "/subscriptions/1/y", vault)


@pytest.mark.parametrize(
    ("asked_by", "said"),
    [((), "by nobody;"), (("http", "alert"), "by http, alert;")],
)
def test_a_rule_says_for_whose_requests_it_is(asked_by: Any, said: str) -> None:
    error = refused(only(asked_by=asked_by), asked(request_for("RestoreDisks", "r1")))
    assert f"is for requests {said} this one came by queue" in error.message
