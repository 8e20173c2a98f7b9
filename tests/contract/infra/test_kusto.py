"""Every query is right in the eyes of Microsoft's own parser, which knows the tables' columns."""

from functools import cache
from pathlib import Path

import pytest

from tests.contract.infra import kql
from tests.contract.infra.rules import INFRA

pytestmark = pytest.mark.skipif(
    not kql.PARSER.is_dir(), reason="@kusto/language-service-next is not here: run `make setup`"
)
DOCS = INFRA.parent / "docs"
WRONG = {
    "a column that no table has": "traces | where messag == 'x'",
    "a table that there is not": "trace | count",
    "a function that there is not": "traces | extend a = tostringg(message)",
    "an operator that there is not": "traces | summarise count()",
    "a column that was left behind": "traces | summarize by message | where timestamp > now()",
}


@cache
def told() -> dict[str, list[str]]:
    queries = {path.stem: kql.filled(path.read_text()) for path in kql.QUERIES}
    return kql.complaints(queries | WRONG | written())


def written() -> dict[str, str]:
    """The queries in documents."""
    found = {}
    for path in sorted(DOCS.glob("*.md")):
        for number, block in enumerate(path.read_text().split("```kusto\n")[1:]):
            found[f"{path.name} {number}"] = block.partition("```")[0]
    return found


@pytest.mark.parametrize("path", kql.QUERIES, ids=lambda path: path.stem)
def test_the_parser_has_nothing_against_a_query(path: Path) -> None:
    assert told()[path.stem] == []


@pytest.mark.parametrize("name", WRONG)
def test_the_parser_finds(name: str) -> None:
    assert told()[name] != []


def test_nor_against_one_in_a_document() -> None:
    assert written()
    assert {name: told()[name] for name in written() if told()[name]} == {}
