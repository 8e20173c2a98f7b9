"""The outbox: what was told and is not sent yet. Telling never delays or fails what is told.

What a restore tells stands in its ledger entry, and how much of it is sent in the index of what is
open (storage/open_index.py). Whoever made the change sends at once, in one short try; what the
queue does not take then goes with the next change, or with whoever drains (storage/draining.py). An
event that belongs to no entry and is not taken is kept as a document of its own.
"""

from collections.abc import Callable
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
from storage.pending_notifications import PendingNotifications

KEPT = "outbox/"
AT_ONCE = timedelta(minutes=1)
"""So long an event is left to who made the change."""

_REMEMBERED_MAX = 1000
"""A few numbers each; forgetting costs one read."""


class HeldUp(NamedTuple):
    """Events that should have been sent: how many, and since when the first of them waits."""

    events: int
    since: datetime


class Told(NamedTuple):
    """How many of an entry's events have left, from the first on."""

    sent: int
    """To the queue."""
    noticed: int
    """To the receivers of notifications; where there are none, all have."""


class Outbox:
    """Sends what was told, by two doors: neither waits for the other. It remembers what has left,
    for that does not become untrue."""

    def __init__(
        self,
        documents: Documents,
        events: Events,
        pending_notifications: PendingNotifications | None = None,
    ) -> None:
        self._documents = documents
        self._events = events
        self._notices = pending_notifications
        self._known: dict[str, Told] = {}

    def tell(self, entry: LedgerEntry) -> None:
        """Send what is unsent of an entry just written: one short try, whatever comes of it."""
        try:
            told = self._known.get(entry.request_id)
            if told is None:  # of a first event nothing can be noted yet, but by a run before
                told = self.told(entry) if len(entry.events) > 1 else Told(0, 0)
            self.send(entry, told)
        except RestoreError as error:
            log.write(_held_up(error, ledger_lines.about(entry)))

    def send(self, entry: LedgerEntry, before: Told) -> None:
        """Send an entry's events from there on, in order, and note it. Raises RestoreError when a
        door does not take one, after the other has had its turn."""
        sent, refusal = _sent(self._events.send, entry, before.sent)
        noticed = len(entry.events)
        if self._notices is not None:
            noticed, other = _sent(self._notices.keep, entry, before.noticed)
            refusal = refusal or other
            if noticed > before.noticed:
                self._notices.wake()
        self._note(entry, before, Told(sent, noticed))
        if refusal is not None:
            raise refusal

    def publish(self, event: dict[str, Any]) -> None:
        """Send an event that belongs to no entry, or keep it to be sent later; and keep it as a
        notification. Raises ServiceUnavailable when that cannot be done: then it is still the
        caller's."""
        try:
            self._events.send(event)
        except ServiceUnavailable as error:
            log.write(_held_up(error, event_id=event["id"]))
            try:
                self._documents.create(_name(event["id"]), {"event": event}, {})
            except Taken:
                pass  # an earlier run has kept it
        if self._notices is not None:
            self._notices.keep(event)
            self._notices.wake()

    def held_up(self, entry: LedgerEntry, now: datetime) -> HeldUp | None:
        """Return what is unsent of an entry, but for what is being sent. Raises
        ServiceUnavailable."""
        if not is_left(entry, 0, now):
            return None  # without asking
        sent = self.told(entry).sent
        if not is_left(entry, sent, now):
            return None
        return HeldUp(len(entry.events) - sent, entry.events[sent].at)

    def told(self, entry: LedgerEntry) -> Told:
        """Return how many of an entry's events have left, as far as it is noted."""
        noted = open_index.read(self._documents, entry.request_id)
        if noted is not None:
            return self.told_by(noted.note, entry)
        every = len(entry.events) if entry.state is LedgerState.FINISHED else 0
        return Told(every, every)

    def told_by(self, note: open_index.Note, entry: LedgerEntry) -> Told:
        """Return how many of an entry's events have left, by its note."""
        return Told(note.sent, len(entry.events) if self._notices is None else note.noticed)

    def _note(self, entry: LedgerEntry, before: Told, told: Told) -> None:
        request_id = entry.request_id
        if entry.state is LedgerState.FINISHED and min(told) == len(entry.events):
            self._known.pop(request_id, None)
            open_index.closed(self._documents, request_id)
        elif told > before:
            if len(self._known) >= _REMEMBERED_MAX:
                self._known.clear()  # to forget costs a look
            self._known[request_id] = told
            open_index.note(self._documents, request_id, entry.accepted_at, *told)


def _sent(
    send: Callable[[dict[str, Any]], None], entry: LedgerEntry, begin: int
) -> tuple[int, RestoreError | None]:
    """Send an entry's events from one on; return how far it came, and what stopped it."""
    for index in range(begin, len(entry.events)):
        try:
            send(ledger_events.cloud_event(entry, index))
        except RestoreError as error:
            return index, error
    return len(entry.events), None


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
