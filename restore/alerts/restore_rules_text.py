"""From JSON text to RestoreRules, or to everything that is wrong with it, each with its JSON path.

Each template is tried on a VM that is made up, so that a field that no request has, or an id that
is none, is found at start and not in the night. The text comes from a setting or a file; reading it
is not this room's business.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from restore.alerts import recognising, templates
from restore.alerts.restore_rules import RestoreRules, Template
from restore.messages.errors import InvalidRequest
from restore.policy import policy_text, rules
from restore.request import documents, json_text, validation
from restore.request.documents import InvalidDocument
from restore.values.arm_ids import lower_ascii
from restore.values.problem import Problem
from restore.values.times import seconds_of

BYTES_MAX = 256 * 1024
"""A file; an app setting holds less."""

_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_NOBODYS = "00000000-0000-0000-0000-000000000000"
_LISTS = ("rules", "templates", "mappings")


class InvalidRestoreRules(InvalidDocument):
    """.problems says everything that is wrong with the rules."""


def parse(text: str) -> RestoreRules:
    """Read the rules. Raises InvalidRestoreRules."""
    try:
        value = json_text.json_of(text, BYTES_MAX)
    except InvalidRequest as error:
        raise InvalidRestoreRules(error.problems) from None
    if isinstance(value, dict):
        value.pop("$schema", None)  # for editors
    problems = tuple(validation.problems_of(value, RestoreRules)) or tuple(_between(value))
    if problems:
        raise InvalidRestoreRules(problems)
    return RestoreRules.from_json(value)


def schema() -> dict[str, Any]:
    """Return the JSON Schema that is published as docs/rules.schema.json."""
    return documents.published(RestoreRules)


def _between(value: dict[str, Any]) -> Iterator[Problem]:
    """Say what a shape cannot."""
    for field in _LISTS:
        yield from _named_once(value.get(field, []), f"$.{field}")
    for index, mapping in enumerate(value.get("mappings", [])):
        if lower_ascii(mapping["name"]) in recognising.OWN_NAMES:
            text = "is the name of senders that the app knows by itself; take another one"
            yield Problem(path=f"$.mappings[{index}].name", message=text)
    for index, template in enumerate(value.get("templates", [])):
        yield from _of_template(template, f"$.templates[{index}]")
    known = {template["name"] for template in value.get("templates", [])}
    for index, rule in enumerate(value.get("rules", [])):
        path = f"$.rules[{index}]"
        if rule["template"] not in known:
            yield Problem(path=f"{path}.template", message="names no template of this file")
        for place, scope in enumerate(rule["when"].get("targets") or []):
            if scope == rules.VAULT_SUBSCRIPTION or not policy_text.is_scope(scope):
                text = "must be *, or the ARM id of a subscription or of a resource in one"
                yield Problem(path=f"{path}.when.targets[{place}]", message=text)


def _named_once(listed: list[dict[str, Any]], path: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, each in enumerate(listed):
        if each["name"] in seen:
            text = "is already the name of another one"
            yield Problem(path=f"{path}[{index}].name", message=text)
        seen.add(each["name"])


def _of_template(template: dict[str, Any], path: str) -> Iterator[Problem]:
    inside, restore = f"{path}.restore", template["restore"]
    found = [
        Problem(
            path=validation.path_to(inside, name), message="is given by the alert; leave it out"
        )
        for name in templates.GIVEN
        if name in restore
    ]
    found += templates.problems_of(restore, inside)
    point = Template.from_json(template).point
    if seconds_of(point.max_age) <= seconds_of(point.before):
        found.append(Problem(path=f"{path}.point.maxAge", message="must be longer than before"))
    yield from found or _tried(Template.from_json(template), inside)


def _tried(template: Template, path: str) -> Sequence[Problem]:
    """Say what would be wrong with the request that the template makes. The VM may be in any of the
    subscriptions that the template names: that counts in which the least is wrong."""
    named = dict.fromkeys(_GUID.findall(str(template.restore)))
    return min((_of_a_vm_in(each, template, path) for each in named or (_NOBODYS,)), key=len)


def _of_a_vm_in(subscription: str, template: Template, path: str) -> Sequence[Problem]:
    vm_id = (
        f"/subscriptions/{subscription}/resourceGroups/rg-1/providers"
        "/Microsoft.Compute/virtualMachines/vm-1"
    )
    try:
        templates.request_of(template, vm_id, templates.ANY_TIME, "tried")
    except InvalidRequest as error:
        return [
            Problem(path=path + problem.path.removeprefix("$"), message=problem.message)
            for problem in error.problems
        ]
    return ()
