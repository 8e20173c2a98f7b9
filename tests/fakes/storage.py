"""The app's storage account in memory: documents with versions, and the event queue."""

import json
from collections.abc import Callable
from typing import Any

from storage.documents import Changed, Document, Labelled, Labels, Page, Taken, Versioned


class MemoryDocuments:
    """Versioned documents; `before_write` lets a test run something between a read and a write."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, dict[str, str], int]] = {}
        self.before_write: Callable[[str], None] = lambda name: None
        self.after_write: Callable[[], None] = lambda: None
        self._versions = 0

    def read(self, name: str) -> Versioned | None:
        """Read one document; None when there is none."""
        if name not in self.kept:
            return None
        text, _, version = self.kept[name]
        return Versioned(json.loads(text), str(version))

    def create(self, name: str, document: Document, labels: Labels) -> str:
        """Create a document and return its version. Raises Taken when the name is in use."""
        self.before_write(name)
        if name in self.kept:
            raise Taken(name)
        return self._put(name, document, labels)

    def replace(self, name: str, document: Document, version: str, labels: Labels) -> str:
        """Replace exactly this version and return the new one. Raises Changed otherwise."""
        self.before_write(name)
        if name not in self.kept or str(self.kept[name][2]) != version:
            raise Changed(name)
        return self._put(name, document, labels)

    def remove(self, name: str) -> None:
        """Remove a document; one that is not there is no error."""
        self.kept.pop(name, None)

    def page(self, prefix: str, size: int, token: str | None) -> Page:
        """List names under a prefix, in the order of their names, `size` at a time."""
        names = sorted(name for name in self.kept if name.startswith(prefix))
        left = [name for name in names if token is None or name > token]
        lines = tuple(Labelled(name, self.kept[name][1]) for name in left[:size])
        return Page(lines, lines[-1].name if len(left) > size else None)

    def _put(self, name: str, document: Document, labels: Labels) -> str:
        self._versions += 1
        self.kept[name] = (json.dumps(document), dict(labels), self._versions)
        self.after_write()
        return str(self._versions)


class MemoryEvents:
    """The event queue as a list."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.after_send: Callable[[], None] = lambda: None

    def send(self, event: dict[str, Any]) -> None:
        """Keep one event, as it would read on the wire."""
        self.sent.append(json.loads(json.dumps(event)))
        self.after_send()
