"""The outbox: what was told and is not sent yet. Telling never delays or fails what is told.

What a restore tells stands in its ledger entry, and how much of it is sent in the index of what is
open (storage/open_index.py). Whoever made the change sends at once, in one short try; what the
queue does not take then goes with the next change, or with whoever drains (storage/draining.py). An
event that belongs to no entry and is not taken is kept as a document of its own.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

from arm import log
from restore.messages.errors import RestoreError, ServiceUnavailable
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.log_line import LogContext, LogLine
from restore.progress import ledger_events, ledger_lines
from storage import open_index
from storage.documents import Documents, Taken
from storage.events import Events

KEPT = "outbox/"
AT_ONCE = timedelta(minutes=1)
"""So long an event is left to who made the change, and a claim to who made that."""

_REMEMBERED_MAX = 1000
"""A few numbers each; forgetting costs one read."""


class HeldUp(NamedTuple):
    """Events that should have been sent: how many, and since when the first of them waits."""

    events: int
    since: datetime


class Outbox:
    """Sends what was told. It remembers what is sent, for that does not become untrue."""

    def __init__(self, documents: Documents, events: Events) -> None:
        self._documents = documents
        self._events = events
        self._known: dict[str, int] = {}

    def tell(self, entry: LedgerEntry) -> None:
        """Send what is unsent of an entry just written: one short try, whatever comes of it."""
        try:
            sent = self._known.get(entry.request_id)
            if sent is None:  # of a first event nothing can be noted yet, but by a run before
                sent = self.sent(entry) if len(entry.events) > 1 else 0
            self.send(entry, sent)
        except RestoreError as error:
            log.write(_held_up(error, ledger_lines.about(entry)))

    def send(self, entry: LedgerEntry, sent: int) -> None:
        """Send an entry's events from there on, in order, and note it. Raises RestoreError at the
        first that is not taken."""
        done = sent
        try:
            for index in range(sent, len(entry.events)):
                self._events.send(ledger_events.cloud_event(entry, index))
                done = index + 1
        except RestoreError:
            self._note(entry, sent, done)
            raise
        self._note(entry, sent, done)

    def publish(self, event: dict[str, Any]) -> None:
        """Send an event that belongs to no entry, or keep it to be sent later. Raises
        ServiceUnavailable when neither can be done: then it is still the caller's."""
        try:
            self._events.send(event)
        except ServiceUnavailable as error:
            log.write(_held_up(error, event_id=event["id"]))
            try:
                self._documents.create(_name(event["id"]), {"event": event}, {})
            except Taken:
                pass  # an earlier run has kept it

    def held_up(self, entry: LedgerEntry, now: datetime) -> HeldUp | None:
        """Return what is unsent of an entry, but for what is being sent. Raises
        ServiceUnavailable."""
        if not is_left(entry, 0, now):
            return None  # without asking
        sent = self.sent(entry)
        if not is_left(entry, sent, now):
            return None
        return HeldUp(len(entry.events) - sent, entry.events[sent].at)

    def sent(self, entry: LedgerEntry) -> int:
        """Return how many of an entry's events are sent, as far as it is noted."""
        noted = open_index.read(self._documents, entry.request_id)
        if noted is not None:
            return noted.note.sent
        return len(entry.events) if entry.state is LedgerState.FINISHED else 0

    def _note(self, entry: LedgerEntry, before: int, sent: int) -> None:
        request_id = entry.request_id
        if entry.state is LedgerState.FINISHED and sent == len(entry.events):
            self._known.pop(request_id, None)
            open_index.closed(self._documents, request_id)
        elif sent > before:
            if len(self._known) >= _REMEMBERED_MAX:
                self._known.clear()  # to forget costs a look
            self._known[request_id] = sent
            open_index.note(self._documents, request_id, entry.accepted_at, sent)


def _held_up(
    error: RestoreError, about: LogContext = LogContext(), event_id: str | None = None
) -> LogLine:
    return LogLine(
        event="events-held-up", about=about, code=error.code, text=error.message, event_id=event_id
    )


def is_left(entry: LedgerEntry, sent: int, now: datetime) -> bool:
    """Whether the next event to be sent was left by who made the change."""
    return sent < len(entry.events) and now - entry.events[sent].at >= AT_ONCE


def _name(event_id: str) -> str:
    return f"{KEPT}{quote(event_id, safe=':')}"
