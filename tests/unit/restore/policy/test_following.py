"""Who may restore a VM may follow a restore of it, and nobody else."""

from typing import Any

import pytest

from restore.messages.errors import PolicyRefused
from restore.messages.model import ProtectedItem
from restore.policy import following
from restore.policy.rules import Policy, Rule
from tests.end_to_end.harness import SUBSCRIPTION, VAULT, vm

OTHER = "/subscriptions/00000000-0000-0000-0000-000000000002"
ITEM = ProtectedItem(
    id="/i", vault_id=VAULT, container_name="c", name="n", source_resource_id=vm(),
    region="westeurope", protection_state="Protected",
)  # fmt: skip


def rule(name: str, **fields: Any) -> Rule:
    plain: dict[str, Any] = {"recovery_types": (), "sources": ("*",), "targets": ()}
    return Rule(name=name, **plain | fields)


def refusal(*rules: Rule, source: str = "http") -> PolicyRefused:
    with pytest.raises(PolicyRefused) as caught:
        following.judge(Policy(rules=rules), ITEM, source)
    return caught.value


def test_the_first_rule_for_the_vm_and_the_asker_allows_it() -> None:
    rules = (
        rule("elsewhere", sources=(OTHER,)),
        rule("by queue", asked_by=("queue",)),
        rule("one", asked_by=("http",)),
        rule("two"),
    )
    assert following.judge(Policy(rules=rules), ITEM, "http") == "one"


def test_each_rule_says_why_it_does_not_allow_it() -> None:
    error = refusal(
        rule("elsewhere", sources=(OTHER,)),
        rule("by others", asked_by=("queue", "alert")),
        rule("by nobody", sources=(OTHER,), asked_by=()),
    )
    told = [(problem.path, problem.message) for problem in error.problems]
    assert told == [
        ("$.vaultId", f"the rule 'elsewhere' allows VMs under {OTHER} only"),
        ("$", "the rule 'by others' allows requests by queue, alert only"),
        ("$.vaultId", f"the rule 'by nobody' allows VMs under {OTHER} only"),
        ("$", "the rule 'by nobody' allows requests by nobody only"),
    ]
    assert all(message in error.message for _, message in told)
    assert error.doing == "judge the adoption by the policy"


def test_the_text_names_five_reasons_at_most() -> None:
    error = refusal(*(rule(f"r{number}", sources=(SUBSCRIPTION[:-1],)) for number in range(7)))
    assert len(error.problems) == 7
    assert "'r4'" in error.message
    assert "'r5'" not in error.message


def test_a_policy_without_a_rule_allows_nothing() -> None:
    error = refusal()
    assert [problem.message for problem in error.problems] == ["the policy has no rule"]
    assert [problem.path for problem in error.problems] == ["$"]
