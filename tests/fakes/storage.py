"""The app's storage account in memory: documents with versions, and the event queue."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from restore.values.cloud_events import MESSAGE_BYTES_MAX
from restore.values.truncation import utf8_bytes
from storage.documents import Changed, Document, Labelled, Labels, Page, Taken, Versioned

METADATA_BYTES_MAX = 8 * 1024


class _Unseen:
    """Where calls go that nobody counts."""

    def append(self, call: str) -> None:
        """Forget it."""


class MemoryDocuments:
    """Versioned documents; the hooks let a test come between a read and a write, fail a call, or
    lose its reply. Each gets the document's name."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, dict[str, str], int]] = {}
        self.calls: list[str] | _Unseen = _Unseen()
        self.written_at: dict[str, datetime] = {}
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.before_read: Callable[[str], None] = lambda name: None
        self.before_list: Callable[[str], None] = lambda prefix: None
        self.before_write: Callable[[str], None] = lambda name: None
        self.after_write: Callable[[str], None] = lambda name: None
        self.writing = ""
        """What the write under way is: "create", "replace", "put" or "remove"."""
        self._versions = 0

    def read(self, name: str) -> Versioned | None:
        """Read one document; None when there is none."""
        self.calls.append(f"read {name}")
        self.before_read(name)
        if name not in self.kept:
            return None
        text, _, version = self.kept[name]
        return Versioned(json.loads(text), str(version))

    def create(self, name: str, document: Document, labels: Labels) -> str:
        """Create a document and return its version. Raises Taken when the name is in use."""
        self.calls.append(f"write {name}")
        self.before_write(name)
        if name in self.kept:
            raise Taken(name)
        self.writing = "create"
        return self._put(name, document, labels)

    def replace(self, name: str, document: Document, version: str, labels: Labels) -> str:
        """Replace exactly this version and return the new one. Raises Changed otherwise."""
        self.calls.append(f"write {name}")
        self.before_write(name)
        if name not in self.kept or str(self.kept[name][2]) != version:
            raise Changed(name)
        self.writing = "replace"
        return self._put(name, document, labels)

    def put(self, name: str, document: Document) -> None:
        """Write a document, whatever was there before."""
        self.calls.append(f"write {name}")
        self.before_write(name)
        self.writing = "put"
        self._put(name, document, {})

    def remove(self, name: str) -> None:
        """Remove a document; one that is not there is no error."""
        self.calls.append(f"write {name}")
        self.before_write(name)
        self.kept.pop(name, None)
        self.writing = "remove"
        self.after_write(name)

    def count_calls(self) -> list[str]:
        """Return a list that each call is added to from now on."""
        calls: list[str] = []
        self.calls = calls
        return calls

    def touch(self, name: str) -> None:
        """Give a document a new version, as another writer would."""
        text, labels, _ = self.kept[name]
        self._versions += 1
        self.kept[name] = (text, labels, self._versions)

    def page(self, prefix: str, size: int, token: str | None) -> Page:
        """List names under a prefix, in the order of their names, `size` at a time."""
        self.calls.append(f"page {prefix}")
        self.before_list(prefix)
        names = sorted(name for name in self.kept if name.startswith(prefix))
        left = [name for name in names if token is None or name > token]
        lines = tuple(
            Labelled(name, self.kept[name][1], self.written_at[name]) for name in left[:size]
        )
        return Page(lines, lines[-1].name if len(left) > size else None)

    def folders(self) -> frozenset[str]:
        """Return what names begin with, to their first slash."""
        self.calls.append("folders")
        self.before_list("folders")
        return frozenset(f"{name.partition('/')[0]}/" for name in self.kept)

    def _put(self, name: str, document: Document, labels: Labels) -> str:
        metadata = "".join(name + text for name, text in labels.items())
        assert len(metadata.encode("ascii")) <= METADATA_BYTES_MAX, "a blob takes no more"
        self._versions += 1
        version = self._versions
        self.written_at[name] = self.now()
        self.kept[name] = (json.dumps(document), dict(labels), version)
        self.after_write(name)  # others may write meanwhile
        return str(version)


class MemoryEvents:
    """The event queue as a list."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.before_send: Callable[[], None] = lambda: None
        self.after_send: Callable[[], None] = lambda: None

    def send(self, event: dict[str, Any]) -> None:
        """Keep one event, as it would read on the wire."""
        assert utf8_bytes(event) <= MESSAGE_BYTES_MAX, "a queue message holds no more"
        self.before_send()
        self.sent.append(json.loads(json.dumps(event)))
        self.after_send()
