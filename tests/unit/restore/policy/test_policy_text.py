"""A policy's text is checked as a whole, and its published schema says what the code reads."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from restore.policy import policy_text
from restore.policy.policy_text import InvalidPolicy
from restore.policy.rules import DEFAULT, Policy
from tests.unit.restore.policy.policy_cases import EVERYTHING, OTHER

SCHEMA = Path(__file__).parents[4] / "docs" / "policy.schema.json"
RULE: dict[str, Any] = {
    "name": "a",
    "recoveryTypes": ["RestoreDisks"],
    "sources": ["*"],
    "targets": ["vaultSubscription"],
}


def problems(value: Any) -> dict[str, str]:
    with pytest.raises(InvalidPolicy) as caught:
        policy_text.parse(value if isinstance(value, str) else json.dumps(value))
    return {problem.path: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize("rules", [DEFAULT, EVERYTHING])
def test_a_policy_survives_its_text(rules: Policy) -> None:
    assert policy_text.parse(msgspec.json.encode(rules).decode()) == rules


def test_a_file_may_name_its_schema() -> None:
    text = json.dumps({"$schema": "docs/policy.schema.json", "rules": []})
    assert policy_text.parse(text) == Policy(rules=())


def test_everything_wrong_is_said_at_once_with_its_place() -> None:
    wrong = {
        "rules": [
            {**RULE, "recoveryTypes": [], "source": ["*"]},
            {**RULE, "sources": ["rg-app"], "networks": None, "maxPointAge": "1 day"},
            {"name": "bad name"},
        ],
        "maxConcurrentRestores": 0,
        "approvalWithin": "P6D",
    }
    assert set(problems(wrong)) == {
        "$.rules[0].recoveryTypes",
        "$.rules[0].source",
        "$.rules[1].sources[0]",
        "$.rules[1].networks",
        "$.rules[1].maxPointAge",
        "$.rules[2].name",
        "$.rules[2].recoveryTypes",
        "$.rules[2].sources",
        "$.rules[2].targets",
        "$.maxConcurrentRestores",
        "$.approvalWithin",
    }
    assert problems(wrong)["$.rules[0].recoveryTypes"] == "must have 1 to 3 entries"


def test_what_only_the_whole_shows_is_said_too() -> None:
    wrong = {
        "rules": [RULE, {**RULE, "targets": [f"{OTHER}/rg", f"{OTHER}/resourceGroups/rg"]}],
        "restoresPerVmPerDay": 1,
    }
    assert set(problems(wrong)) == {
        "$.rules[1].name", "$.rules[1].targets[0]", "$.reservedForPeople",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["{", "[]", '{"rules": [], "rules": []}', "{} {}", ""])
def test_what_is_no_policy_at_all_is_said_so(text: str) -> None:
    assert "$" in problems(text) or "$.rules" in problems(text)


@pytest.mark.parametrize(
    "scope",
    [
        OTHER,
        f"{OTHER}/",
        f"{OTHER}/resourceGroups/rg-été",
        f"{OTHER}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net",
        f"{OTHER}/resourcegroups/rg/providers/Microsoft.Network/virtualNetworks/net/subnets/s",
        f"{OTHER}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm",
    ],
)
def test_scopes_are_arm_ids(scope: str) -> None:
    rules = policy_text.parse(json.dumps({"rules": [{**RULE, "sources": [scope]}]})).rules
    assert rules[0].sources == (scope,)


def test_a_look_alike_of_an_ascii_letter_makes_no_scope() -> None:
    odd = f"{OTHER}/resourceGroups/rg".replace("resource", "re\u017fource")
    assert problems({"rules": [{**RULE, "sources": [odd]}]}).keys() == {"$.rules[0].sources[0]"}


def test_the_published_schema_is_the_codes() -> None:
    assert json.loads(SCHEMA.read_text()) == json.loads(json.dumps(policy_text.schema()))


def test_the_networks_of_probes_are_networks_and_none_that_are_never_called() -> None:
    networks = ["10.2.0.0/16", "10.2.0.1/16", "300.1.1.1", "169.254.169.254", "fe80::/64", "::/0"]
    networks += ["168.63.129.16/31", "168.63.128.0/23", "0.0.0.0/0"]  # and more
    wrong = {"rules": [{**RULE, "probes": {"networks": networks, "ports": [443]}}]}
    found = problems(wrong)
    place = "$.rules[0].probes.networks"
    assert set(found) == {f"{place}[{number}]" for number in (1, 2, 3, 4)}
    assert found[f"{place}[3]"] == "is of no restored VM: such addresses are never called"


def test_the_parts_of_probes_are_checked_each_by_itself() -> None:
    probes = {"networks": ["10.2.*"], "ports": [0], "hosts": ["*.corp.test", "https://corp.test"]}
    place = "$.rules[0].probes"
    assert set(problems({"rules": [{**RULE, "probes": probes}]})) == {
        f"{place}.networks[0]",
        f"{place}.ports[0]",
        f"{place}.hosts[0]",
        f"{place}.hosts[1]",
    }


def test_a_rule_says_what_may_be_done_instead_and_a_rule_that_is_gone_says_nothing() -> None:
    rule = {**RULE, "name": "disks", "fallback": ["disks"]}
    policy = policy_text.parse(json.dumps({"rules": [RULE, rule]}))
    assert policy.fallback_of("disks") == ("disks",)
    for name in ("a", "b", "z", None):
        assert policy.fallback_of(name) == ()
    assert DEFAULT.fallback_of("default-new") == ()
    assert set(problems({"rules": [{**RULE, "fallback": ["again"]}]})) == {"$.rules[0].fallback[0]"}


@pytest.mark.parametrize(
    ("counts", "is_good"),
    [
        ({"restoresPerVmPerDay": 2}, True),
        ({"restoresPerVmPerDay": 1}, False),
        ({"reservedForPeople": 10}, True),
        ({"reservedForPeople": 11}, False),
        ({"restoresPerVmPerDay": 5, "reservedForPeople": 5}, True),
        ({"restoresPerVmPerDay": 5, "reservedForPeople": 6}, False),
    ],
)
def test_people_have_no_more_than_there_is(counts: dict[str, int], is_good: bool) -> None:
    text = {"rules": [RULE], **counts}
    if is_good:
        assert policy_text.parse(json.dumps(text)).rules[0].name == "a"
        return
    most = counts.get("restoresPerVmPerDay", 10)
    said = f"must not exceed restoresPerVmPerDay, which is {most}"
    assert problems(text) == {"$.reservedForPeople": said}


def test_what_a_rule_does_not_say_has_its_default() -> None:
    policy = policy_text.parse(json.dumps({"rules": [RULE]}))
    assert (policy.max_concurrent_restores, policy.restores_per_vm_per_day) == (20, 10)
    assert (policy.reserved_for_people, policy.approval_within_s) == (2, 4 * 3600)
    (rule,) = policy.rules
    assert (rule.approval, rule.probes, rule.networks, rule.max_point_age) == (False, *[None] * 3)
    assert rule.asked_by == ("http", "queue", "alert")
