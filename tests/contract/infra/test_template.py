"""The template as text: what it gives out, what changes by itself, what it can be told."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contract.infra.conftest import kept
from tests.contract.infra.rules import Json
from tools import bicep

needs_compiler = pytest.mark.skipif(bicep.find() is None, reason=bicep.MISSING)
_DEPLOYMENT = "Microsoft.Resources/deployments"
_SECRET_WORDS = re.compile(r"key|secret|password|sas|connectionstring|token", re.IGNORECASE)


def gives_no_secret_out(template: Json) -> Iterator[str]:
    """No output of any module is named like a secret, is secure, or asks for a key."""
    for each in _templates(template):
        for name, output in each.get("outputs", {}).items():
            value = json.dumps(output)
            if _SECRET_WORDS.search(name) or "secure" in output["type"].lower():
                yield f"output {name}"
            if re.search(r"\blist[A-Z]\w*\(|ConnectionString|InstrumentationKey|primaryKey", value):
                yield f"output {name}: {value}"


def asks_for_no_key(template: Json) -> Iterator[str]:
    """No function that hands out keys or SAS tokens."""
    yield from re.findall(r"\blist[A-Z]\w*\(", json.dumps(template))


def changes_not_by_itself(template: Json) -> Iterator[str]:
    """The same parameters make the same template."""
    yield from re.findall(r"\b(?:utcNow|newGuid)\(|\bdeployment\(\)\.name", json.dumps(template))


def explains_every_parameter(template: Json) -> Iterator[str]:
    """Each has a description."""
    for name, parameter in template["parameters"].items():
        if not parameter.get("metadata", {}).get("description", "").endswith("."):
            yield f"{name} is not explained"


def needs_only_what_nobody_can_guess(template: Json) -> Iterator[str]:
    """Everything but the environment's name and its place has a default."""
    without = {name for name, each in template["parameters"].items() if "defaultValue" not in each}
    if without != {"environmentName", "location"}:
        yield f"no default: {sorted(without)}"


RULES = (
    gives_no_secret_out,
    asks_for_no_key,
    changes_not_by_itself,
    explains_every_parameter,
    needs_only_what_nobody_can_guess,
)


def _output(name: str, value: str, kind: str = "string") -> Callable[[Json], Any]:
    def plant(template: Json) -> None:
        nested = template["resources"]["storage"]["properties"]["template"]
        nested["outputs"][name] = {"type": kind, "value": value}

    return plant


def _parameter(name: str, **body: Any) -> Callable[[Json], Any]:
    return lambda template: template["parameters"].update({name: {"type": "string", **body}})


_EXPLAINED = {"metadata": {"description": "Explained."}}
PLANTED: list[tuple[Callable[[Json], Iterator[str]], Callable[[Json], Any]]] = [
    (gives_no_secret_out, _output("accountKey", "x")),
    (gives_no_secret_out, _output("address", "[listKeys('st', '2024-01-01').keys[0].value]")),
    (gives_no_secret_out, _output("address", "[reference('component').ConnectionString]")),
    (gives_no_secret_out, _output("address", "x", "securestring")),
    (asks_for_no_key, _output("address", "[listAccountSas('st', '2024-01-01', x).sas]")),
    (changes_not_by_itself, _parameter("now", defaultValue="[utcNow()]", **_EXPLAINED)),
    (changes_not_by_itself, _parameter("id", defaultValue="[newGuid()]", **_EXPLAINED)),
    (changes_not_by_itself, _parameter("id", defaultValue="[deployment().name]", **_EXPLAINED)),
    (explains_every_parameter, _parameter("riddle", defaultValue="")),
    (needs_only_what_nobody_can_guess, _parameter("more", **_EXPLAINED)),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_every_rule(
    rule: Callable[[Json], Iterator[str]], template: Json
) -> None:
    assert [*rule(template)] == []


@pytest.mark.parametrize("index", range(len(PLANTED)))
def test_a_fault_in_the_template_is_seen(index: int, template: Json) -> None:
    rule, plant = PLANTED[index]
    planted = copy.deepcopy(template)
    plant(planted)
    assert [*rule(planted)]


def test_every_rule_has_a_fault() -> None:
    assert {rule for rule, _ in PLANTED} == {*RULES}


WRONG = [
    ("VAULT_IDS", "/subscriptions/x/resourceGroups/y/providers/Microsoft.Web/a/z", "vaultIds"),
    ("TARGET_GROUP_IDS", "rg-restored", "targetGroupIds"),
    ("SEARCH_SUBSCRIPTION_IDS", "prod", "searchSubscriptionIds"),
    ("RESTORE_RECONCILE_S", "4", "RESTORE_RECONCILE_S"),
]


@needs_compiler
@pytest.mark.parametrize(("variable", "value", "named"), WRONG)
def test_what_cannot_be_is_refused_and_named(variable: str, value: str, named: str) -> None:
    with pytest.raises(bicep.BicepFailed, match=named):
        bicep.snapshot(bicep.inputs("default") | {variable: value})


@needs_compiler
def test_a_list_may_have_blanks() -> None:
    spaced = bicep.inputs("everything")
    spaced["VAULT_IDS"] = spaced["VAULT_IDS"].replace(",", " , ") + ","
    assert bicep.snapshot(spaced) == kept("everything")


@needs_compiler
def test_the_compiler_has_nothing_to_say() -> None:
    assert [*bicep.problems()] == []


def _templates(template: Json) -> Iterator[Json]:
    yield template
    resources = template["resources"]
    for body in resources.values() if isinstance(resources, dict) else resources:
        if body["type"] == _DEPLOYMENT:
            yield from _templates(body["properties"]["template"])
