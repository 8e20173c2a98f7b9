"""docs/architecture.md names files that exist, in a glossary that stays short."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "architecture.md").read_text()
_NAMED = re.compile(r"`([\w./]+(?:/|\.(?:py|json|md)))`")
_DRAWN = re.compile(r"(?<![\w/])((?:[a-z_]+/)*[a-z_]+\.py)")
_ROOMS = ("triggers", "orchestrators", "activities", "storage", "arm", "restore/start")
_GLOSSARY_MAX = 30


def test_every_path_that_it_names_exists() -> None:
    named = _NAMED.findall(TEXT)
    assert len(named) > 30
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_file_in_its_drawing_exists_in_one_room() -> None:
    drawing = TEXT.partition("```mermaid")[2].partition("```")[0]
    drawn = set(_DRAWN.findall(drawing))
    assert len(drawn) > 25
    missing = [
        path for path in drawn if not any((ROOT / room / path).exists() for room in ("", *_ROOMS))
    ]
    assert missing == []


def test_its_glossary_is_short() -> None:
    rows = TEXT.partition("## Glossary")[2].strip().splitlines()[2:]
    assert 0 < len(rows) <= _GLOSSARY_MAX
