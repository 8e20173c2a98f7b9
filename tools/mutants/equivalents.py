"""The faults that change nothing anyone can observe: equivalent.toml."""

import tomllib
from pathlib import Path

from tools.mutants.faults import Change

_FIELDS = {"file", "before", "after", "reason"}


def known(listed: Path, root: Path) -> set[tuple[str, Change]]:
    """Return them by file and change.

    Raises ValueError for an entry that is incomplete or whose line is no longer in its file.
    """
    entries = tomllib.loads(listed.read_text(encoding="utf-8")).get("equivalent", [])
    found = set()
    for entry in entries:
        if set(entry) != _FIELDS or not entry["reason"].strip():
            raise ValueError(f"{listed.name}: an entry needs {sorted(_FIELDS)}: {entry}")
        path = root / entry["file"]
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if entry["before"] not in {line.strip() for line in lines}:
            raise ValueError(f"{listed.name}: {entry['file']} has no line {entry['before']!r}")
        found.add((entry["file"], Change(entry["before"], entry["after"])))
    return found
