"""docs/operating.md has a row for each code that people can meet, and for no other."""

import re

from tests import codes
from tools import azure_codes

TEXT = azure_codes.left_out(azure_codes.DOCUMENT.read_text(encoding="utf-8"))
"""Without the table of Azure's own codes, which is made of the table that the app decides by."""
_ROW = re.compile(r"^\| `([A-Z][A-Za-z]+)` \|", re.MULTILINE)


def test_every_code_has_a_row() -> None:
    known = codes.all_codes()
    assert len(known) > 80
    assert sorted(known - set(_ROW.findall(TEXT))) == []


def test_every_row_is_of_a_code() -> None:
    rows = set(_ROW.findall(TEXT))
    assert sorted(rows - codes.all_codes()) == []


def test_every_row_says_what_it_means() -> None:
    lines = [line for line in TEXT.splitlines() if _ROW.match(line)]
    assert all(cell.strip() for line in lines for cell in line.strip("|").split(" | "))
