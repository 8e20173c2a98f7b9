"""Text from outside, made fit to be shown: one line, nothing invisible, not too long.

Whoever reads a log, a status, an event or an answer must see what is there: a line end would begin
a log line of its own, an escape sequence would repaint the terminal, a bidirectional override would
turn a name around. Used where errors are made and where Azure's texts are read, and so everywhere.
"""

from __future__ import annotations

TEXT_CHARS_MAX = 4000


def plain(text: str, chars_max: int = TEXT_CHARS_MAX) -> str:
    """The text on one line; each run of characters that do not print becomes one blank."""
    cut = text[: 2 * chars_max]
    if not cut.isprintable():
        spaced = "".join(char if char.isprintable() else "\0" for char in cut)
        cut = " ".join(part for part in spaced.split("\0") if part)
    return cut if len(cut) <= chars_max else f"{cut[: chars_max - 1]}…"
