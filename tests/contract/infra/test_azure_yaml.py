"""azure.yaml: what azd is told. AZD_SCHEMA=/path names azd's own schema (azure.yaml.json of its
repository, schemas/v1.0), which is not part of this project."""

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.contract.infra import rules
from tests.contract.infra.conftest import kept
from tests.contract.infra.rules import INFRA, Json
from tests.locks import PYTHONS
from tools import package

FILE: Json = yaml.safe_load((INFRA.parent / "azure.yaml").read_text())

HOOK: Json = {
    "type": "object",
    "required": ["shell", "run"],
    "additionalProperties": False,
    "properties": {
        "shell": {"enum": ["sh", "pwsh"]},
        "run": {"type": "string", "pattern": r"^py(thon3)? -m tools\.package$"},
    },
}

BY_SYSTEM: Json = {
    "type": "object",
    "required": ["posix", "windows"],
    "additionalProperties": False,
    "properties": {"posix": HOOK, "windows": HOOK},
}

OURS: Json = {
    "type": "object",
    "required": ["name", "requiredVersions", "infra", "services"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"},
        "requiredVersions": {
            "type": "object",
            "required": ["azd"],
            "additionalProperties": False,
            "properties": {"azd": {"type": "string"}},
        },
        "infra": {
            "type": "object",
            "required": ["provider", "path", "module"],
            "additionalProperties": False,
            "properties": {
                "provider": {"const": "bicep"},
                "path": {"const": "infra"},
                "module": {"const": "main"},
            },
        },
        "services": {
            "type": "object",
            "required": ["api"],
            "additionalProperties": False,
            "properties": {
                "api": {
                    "type": "object",
                    "required": ["project", "language", "host", "dist", "remoteBuild", "hooks"],
                    "additionalProperties": False,
                    "properties": {
                        "project": {"const": "."},
                        "language": {"const": "python"},
                        "host": {"const": "function"},
                        "dist": {"const": "dist/package"},
                        "remoteBuild": {"const": False},
                        "hooks": {
                            "type": "object",
                            "required": ["prepackage"],
                            "additionalProperties": False,
                            "properties": {"prepackage": BY_SYSTEM},
                        },
                    },
                }
            },
        },
    },
}
"""What of azd's schema is used here; nothing else may stand in the file without being added."""

WRONG: list[tuple[str, Any]] = [
    ("name", "Azure VM Restore"),
    ("requiredVersions", {}),
    ("infra", {"provider": "terraform", "path": "infra", "module": "main"}),
    ("services", {}),
    ("services", {"api": {"project": ".", "language": "python"}}),
    ("services", {"api": FILE["services"]["api"] | {"remoteBuild": True}}),
    ("services", {"api": FILE["services"]["api"] | {"hooks": {}}}),
    ("hoooks", {}),
]


def test_it_holds_to_what_is_used_of_azds_schema() -> None:
    jsonschema.validate(FILE, OURS)


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_a_fault_in_it_is_seen(key: str, value: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(FILE | {key: value}, OURS)


@pytest.mark.skipif("AZD_SCHEMA" not in os.environ, reason="AZD_SCHEMA names no schema of azd's")
def test_it_holds_to_azds_own_schema() -> None:
    schema = json.loads(Path(os.environ["AZD_SCHEMA"]).read_text())
    jsonschema.validate(FILE, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(FILE | {"name": "Azure VM Restore"}, schema)


def test_azd_deletes_no_group_that_it_did_not_make() -> None:
    """Before 1.24.1 `azd down` took every group that the deployment touched for its own."""
    sign, _, version = FILE["requiredVersions"]["azd"].partition(" ")
    assert sign == ">="
    assert tuple(int(part) for part in version.split(".")) >= (1, 24, 1)


def test_azd_finds_the_app_by_its_service(picture: str) -> None:
    (site,) = rules.of_kind(kept(picture)["predictedResources"], "Microsoft.Web/sites")
    assert [site["tags"]["azd-service-name"]] == [*FILE["services"]]


def test_the_hook_builds_the_folder_that_is_deployed() -> None:
    service = FILE["services"]["api"]
    assert INFRA.parent / service["project"] / service["dist"] == package.FOLDER


def test_what_is_built_is_for_the_plans_python() -> None:
    parameters = (INFRA / "main.bicepparam").read_text()
    (default,) = re.findall(
        r"readEnvironmentVariable\('APP_PYTHON_VERSION', '([\d.]+)'\)", parameters
    )
    assert default == package.PYTHON_DEFAULT
    (allowed,) = re.findall(r"@allowed\((\[.*\])\)\nparam pythonVersion", _template())
    assert re.findall(r"'([\d.]+)'", allowed) == [*PYTHONS]


def test_its_module_is_there() -> None:
    folder, name = FILE["infra"]["path"], FILE["infra"]["module"]
    assert (INFRA.parent / folder / f"{name}.bicep").exists()
    assert (INFRA.parent / folder / f"{name}.bicepparam").exists()


def _template() -> str:
    return (INFRA / "main.bicep").read_text()
