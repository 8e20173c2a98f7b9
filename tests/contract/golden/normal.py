"""Takes out of recorded and replayed values what differs from run to run, and nothing else.

Times keep their zone's notation, GUIDs their form and their identity within one value, failure
texts all but the frames of their stacks.
"""

from __future__ import annotations

import json
import re
from typing import Any

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}")
_LABEL = "\n\n$OutOfProcData$:"
_FRAMES = ", StackTrace: "
_RECORDER = {"StackTraceString", "Source"}


def normal(value: Any, *, without_stacks: bool = False) -> Any:
    """A value of JSON kind without times, with GUIDs numbered in the order they appear.

    `without_stacks`: failure texts end where the first stack begins. Microsoft's worker puts the
    text of a failure into its stack once more, so that what stands behind it cannot be told apart.
    """
    return _Normal(without_stacks).value(value)


def anonymous(text: str) -> str:
    """A text with every GUID alike: a key for what is the same thing in two runs."""
    return _GUID.sub("<guid>", text)


class _Normal:
    def __init__(self, without_stacks: bool) -> None:
        self._guids: dict[str, str] = {}
        self._without_stacks = without_stacks

    def value(self, value: Any) -> Any:
        if isinstance(value, dict):
            dotnet = "$type" in value
            return {
                key: "<recorder>" if dotnet and key in _RECORDER else self.value(item)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> Any:
        head, label, state = text.partition(_LABEL)
        if label:
            # The state's JSON ends where the stack begins; the stack is Python's and ours alone.
            return [self._text(head), self.value(json.loads(state.split("\nStack:")[0]))]
        if self._without_stacks:
            text = text.partition(_FRAMES)[0]
        parts = text.split(" \n ")
        return self._part(text) if len(parts) == 1 else [self._part(part) for part in parts]

    def _part(self, part: str) -> Any:
        part, frames, _ = part.partition(_FRAMES)
        if part.startswith('{"$type"'):
            return [self.value(json.loads(part)), frames]
        part, stack, _ = part.partition("\nStack:")
        part = _GUID.sub(lambda match: self._guid(match[0]), _TIME.sub("<time>", part))
        return part + frames + stack

    def _guid(self, guid: str) -> str:
        form = "guid" if "-" in guid else "hex"
        return self._guids.setdefault(guid, f"<{form} {len(self._guids)}>")
