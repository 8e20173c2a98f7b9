"""Every ARM request that was seen, for tests and for people who rehearse: what, when, and how.

Signatures are redacted and headers are not kept, so that no token can be read here.
"""

import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from simulated_azure.routing import Target
from simulated_azure.signing import redact
from simulated_azure.times import wire_time
from simulated_azure.wire import Answer

ENTRIES_MAX = 50_000


@dataclass(frozen=True)
class Entry:
    """One request and how it was answered."""

    number: int
    method: str
    operation: str
    target: Target
    body: object
    answer: Answer
    time: datetime
    faults: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The entry as /simulator/requests shows it."""
        return {
            "number": self.number,
            "time": wire_time(self.time),
            "method": self.method,
            "path": unquote(self.target.path),
            "query": redact(self.target.query_text),
            "apiVersion": self.target.query.get("api-version"),
            "operation": self.operation,
            "body": self.body,
            "status": self.answer.reply.status or None,
            "replyLost": self.answer.lost,
            "faults": list(self.faults),
            "problems": list(self.problems),
        }


class RequestLog:
    """The entries, oldest first; the oldest go when there are too many."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=ENTRIES_MAX)
        self.seen = 0

    def add(self, entry: Entry) -> None:
        """Keep an entry."""
        self.seen += 1
        self._entries.append(entry)

    def select(self, method: str = "", path: str = "") -> list[dict[str, object]]:
        """The entries with this method whose path matches this regular expression."""
        pattern = re.compile(path, re.IGNORECASE)
        return [
            entry.as_json()
            for entry in self._entries
            if method.upper() in ("", entry.method) and pattern.search(unquote(entry.target.path))
        ]
