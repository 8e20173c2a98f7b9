"""From JSON text to a Policy, or to everything that is wrong with it, each with its JSON path.

The text comes from a setting or a file; reading it is not this room's business.
"""

import re
from collections.abc import Iterator
from typing import Any

from restore.messages.errors import InvalidRequest
from restore.policy import rules
from restore.policy.rules import Policy
from restore.request import documents, json_text, validation
from restore.request.documents import InvalidDocument
from restore.values.arm_ids import lower_ascii
from restore.values.problem import Problem

_NAME = r"[^\s/\\?#%&<>:\"'*]{1,260}"
_SCOPE = re.compile(
    r"/subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    rf"(/resourcegroups/{_NAME}(/providers/{_NAME}(/{_NAME}/{_NAME})+)?)?/?"
)
"""Of a text in lower case."""
_SCOPED = ("sources", "targets", "networks")


class InvalidPolicy(InvalidDocument):
    """.problems says everything that is wrong with a policy."""


def parse(text: str) -> Policy:
    """Read a policy. Raises InvalidPolicy."""
    try:
        value = json_text.json_of(text)
    except InvalidRequest as error:
        raise InvalidPolicy(error.problems) from None
    if isinstance(value, dict):
        value.pop("$schema", None)  # for editors
    problems = tuple(validation.problems_of(value, Policy)) or tuple(_between(value))
    if problems:
        raise InvalidPolicy(problems)
    return Policy.from_json(value)


def schema() -> dict[str, Any]:
    """Return the JSON Schema that is published as docs/policy.schema.json."""
    return documents.published(Policy)


def is_scope(text: str) -> bool:
    """Whether a text is a scope: a word for one, or the id of what it covers."""
    is_word = text in (rules.ANYWHERE, rules.VAULT_SUBSCRIPTION)
    return is_word or _SCOPE.fullmatch(lower_ascii(text)) is not None


def _between(value: dict[str, Any]) -> Iterator[Problem]:
    """Say what a shape cannot: names that are used twice, ids that are none, counts that clash."""
    names: set[str] = set()
    for index, rule in enumerate(value["rules"]):
        path = f"$.rules[{index}]"
        if rule["name"] in names:
            yield Problem(path=f"{path}.name", message="is already the name of another rule")
        names.add(rule["name"])
        for field in _SCOPED:
            for place, scope in enumerate(rule.get(field) or ()):
                if not is_scope(scope):
                    text = "must be the ARM id of a subscription or of a resource in one"
                    yield Problem(path=f"{path}.{field}[{place}]", message=text)
        for place, text in _networks(rule.get("probes")):
            yield Problem(path=f"{path}.probes.networks[{place}]", message=text)
    per_day = value.get("restoresPerVmPerDay", rules.DEFAULT.restores_per_vm_per_day)
    if value.get("reservedForPeople", rules.DEFAULT.reserved_for_people) > per_day:
        text = f"must not exceed restoresPerVmPerDay, which is {per_day}"
        yield Problem(path="$.reservedForPeople", message=text)


def _networks(probes: dict[str, Any] | None) -> Iterator[tuple[int, str]]:
    if probes is not None:
        from restore.policy import probe_rules  # most policies allow none

        yield from probe_rules.network_problems(rules.Probes.from_json(probes))
