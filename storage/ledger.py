"""The ledger: one document per request, changed only by conditional writes.

Here: reading entries and moving them along restore/messages/ledger_entry.py's table. Of two writers
that compete for one move the storage account lets exactly one win; the loser is told, and looks
again. What a change tells is a part of it (restore/progress/ledger_events.py), so of the two both
happen or neither. Not here: deciding (restore/start/lost_reply.py), locking a protected item
(storage/item_lock.py), and sending what was told (storage/outbox.py).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from restore.messages import names
from restore.messages.activity_io import Close
from restore.messages.ledger_entry import CancelAnswer, Intent, LedgerEntry, LedgerState, moved
from restore.messages.model import Approval, Authorization, Choice, ProtectedItem, Verdict
from restore.progress.ledger_events import told
from restore.values.rewriting import rewritten
from storage import open_index
from storage.documents import RACES_MAX, Changed, Document, Documents, Page, Taken, contended
from storage.labels import labels_of


def _now() -> datetime:
    return datetime.now(UTC)


class Held(NamedTuple):
    """An entry, the version it was read at, and the document: it may say more than this build
    understands."""

    entry: LedgerEntry
    version: str
    document: Document


class Ledger:
    """Every request ever accepted, by its id. Any method may raise ServiceUnavailable."""

    def __init__(self, documents: Documents, now: Callable[[], datetime] = _now) -> None:
        self.documents = documents
        self._now = now

    def accept(self, entry: LedgerEntry) -> tuple[LedgerEntry, bool]:
        """Record a new request, which is open first. Returns the entry that stands, and whether it
        is this one."""
        request_id, accepted = entry.request_id, told(entry, entry.accepted_at)
        is_opened = open_index.opened(self.documents, request_id, entry.accepted_at)
        try:
            self.documents.create(
                names.entry_name(request_id), accepted.as_json(), labels_of(accepted)
            )
        except Taken:
            standing = self.read(request_id)
            assert standing is not None, "entries are never removed"
            if is_opened and standing.entry.state is LedgerState.FINISHED:
                open_index.closed(self.documents, request_id)  # it was over, and all of it sent
            return standing.entry, False
        return accepted, True

    def read(self, request_id: str) -> Held | None:
        """Read one entry; None when the request was never accepted."""
        if not names.is_request_id(request_id):  # it may come from a URL: `..` leads elsewhere
            return None
        found = self.documents.read(names.entry_name(request_id))
        if found is None:
            return None
        return Held(LedgerEntry.from_json(found.document), found.version, found.document)

    def page(self, size: int, token: str | None, folder: str = names.ENTRIES) -> Page:
        """List entries by their labels, in the order of their request ids."""
        return self.documents.page(folder, size, token)

    def authorize(
        self,
        request_id: str,
        authorization: Authorization,
        held: Held | None = None,
        *,
        item: ProtectedItem | None = None,
        choice: Choice | None = None,
    ) -> LedgerEntry:
        """Record what authorize_restore found, and of what, unless something was sent already, all
        is over, or another choice stands: the first one does. The time until which an approval may
        come is set once. Repeatable. Who has the entry in hand saves a read of it."""

        def allow(entry: LedgerEntry) -> LedgerEntry:
            if entry.state is not LedgerState.ACCEPTED:
                return entry
            if choice is not None and entry.choice not in (None, choice):
                return entry
            before, until = entry.authorization, authorization.until
            if authorization.approval and before is not None and before.until is not None:
                until = before.until
            return msgspec.structs.replace(
                entry,
                authorization=msgspec.structs.replace(authorization, until=until),
                item=entry.item or item,
                choice=entry.choice or choice,
            )

        return self.update(request_id, allow, held)

    def decide(self, request_id: str, approval: Approval) -> LedgerEntry:
        """Record a decision about an approval; the first one stands. Repeatable: whoever wants to
        know whether theirs stands looks at the returned entry."""

        def note(entry: LedgerEntry) -> LedgerEntry:
            if not entry.is_waiting_for_approval:
                return entry
            of = entry.authorization.plan_hash if entry.authorization else None
            bound = msgspec.structs.replace(approval, plan_hash=of)
            return msgspec.structs.replace(entry, approval=bound)

        return self.update(request_id, note)

    def intend(self, held: Held, intent: Intent) -> Held:
        """Write the intent to POST. Raises Changed when anything happened since `held`."""
        return self._replace(held, moved(held.entry, LedgerState.INTENDED, intent=intent))

    def withdraw(self, held: Held) -> Held:
        """Take the intent back, for its POST surely started nothing: it may be sent again, unless
        somebody has asked to cancel meanwhile. Raises Changed."""
        state = LedgerState.CANCELLED if held.entry.cancel_asked else LedgerState.ACCEPTED
        return self._replace(held, moved(held.entry, state, intent=None))

    def fence(self, held: Held) -> None:
        """Write the same again: who was cleared to send at this version may not any more. Raises
        Changed when that came first."""
        self._replace(held, held.entry)

    def started(
        self, request_id: str, held: Held | None = None, **known: str | bool | None
    ) -> LedgerEntry:
        """Record what is known of the started work: `operation_id`, `job_id`, `adopted`.
        Repeatable. Who has the entry in hand saves a read of it."""
        facts = {name: value for name, value in known.items() if value is not None}

        def start(entry: LedgerEntry) -> LedgerEntry:
            if entry.state is LedgerState.FINISHED:
                return entry
            return moved(entry, LedgerState.STARTED, **facts)

        return self.update(request_id, start, held)

    def cancel(self, request_id: str) -> LedgerEntry:
        """Cancel if nothing was sent yet, else note that it was asked. Repeatable.

        The state of the returned entry is the truth: CANCELLED = nothing was or will be started.
        """

        def mark(entry: LedgerEntry) -> LedgerEntry:
            asked = entry.cancel_asked + 1
            if entry.state is LedgerState.ACCEPTED:
                return moved(entry, LedgerState.CANCELLED, cancel_asked=asked)
            if entry.is_over:
                return entry
            return msgspec.structs.replace(entry, cancel_asked=asked)

        return self.update(request_id, mark)

    def cancel_answered(self, held: Held, answer: CancelAnswer) -> Held:
        """Record what Azure said to a wish to cancel; return the entry then. Repeatable."""

        def note(entry: LedgerEntry) -> LedgerEntry:
            if entry.state is LedgerState.FINISHED:
                return entry
            return msgspec.structs.replace(entry, cancel_answer=answer)

        return self._change(held.entry.request_id, note, held)

    def revive(self, known: LedgerEntry, at: datetime) -> LedgerEntry:
        """Count that its orchestration is started once more: of two who would start it one may.
        Raises Changed when another one has counted since, or all is over."""

        def count(entry: LedgerEntry) -> LedgerEntry:
            if entry.revivals == known.revivals + 1 and entry.revived_at == at:
                return entry  # counted by this very call, whose write was repeated
            if entry.revivals != known.revivals or entry.state is LedgerState.FINISHED:
                raise Changed(names.entry_name(entry.request_id))
            return msgspec.structs.replace(entry, revivals=entry.revivals + 1, revived_at=at)

        return self.update(known.request_id, count)

    def finish(
        self,
        request_id: str,
        judge: Callable[[LedgerEntry], Verdict],
        at: datetime,
        order: Close | None = None,
    ) -> LedgerEntry:
        """Record the verdict, judged by the very entry that it closes; the first one stands.
        Repeatable."""
        known = order or Close(request_id=request_id)

        def close(entry: LedgerEntry) -> LedgerEntry:
            if entry.state is LedgerState.FINISHED:
                return entry
            return moved(
                entry,
                LedgerState.FINISHED,
                verdict=judge(entry),
                finished_at=at,
                work_is_over=known.is_over,
                has_data=known.has_data,
                verifying=None,
                item=entry.item or known.item,
                choice=entry.choice or known.choice,
            )

        return self.update(request_id, close)

    def update(
        self,
        request_id: str,
        change: Callable[[LedgerEntry], LedgerEntry],
        held: Held | None = None,
    ) -> LedgerEntry:
        """Change an entry by a rule of restore/messages/ledger_entry.py, which may be asked again
        with what another one has written meanwhile. Repeatable where the rule is."""
        return self._change(request_id, change, held).entry

    def _change(
        self, request_id: str, change: Callable[[LedgerEntry], LedgerEntry], held: Held | None
    ) -> Held:
        for _ in range(RACES_MAX):
            held = held or self.read(request_id)
            assert held is not None, f"no ledger entry for {request_id}"
            changed = change(held.entry)
            if changed == held.entry:
                return held
            try:
                return self._replace(held, changed)
            except Changed:
                held = None
        raise contended("change the restore's entry")

    def _replace(self, held: Held, entry: LedgerEntry) -> Held:
        """The one way in which an entry changes, with all that the change tells."""
        entry = told(entry, entry.finished_at or self._now())
        document = rewritten(held.document, held.entry, entry)
        version = self.documents.replace(
            names.entry_name(entry.request_id), document, held.version, labels_of(entry)
        )
        return Held(entry, version, document)
