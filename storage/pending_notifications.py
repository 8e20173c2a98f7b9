"""Notifications that have not arrived yet: `notify/new/` until they are dealt out, then a document
for each receiver, `notify/to/{receiver}/`; and `receivers/`, how it stands with each of them.

So a receiver that takes nothing holds up itself alone, and whoever told the event not at all: that
takes one document and a message that wakes who sends (triggers/notifications.py). Here is what is
kept and counted; what is sent, and when again, is decided in restore/notify/ and notifications/.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote, unquote

from arm import log
from restore.messages import names
from restore.messages.errors import RestoreError
from restore.messages.log_line import LogLine
from restore.notify.receiver_state import ReceiverState
from restore.values import cloud_events
from restore.values.decoding import decode
from restore.values.times import stamp
from storage.claims import LASTS, claim
from storage.documents import Changed, Documents, Labelled, Taken, lines

FOLDER = names.NOTIFICATIONS
WAITING_MAX = 5_000
"""For one receiver; the oldest are dropped beyond."""

_NEW = f"{FOLDER}new/"
_STANDING = "receivers/"
_PAGE_SIZE = 1_000
_PAGES_MAX = 10
_NOT_TOLD = ("original", "originalEncoding")
"""Of a message that was rejected: it may say anything, a secret too. `restore-events` has it."""


class Wakes(Protocol):
    """How who sends is woken. Raises ServiceUnavailable."""

    def wake(self, receiver: str | None, after_s: float) -> None:
        """Wake whoever sends, to one receiver or to all, so many seconds from now."""


class Waiting(NamedTuple):
    """One notification that waits for its receiver to take it."""

    name: str
    event_id: str
    told_at: str
    """The event's own time, and its number where it has one: the order to send in."""
    since: datetime
    tries: int
    """How often the receiver has refused this very one."""
    not_before: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to send it."""
        return self.not_before is None or now >= self.not_before


class Claimed(NamedTuple):
    """A receiver that one sender has for itself, and the version that says so."""

    state: ReceiverState
    version: str


class Held(NamedTuple):
    """Notifications that should have arrived: of whom, how many, and since when the first waits."""

    receiver: str | None
    """None: nobody has dealt them out yet."""
    notifications: int
    since: datetime


class PendingNotifications:
    """What is to be told to receivers. Any method may raise ServiceUnavailable but `wake`."""

    def __init__(self, documents: Documents, wakes: Wakes) -> None:
        self._documents = documents
        self._wakes = wakes

    def keep(self, event: dict[str, Any]) -> None:
        """Keep an event until everybody who wants it has it. Repeatable."""
        data = {name: each for name, each in event["data"].items() if name not in _NOT_TOLD}
        told = {"event": cloud_events.message(event | {"data": data})}
        try:
            self._documents.create(f"{_NEW}{_quoted(event['id'])}", told, {})
        except Taken:
            pass  # an earlier run has kept it

    def wake(self, receiver: str | None = None, after_s: float = 0.0) -> None:
        """Wake who sends: one short try, for the reconciler wakes, too."""
        try:
            self._wakes.wake(receiver, after_s)
        except RestoreError as error:
            text = f"Who sends was not woken: {error.message}"
            log.write(LogLine(event="notification-held-up", code=error.code, text=text))

    def deal(
        self,
        wanting: Callable[[dict[str, Any]], Iterable[str]],
        now: datetime,
        is_over: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Give each new event to the receivers that want it; return whether that was all. Of two
        who deal at the same time one does, for what is dealt again is sent again."""
        for line in lines(self._documents, _NEW, _PAGE_SIZE):
            if is_over():
                return False
            self._deal_one(line.name, wanting, now)
        return True

    def held_up(
        self, now: datetime, receivers: Iterable[str] | None = None, request_id: str | None = None
    ) -> list[Held]:
        """Return what has not arrived, but for what is being sent: of these receivers, or of all
        that were ever told; of one request, or of all."""
        prefix = "" if request_id is None else f"{request_id}:"
        if receivers is None:
            standing = self._documents.page(_STANDING, _PAGE_SIZE, None).lines
            receivers = [line.name.removeprefix(_STANDING) for line in standing]
        new = self._documents.page(f"{_NEW}{_quoted(prefix)}", _PAGE_SIZE, None).lines
        found: list[tuple[str | None, list[datetime]]] = [(None, [each.written_at for each in new])]
        found += [(each, [one.since for one in self.waiting(each, prefix)]) for each in receivers]
        late = ((name, [each for each in times if now - each >= LASTS]) for name, times in found)
        return [Held(name, len(times), min(times)) for name, times in late if times]

    def waiting(self, receiver: str, prefix: str = "") -> list[Waiting]:
        """Return what waits for a receiver, the oldest first; with `prefix` only what is of ids
        that begin so."""
        folder, token, found = _folder(receiver), None, []
        for _ in range(_PAGES_MAX):
            page = self._documents.page(f"{folder}{_quoted(prefix)}", _PAGE_SIZE, token)
            found += [_waiting(line, folder) for line in page.lines]
            token = page.token
            if token is None:
                break
        return sorted(found, key=lambda each: (each.told_at, each.event_id))

    def event_of(self, waiting: Waiting) -> dict[str, Any] | None:
        """Return the event; None when it was sent or dropped meanwhile."""
        found = self._documents.read(waiting.name)
        return None if found is None else dict(found.document["event"])

    def done(self, waiting: Waiting) -> None:
        """Forget one: its receiver has it, or never will."""
        self._documents.remove(waiting.name)

    def later(self, waiting: Waiting, not_before: datetime) -> None:
        """Note that a receiver refused one, and when it is tried again."""
        found = self._documents.read(waiting.name)
        if found is None:
            return
        labels = _labels(waiting.told_at, waiting.since)
        labels |= {"tries": str(waiting.tries + 1), "notbefore": stamp(not_before)}
        try:
            self._documents.replace(waiting.name, found.document, found.version, labels)
        except Changed:
            pass  # another one tries it now

    def claim(self, receiver: str, now: datetime) -> Claimed | None:
        """Take a receiver for oneself for a while; None while somebody else has it, or it is not
        yet time."""
        found = self._documents.read(_state_name(receiver))
        state = ReceiverState() if found is None else ReceiverState.from_json(found.document)
        if not state.may_be_claimed(now):
            return None
        held = state.claimed(now)
        try:
            if found is None:
                version = self._documents.create(_state_name(receiver), held.as_json(), {})
            else:
                name, document = _state_name(receiver), held.as_json()
                version = self._documents.replace(name, document, found.version, {})
        except (Taken, Changed):
            return None
        return Claimed(held, version)

    def release(self, receiver: str, state: ReceiverState, version: str) -> None:
        """Give a receiver back, as it stands now."""
        name, document = _state_name(receiver), state.released().as_json()
        try:
            self._documents.replace(name, document, version, {})
        except Changed:
            pass  # it took so long that another one has it by now

    def state(self, receiver: str) -> ReceiverState:
        """Return how it stands with a receiver."""
        found = self._documents.read(_state_name(receiver))
        return ReceiverState() if found is None else ReceiverState.from_json(found.document)

    def _deal_one(
        self, name: str, wanting: Callable[[dict[str, Any]], Iterable[str]], now: datetime
    ) -> None:
        found = self._documents.read(name)
        if found is None or not claim(self._documents, name, found, now):
            return
        event = found.document["event"]
        told_at = stamp(decode(event["time"], datetime))
        labels = _labels(f"{told_at}~{event.get('sequence', '')}", now)
        for receiver in wanting(event):
            try:
                target = f"{_folder(receiver)}{_quoted(event['id'])}"
                self._documents.create(target, {"event": event}, labels)
            except Taken:
                pass  # who dealt before has died in the middle
        self._documents.remove(name)


def _waiting(line: Labelled, folder: str) -> Waiting:
    labels = line.labels
    later = labels.get("notbefore")
    return Waiting(
        name=line.name,
        event_id=unquote(line.name.removeprefix(folder)),
        told_at=labels["toldat"],
        since=decode(labels["since"], datetime),
        tries=int(labels.get("tries", 0)),
        not_before=decode(later, datetime) if later else None,
    )


def _labels(told_at: str, since: datetime) -> dict[str, str]:
    return {"toldat": told_at, "since": stamp(since)}


def _folder(receiver: str) -> str:
    return f"{FOLDER}to/{receiver}/"


def _state_name(receiver: str) -> str:
    return f"{_STANDING}{receiver}"


def _quoted(event_id: str) -> str:
    return quote(event_id, safe=":")
