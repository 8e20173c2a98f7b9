"""The queries in infra/queries: each is used, and asks for nothing that does not exist."""

import re
from pathlib import Path

import pytest

from restore.messages import names
from restore.messages.log_line import MARK, SCHEMA
from tests.contract.infra import rules
from tests.contract.infra.conftest import kept
from tests.contract.infra.kql import OURS, QUERIES
from tests.contract.infra.rules import INFRA
from tools.tidy.source import project_files

CODE = [source for source in project_files(INFRA.parent) if source.is_shipped and source.is_python]


def used() -> set[str]:
    """Every query that an alert or the workbook holds."""
    made = kept("default")["predictedResources"]
    alerts = {
        test["query"]
        for rule in rules.of_kind(made, "Microsoft.Insights/scheduledQueryRules")
        for test in rule["properties"]["criteria"]["allOf"]
    }
    (workbook,) = rules.of_kind(made, "Microsoft.Insights/workbooks")
    items = workbook["properties"]["serializedData"]["items"]
    return alerts | {item["content"]["query"] for item in items if item["type"] == 3}


def is_from(path: Path, query: str) -> bool:
    """Whether a query is this file's, with minutes put in or not."""
    whole = re.escape(path.read_text()).replace(re.escape("{Minutes}"), r"(?:\d+|\{Minutes\})")
    return re.fullmatch(whole, query) is not None


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_is_used_by_an_alert_or_the_workbook(path: Path) -> None:
    assert any(is_from(path, query) for query in used())


def test_nothing_is_asked_that_is_not_a_file_here() -> None:
    assert [query for query in used() if not any(is_from(path, query) for path in QUERIES)] == []


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_says_first_what_it_is_for(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    assert first.startswith("// ")
    assert first.endswith(".")


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_asks_only_for_what_is_written_today(path: Path) -> None:
    """The app's own lines, and tables that the host and the storage account fill by themselves."""
    text = path.read_text()
    begins = r"^(?:let lines = |union )?([A-Za-z]+(?:, [A-Za-z]+)*)$"
    tables = set(re.findall(begins, text, re.MULTILINE)) - {"lines"}
    found = {name for each in tables for name in each.split(", ")}
    storage = {"StorageBlobLogs", "StorageQueueLogs", "StorageTableLogs"}
    assert found
    assert found <= {"traces", "requests", "exceptions"} | storage
    assert ("traces" in found) == (OURS in text), "whose lines it reads is said first"


def test_the_functions_and_names_that_queries_mention_exist() -> None:
    text = "".join(path.read_text() for path in QUERIES)
    functions = set(re.findall(r"\bname == '(\w+)'", text))
    assert all(any(f"def {name}(" in source.text for source in CODE) for name in functions)
    assert f"'/{names.LEDGER_CONTAINER}'" in text
    assert f"""startswith '{{"{MARK}":{SCHEMA},'""" == OURS


def test_the_workbook_is_what_the_portal_reads() -> None:
    (workbook,) = rules.of_kind(
        kept("everything")["predictedResources"], "Microsoft.Insights/workbooks"
    )
    data = workbook["properties"]["serializedData"]
    assert data["version"] == "Notebook/1.0"
    parameters, *sections = data["items"]
    offered = {each["name"] for each in parameters["content"]["parameters"]}
    queries = "".join(each["content"]["query"] for each in sections)
    asked = set(re.findall(r"\{(\w+)\}", queries))
    assert asked <= offered
    for section in sections:
        assert section["content"]["timeContextFromParameter"] in offered
        (resource,) = section["content"]["crossComponentResources"]
        assert section["content"]["resourceType"] in resource.lower()
