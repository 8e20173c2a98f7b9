"""Texts that are not what they should be: what a shell, a tool or a clipboard has done to them.

A hint names what is seen and never repeats the text, for that can be anything, a secret too.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
"""Characters that Python calls printable and nobody sees: Unicode's Default_Ignorable_Code_Point
among letters and marks, and the empty pattern of Braille."""
POWERSHELL = r"\A@\{|\ASystem\.[A-Z]"
PLACEHOLDER = r"\{\{|\$\{|\$\("
_GUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


class Habit(NamedTuple):
    """A form that texts have, and what is said of it."""

    name: str
    pattern: str
    hint: str


NO_VALUE = Habit(
    "no value", r"\A\s*(?:None|null|undefined)?\s*\Z", "it is empty: nobody has set it"
)
OF_TEXTS = (
    Habit("quotes", r"""\A(['"`]).*\1\Z""", "it stands in quotes: leave them out"),
    Habit("a placeholder", PLACEHOLDER, "it holds a placeholder that nothing has filled in"),
)
OF_IDS = (
    *OF_TEXTS,
    NO_VALUE,
    Habit("Git Bash", r"(?i)\A[a-z]:[/\\].*[/\\]subscriptions[/\\]",
          "Git Bash has made a path of it: set MSYS_NO_PATHCONV=1"),
    Habit("a placeholder in an id", r"@\{|<[^<>]*>|%[A-Za-z_]+%", OF_TEXTS[1].hint),
    Habit("the portal's address", r"(?i)\Ahttps?://(?:portal|ms\.portal)\.",
          "it is an address of the portal: the id begins with /subscriptions/"),
    Habit("a URL", r"(?i)\Ahttps?:", "it is a URL: the id begins with /subscriptions/"),
    Habit("URL encoding", r"%[0-9A-Fa-f]{2}", "it is URL-encoded: send it as it reads"),
    Habit("JSON", r"\A\s*[\[{]", "it is JSON in a text: send the id alone"),
    Habit("backslashes", r"\\", "it has backslashes: an id has slashes"),
    Habit("several", r"[\s,;]/subscriptions/", "it is several ids: send one"),
    Habit("no slash before", r"(?i)\Asubscriptions/", "it must begin with a slash"),
    Habit("a blank", r"\s", "it has a blank inside"),
    Habit("two slashes", r"//", "it has an empty name between two slashes"),
    Habit("a slash behind", r"/\Z", "it ends in a slash: leave that out"),
    Habit("the subscription's name", rf"(?i)\A/subscriptions/(?!{_GUID}(?:/|\Z))",
          "a subscription is named by its GUID"),
)  # fmt: skip


OF_VALUES = (
    *OF_TEXTS,
    NO_VALUE,
    Habit("a PowerShell object", POWERSHELL,
          "it is PowerShell's text of an object: use ConvertTo-Json -Depth 10"),
    Habit("JSON", r"\A\s*[\[{]", "it is JSON in a text: send it without the quotes around it"),
    Habit("a word", r"(?i)\A\s*(?:true|false|[0-9]{1,9})\s*\Z", "send it without quotes"),
)  # fmt: skip
_PARAMETER = "it is a template's parameter: send what stands in its value"


def text_hint(text: str, habits: Iterable[Habit] = OF_TEXTS) -> str | None:
    """Say what has become of a text; None if no habit is seen."""
    seen = (habit.hint for habit in habits if re.search(habit.pattern, text))
    return unseen_hint(text) or next(seen, None)


def id_hint(text: str) -> str | None:
    """Say what has become of an id that is none; None if no habit is seen."""
    return text_hint(text, OF_IDS)


def hint(value: Any) -> str | None:
    """Say what has become of a value that is not what its field wants; None if no habit is seen."""
    if isinstance(value, dict):
        return _PARAMETER if list(value) == ["value"] else None
    return text_hint(value, OF_VALUES) if isinstance(value, str) else None


def plain_spelling(name: str) -> str:
    """Return a field's name as all its spellings have it: source_resource_id, SourceResourceId."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def is_seen(text: str) -> bool:
    """Whether every character of a text can be seen."""
    return text.isprintable() and _UNSEEN.search(text) is None


def unseen_hint(text: str) -> str | None:
    """Name the first character that cannot be seen, and its place; None if all can be."""
    found = next((place for place in enumerate(text, 1) if not is_seen(place[1])), None)
    if found is None:
        return None
    number, char = found
    return f"it holds {name_of(char)} at character {number}"


def name_of(char: str) -> str:
    """Return what a character is called: `a line end`, `U+00A0 (no-break space)`."""
    if char in "\r\n":
        return "a line end"
    unnamed = {"Cs": "half of a character"}.get(unicodedata.category(char), "a control character")
    return f"U+{ord(char):04X} ({unicodedata.name(char, unnamed).lower()})"
