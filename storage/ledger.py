"""The ledger: one document per request, changed only by conditional writes (DESIGN section 6).

Here: reading entries and moving them along restore/ledger.py's table. Of two writers that compete
for one move the storage account lets exactly one win; the loser is told, and looks again. Not here:
deciding (restore/settling.py) and taking turns on a protected item (storage/turns.py).
"""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from restore import names
from restore.contracts import Approval, Permit, Verdict
from restore.decoding import decode
from restore.ledger import Intent, LedgerEntry, LedgerState, moved
from storage.documents import Changed, Documents, Page, Taken
from storage.labels import labels_of

_RACES_MAX = 8


class Held(NamedTuple):
    """An entry and the version it was read at."""

    entry: LedgerEntry
    version: str


class Ledger:
    """Every request ever accepted, by its id. Any method may raise ServiceUnavailable."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents

    def accept(self, entry: LedgerEntry) -> tuple[LedgerEntry, bool]:
        """Record a new request. Returns the entry that stands, and whether it is this one."""
        try:
            self.documents.create(_name(entry.request_id), _plain(entry), labels_of(entry))
        except Taken:
            standing = self.read(entry.request_id)
            assert standing is not None, "entries are never removed"
            return standing.entry, False
        return entry, True

    def read(self, request_id: str) -> Held | None:
        """Read one entry; None when the request was never accepted."""
        if not names.is_request_id(request_id):  # it may come from a URL: `..` leads elsewhere
            return None
        found = self.documents.read(_name(request_id))
        if found is None:
            return None
        return Held(decode(found.document, LedgerEntry), found.version)

    def page(self, size: int, token: str | None) -> Page:
        """List entries by their labels, in the order of their request ids."""
        return self.documents.page(_name(""), size, token)

    def permit(self, request_id: str, permit: Permit) -> LedgerEntry:
        """Record what the guard found, unless something was sent already or all is over. The time
        until which an approval may come is set once. Repeatable."""

        def allow(entry: LedgerEntry) -> LedgerEntry:
            if entry.state is not LedgerState.ACCEPTED:
                return entry
            until = permit.until
            if permit.approval and entry.permit is not None and entry.permit.until is not None:
                until = entry.permit.until
            return msgspec.structs.replace(
                entry, permit=msgspec.structs.replace(permit, until=until)
            )

        return self._update(request_id, allow)

    def decide(self, request_id: str, approval: Approval) -> LedgerEntry:
        """Record a decision about an approval; the first one stands. Repeatable: whoever wants to
        know whether theirs stands looks at the returned entry."""

        def note(entry: LedgerEntry) -> LedgerEntry:
            if not entry.is_waiting_for_approval:
                return entry
            of = entry.permit.plan_hash if entry.permit else None
            bound = msgspec.structs.replace(approval, plan_hash=of)
            return msgspec.structs.replace(entry, approval=bound)

        return self._update(request_id, note)

    def intend(self, held: Held, intent: Intent) -> Held:
        """Write the intent to POST. Raises Changed when anything happened since `held`."""
        return self._replace(held, moved(held.entry, LedgerState.INTENDED, intent=intent))

    def withdraw(self, held: Held) -> Held:
        """Take the intent back: Azure surely did not accept the POST. Raises Changed."""
        return self._replace(held, moved(held.entry, LedgerState.ACCEPTED, intent=None))

    def fence(self, held: Held) -> None:
        """Write the same again: who was cleared to send at this version may not any more. Raises
        Changed when that came first."""
        self._replace(held, held.entry)

    def started(self, request_id: str, **known: str | None) -> LedgerEntry:
        """Record what is known of the started work: `operation_id`, `job_id`. Repeatable."""
        facts = {name: value for name, value in known.items() if value is not None}

        def start(entry: LedgerEntry) -> LedgerEntry:
            if entry.state is LedgerState.FINISHED:
                return entry
            return moved(entry, LedgerState.STARTED, **facts)

        return self._update(request_id, start)

    def cancel(self, request_id: str) -> LedgerEntry:
        """Cancel if nothing was sent yet, else note that it was asked. Repeatable.

        The state of the returned entry is the truth: CANCELLED = nothing was or will be started.
        """

        def mark(entry: LedgerEntry) -> LedgerEntry:
            if entry.state is LedgerState.ACCEPTED:
                return moved(entry, LedgerState.CANCELLED, cancel_asked=True)
            if entry.state in (LedgerState.CANCELLED, LedgerState.FINISHED):
                return entry
            return msgspec.structs.replace(entry, cancel_asked=True)

        return self._update(request_id, mark)

    def finish(self, request_id: str, verdict: Verdict, at: datetime) -> LedgerEntry:
        """Record the verdict; the first one stands. Repeatable."""

        def close(entry: LedgerEntry) -> LedgerEntry:
            if entry.state is LedgerState.FINISHED:
                return entry
            return moved(entry, LedgerState.FINISHED, verdict=verdict, finished_at=at)

        return self._update(request_id, close)

    def _update(self, request_id: str, change: Any) -> LedgerEntry:
        for _ in range(_RACES_MAX):
            held = self.read(request_id)
            assert held is not None, f"no ledger entry for {request_id}"
            changed: LedgerEntry = change(held.entry)
            if changed == held.entry:
                return changed
            try:
                return self._replace(held, changed).entry
            except Changed:
                continue
        raise Changed(request_id)

    def _replace(self, held: Held, entry: LedgerEntry) -> Held:
        version = self.documents.replace(
            _name(entry.request_id), _plain(entry), held.version, labels_of(entry)
        )
        return Held(entry, version)


def _name(request_id: str) -> str:
    return f"restores/{request_id}"


def _plain(entry: LedgerEntry) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(entry)
    return plain
