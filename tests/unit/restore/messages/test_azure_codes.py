"""One table says what Azure's codes mean, and the documents say the same."""

import re

import pytest

from restore.messages import azure_codes, errors
from restore.messages.azure_codes import CODES, AzureCode
from tools import azure_codes as document


@pytest.mark.parametrize("row", CODES, ids=lambda row: row.code)
def test_every_row_says_what_it_means_and_where_it_is_from(row: AzureCode) -> None:
    assert row.advice.endswith(".")
    assert row.source
    assert re.fullmatch(r"20\d\d-\d\d", row.seen)
    passes = issubclass(row.kind, errors.TemporaryError)
    assert passes or not (row.wait_s or row.is_undecided), "what does not pass is not waited out"


@pytest.mark.parametrize("row", CODES, ids=lambda row: row.code)
def test_every_row_can_be_found(row: AzureCode) -> None:
    """No family in front of it takes its codes."""
    assert azure_codes.find(row.code.replace("*", "Some").upper()) is row


@pytest.mark.parametrize("code", [None, "", "SomethingNew", "HTTP 403", "Unreachable", "*", "[a"])
def test_an_unknown_code_means_nothing(code: str | None) -> None:
    assert azure_codes.find(code) is None


def test_the_document_has_the_table_of_today() -> None:
    """Else: python -m tools.azure_codes."""
    text = document.DOCUMENT.read_text(encoding="utf-8")
    assert document.put_into(text) == text
