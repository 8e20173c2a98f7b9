"""The door through which every text of Azure's comes in: four readers, and no other way.

Whatever leaves arm/ towards a log, an error or a contract was read by one of these: free text, a
name, a whole id, or one of a few known words. Each is bounded and shows no secret. Only the URLs by
which an operation is followed are kept as they came; they are shown nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from arm import resource_ids
from restore.values.plain_text import plain
from restore.values.redaction import REMOVED, TEXT_CHARS_MAX, has_form_of_secret, redacted

_ID_CHARS_MAX = 2000
_WORD_CHARS_MAX = 60
# Beside letters and digits of any language; "=", "?", "%", ":" and the like begin something else.
_NOT_OF_NAMES = frozenset("\"#$%&'*+/:<=>?@[\\]^`{|}")
_NOT_OF_WORDS = r"[^A-Za-z0-9_.-]+"


def free(value: object, chars_max: int = TEXT_CHARS_MAX) -> str:
    """Text for people: on one line, without secrets; not text at all is empty."""
    return redacted(value, chars_max) if isinstance(value, str) else ""


def name(value: object) -> str | None:
    """A name, which may be one segment of an id; None if it is something else, or has the form of a
    secret.

    Never mended: a name is compared, and sent back to Azure.
    """
    if not isinstance(value, str) or not resource_ids.is_name(value):
        return None
    is_plain = _NOT_OF_NAMES.isdisjoint(value) and not has_form_of_secret(value)
    return value if is_plain else None


def resource_id(value: object) -> str | None:
    """An id, also where Azure gives a whole URL instead of it; None if it is something else."""
    if not isinstance(value, str) or len(value) > _ID_CHARS_MAX:
        return None
    found = resource_ids.whole(value)
    return found if all(name(segment) for segment in found.split("/")[1:]) else None


def one_of(value: object, known: Sequence[str]) -> str | None:
    """One of the words that Azure documents, as documented; "other: …" if it is a new one."""
    if not isinstance(value, str) or not value:
        return None
    same = (word for word in known if value.isascii() and word.lower() == value.lower())
    return next(same, None) or f"other: {_word(value)}"


def _word(value: str) -> str:
    text = redacted(value, _WORD_CHARS_MAX)
    is_whole = text == plain(value, _WORD_CHARS_MAX)
    words = re.sub(_NOT_OF_WORDS, " ", text).strip()
    return (words or "unreadable") if is_whole else REMOVED
