"""Taking turns on a protected item: at most one of our POSTs per item is out with its job unknown.

When a reply is lost, the job list tells which job it started only if no other request of ours could
have started it too. So a request takes the item's turn before its intent. Nothing gives a turn
back: it is free as soon as its holder's ledger entry says that the holder's job is known, or that
none will come. A crash can therefore not leave a turn taken, and a holder that vanished loses it
after TURN_S_MAX.
"""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from storage.documents import Changed, Taken
from storage.ledger import Ledger

TURN_S_MAX = 1800.0
"""Far longer than any POST with its settling; only a vanished holder reaches it."""

_JOBS_KEPT = 200


class Turn(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whose turn it is on an item, and which jobs earlier holders have claimed."""

    holder: str
    since: datetime
    claimed: tuple[str, ...] = ()


class Taking(NamedTuple):
    """Whether the turn is ours now; if so, the jobs that belong to other requests of ours."""

    is_ours: bool
    claimed: tuple[str, ...] = ()


def take(ledger: Ledger, item_id: str, request_id: str, now: datetime) -> Taking:
    """Take the item's turn for a request, if it is free or already ours."""
    documents, name = ledger.documents, _name(item_id)
    found = documents.read(name)
    try:
        if found is None:
            turn = Turn(holder=request_id, since=now)
            documents.create(name, msgspec.to_builtins(turn), {})
            return Taking(is_ours=True)
        turn = msgspec.convert(found.document, Turn)
        if turn.holder == request_id:
            return Taking(is_ours=True, claimed=turn.claimed)
        free, claimed = _freed(ledger, turn, now)
        if not free:
            return Taking(is_ours=False)
        turn = Turn(holder=request_id, since=now, claimed=claimed)
        documents.replace(name, msgspec.to_builtins(turn), found.version, {})
    except (Taken, Changed):
        return Taking(is_ours=False)
    return Taking(is_ours=True, claimed=claimed)


def claimed(ledger: Ledger, item_id: str) -> tuple[str, ...]:
    """Return the item's jobs that belong to earlier requests of ours."""
    found = ledger.documents.read(_name(item_id))
    return () if found is None else msgspec.convert(found.document, Turn).claimed


def _freed(ledger: Ledger, turn: Turn, now: datetime) -> tuple[bool, tuple[str, ...]]:
    held = ledger.read(turn.holder)
    if held is None:
        return True, turn.claimed
    entry = held.entry
    job = () if entry.job_id is None or entry.job_id in turn.claimed else (entry.job_id,)
    gave_up = now - turn.since > timedelta(seconds=TURN_S_MAX)
    is_waiting_to_send = entry.intent is None and entry.state == "Accepted"
    return (entry.is_settled and not is_waiting_to_send) or gave_up, (
        (*turn.claimed, *job)[-_JOBS_KEPT:]
    )


def _name(item_id: str) -> str:
    return f"items/{hashlib.sha256(item_id.lower().encode()).hexdigest()}"
