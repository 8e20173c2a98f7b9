"""Microsoft's own description of Azure Backup: no part of this repository, read where it exists.

AZURE_BACKUP_SPEC names the folder; the default is ../shared/spec beside the repository. It holds
files of the public repository Azure/azure-rest-api-specs, one folder for each api-version, and in
`observed` answers that were seen. Tests that read it are marked `spec`. Without the folder they
skip and name it. A file that is missing from the folder fails them.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "spec"
SPEC = Path(os.environ.get("AZURE_BACKUP_SPEC") or _BESIDE)


def read(path: str, folder: Path = SPEC) -> Any:
    """The JSON in one of the folder's files; skips the test where there is no folder."""
    return json.loads(read_text(path, folder))


def read_text(path: str, folder: Path = SPEC) -> str:
    """The text of one of the folder's files; skips the test where there is no folder."""
    if not folder.is_dir():
        pytest.skip(f"needs the folder {folder}; AZURE_BACKUP_SPEC is {SPEC}")
    return (folder / path).read_text(encoding="utf-8")


class SpecTold:
    """A plugin: the last lines of a run tell how many tests read the folder."""

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell one line, if there were any."""
        line = told(terminalreporter.stats)
        if line:
            terminalreporter.write_line(line)


def told(stats: Mapping[str, Sequence[Any]]) -> str:
    """Say how the tests marked `spec` ended, from pytest's reports by outcome."""
    counts = {
        outcome: sum("spec" in getattr(one, "keywords", ()) for one in stats.get(outcome, ()))
        for outcome in ("passed", "failed", "error", "skipped")
    }
    ended = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
    return f"on {SPEC}: {ended}" if ended else ""
