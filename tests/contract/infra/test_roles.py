"""Who gets which role where: as the parameters say, and as the documents tell."""

import re
from pathlib import Path

from tests.contract.infra import rules
from tests.contract.infra.conftest import kept
from tests.contract.infra.rules import INFRA, ROLES

DOCS = INFRA.parent / "docs"
NAMES = {guid: name for name, guid in ROLES.items()}
AT = {
    "rg-app": "Virtual Machine Contributor",
    "rg-restored": "Contributor",
    "ststaging": "Storage Account Contributor",
    "teams": "Key Vault Secrets User",
    "vault-west": "custom",
    "vault-east": "custom",
    "00000000-0000-0000-0000-000000000003": "custom",
    "restore-requests": "Storage Queue Data Message Sender",
    "restore-alerts": "Storage Queue Data Message Sender",
    "restore-events": "Storage Queue Data Message Processor",
}
"""The picture `everything`: each of its scopes, and the role there."""
OWN = {
    "EventGrid Data Sender",
    "Monitoring Metrics Publisher",
    "Storage Blob Data Owner",
    "Storage Queue Data Contributor",
    "Storage Table Data Contributor",
}
"""What the app's identity has on what is made for it."""


def _given(picture: str) -> list[tuple[str, str]]:
    made = kept(picture)["predictedResources"]
    found = []
    for each in rules.of_kind(made, "Microsoft.Authorization/roleAssignments"):
        scope = re.split(r"'?,? ?'?/?(?:providers/)?Microsoft.Authorization/roleA", each["id"])[0]
        found.append((re.split(r"[/',]+", scope)[-1].strip(), rules.role_of(each)))
    return found


def test_each_scope_has_the_role_that_its_parameter_promises() -> None:
    foreign = {
        scope: NAMES.get(role, "custom") for scope, role in _given("everything") if scope in AT
    }
    assert foreign == AT


def test_all_other_roles_are_on_what_is_made() -> None:
    own = {NAMES[role] for scope, role in _given("everything") if scope not in AT}
    assert own == OWN


def test_without_scopes_no_role_is_given_outside() -> None:
    assert {NAMES[role] for _, role in _given("default")} == OWN - {"EventGrid Data Sender"}


def test_every_known_role_is_used_and_explained() -> None:
    assert {*ROLES} == OWN | {*AT.values()} - {"custom"}
    told = (INFRA / "README.md").read_text() + (DOCS / "security.md").read_text()
    assert [name for name in ROLES if name not in told] == []


def test_what_a_restore_needs_beside_the_custom_role_can_be_given() -> None:
    """The table of infra/README.md; the vault's own identity is the vault's owner's."""
    text = (INFRA / "README.md").read_text()
    _, _, table = text.partition("## What the restore needs beside it")
    rows = re.findall(r"^\|(.*?)\| ((?:[A-Z][\w ]+ )?Contributor)\b.*\|$", table, re.MULTILINE)
    needed = {role.strip() for restore, role in rows if "identityInfo" not in restore}
    assert needed == {"Contributor", "Virtual Machine Contributor", "Storage Account Contributor"}
    assert needed <= {*AT.values()}


def test_the_roles_ids_are_not_said_twice() -> None:
    modules = [*(INFRA / "modules").glob("*.bicep"), INFRA / "main.bicep"]
    assert not [path for path in modules if _guids(path)]


def _guids(path: Path) -> list[str]:
    return re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", path.read_text())
