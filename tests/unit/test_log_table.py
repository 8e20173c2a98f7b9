"""docs/log.md tells what the code does."""

from tools import log_table


def test_the_document_is_todays() -> None:
    text = log_table.DOCUMENT.read_text(encoding="utf-8")
    assert log_table.document() == text, "run python -m tools.log_table"
