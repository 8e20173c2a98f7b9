"""Write docs/azure-support.md, what the app knows of Azure Backup: `python -m tools.azure_support`.

Every table is made of the one in the code that the app decides by; a test holds them in step.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from restore.plan import restrictions
from restore.values import api_versions
from simulated_azure import versions
from tools import azure_codes

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "azure-support.md"
_HEAD = """# What is known of Azure Backup

<!-- Written by `python -m tools.azure_support`: change the tables in the code, then run it. -->
"""
_DOES = {"blocking": "refuses", "warning": "warns", "info": "says so"}


class Section(NamedTuple):
    """A table with a heading and a few sentences; without rows it is left out."""

    heading: str
    text: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def _restrictions() -> Iterator[Sequence[str]]:
    for row in restrictions.TABLE:
        source = f"[{row.source.title}]({row.source.url})"
        code, path = f"`{row.code}`", f"`{row.path}`"
        yield code, row.rule, _DOES[row.severity], row.action, path, source, row.source.date


def _versions() -> Iterator[Sequence[str]]:
    notes = {each.version: each for each in api_versions.KNOWN}
    for version in sorted({*notes, *(first for first, _ in _firsts())}):
        new = ", ".join(f"`{name}`" for first, name in _firsts() if first == version)
        note = notes.get(version, api_versions.ApiVersion(version, "", ""))
        yield version, note.note, new, note.source


def _firsts() -> Iterator[tuple[str, str]]:
    """Each property with the first version that has it."""
    for definition, names in versions.SINCE.items():
        yield from ((first, f"{definition}.{name}") for name, first in names.items())


def _codes() -> Iterator[Sequence[str]]:
    yield from ((f"`{code}`", *cells) for code, *cells in azure_codes.rows())


SECTIONS = (
    Section(
        "Restrictions",
        "What Azure Backup does not restore, or not so. The plan says it as a finding with this "
        "code. A restore that meets one which the app refuses ends as Rejected before anything is "
        "sent. What could not be read restricts nothing: Azure decides. `of` is the date of the "
        "source's text.",
        ("code", "rule", "the app", "what to do", "field", "source", "of"),
        tuple(_restrictions()),
    ),
    Section(
        "Api-versions",
        f"`BACKUP_API_VERSION` is {api_versions.DEFAULT} by default. New in a version are the "
        "properties that the app or the simulated Azure uses, read off the models of "
        "azure-mgmt-recoveryservicesbackup.",
        ("version", "note", "new in it", "source"),
        tuple(_versions()),
    ),
    Section(
        "Error codes",
        "What an answer of Azure's with this code means, and what the app does.",
        azure_codes.HEADER,
        tuple(_codes()),
    ),
)


def document() -> str:
    """Return the whole document of today."""
    return "\n".join([_HEAD, *(markdown(each) for each in SECTIONS if each.rows)])


def markdown(section: Section) -> str:
    """Return a section with its table."""
    rows = [section.columns, ["---"] * len(section.columns), *section.rows]
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join([f"## {section.heading}", "", section.text, "", *lines, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
