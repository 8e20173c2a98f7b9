"""docs/log.md tells what the code does."""

import re

from restore.messages.log_events import EVENTS
from tools import log_table
from tools.tidy.source import project_files


def test_the_document_is_todays() -> None:
    text = log_table.DOCUMENT.read_text(encoding="utf-8")
    assert log_table.document() == text, "run python -m tools.log_table"


def test_every_kind_of_line_is_written_somewhere() -> None:
    root = log_table.DOCUMENT.parents[1]
    table = root / "restore" / "messages" / "log_events.py"
    shipped = [source for source in project_files(root) if source.is_shipped and source.is_python]
    code = "".join(source.text for source in shipped if root / source.path != table)
    written = set(re.findall(r'(?:event=|_tell\(|_line\()"([a-z-]+)"', code))
    assert set(EVENTS) <= written
