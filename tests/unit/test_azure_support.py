"""docs/azure-support.md is what the code knows, and nothing else."""

import pytest

from restore.plan import restrictions
from restore.plan.traits import Restriction
from restore.values import api_versions
from simulated_azure import versions
from tools import azure_support
from tools.azure_support import Section

TEXT = azure_support.DOCUMENT.read_text(encoding="utf-8")


def test_the_document_is_that_of_today() -> None:
    assert azure_support.document() == TEXT, "run python -m tools.azure_support"


@pytest.mark.parametrize("row", restrictions.TABLE, ids=lambda row: row.code)
def test_every_restriction_is_told_with_its_source_and_date(row: Restriction) -> None:
    (line,) = [each for each in TEXT.splitlines() if f"| {row.rule} |" in each]
    for told in (f"`{row.code}`", row.action, row.source.url, row.source.date):
        assert told in line


def test_every_version_and_property_that_is_known_is_told() -> None:
    for each in api_versions.KNOWN:
        assert f"| {each.version} | {each.note} |" in TEXT
    for definition, names in versions.SINCE.items():
        for name in names:
            assert f"`{definition}.{name}`" in TEXT


def test_a_section_is_told_once_it_has_rows() -> None:
    headings = [line for line in TEXT.splitlines() if line.startswith("## ")]
    assert headings == [f"## {each.heading}" for each in azure_support.SECTIONS if each.rows]
    told = azure_support.markdown(Section("Odd", "Words.", ("a", "b"), [("x|y", "z\n1")]))
    assert told == "## Odd\n\nWords.\n\n| a | b |\n| --- | --- |\n| x\\|y | z 1 |\n"
