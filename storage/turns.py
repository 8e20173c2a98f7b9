"""Taking turns on a protected item: at most one of our POSTs per item is out with its job unknown.

When a reply is lost, the job list tells which job it started only if no other request of ours could
have started it too. So a request takes the item's turn before its intent. Nothing gives a turn
back: it is free as soon as its holder's ledger entry says that the holder's job is known, or that
none will come. A crash can therefore not leave a turn taken, and a holder that vanished loses it
after TURN_S_MAX; should it only have been down for so long, its clearance to send is void by then
(Ledger.fence). Those who wait stand in a line that only tells them how long to wait: whoever asks
when the turn is free has it, so nobody in the line can block it.
"""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from restore.decoding import decode
from restore.ids import lower_as_azure
from restore.ledger import LedgerState
from restore.settling import BEGINS_S_MAX
from storage.documents import Changed, Taken
from storage.ledger import Held, Ledger

TURN_S_MAX = 2 * BEGINS_S_MAX
"""Far longer than any POST with its settling; only a vanished holder reaches it. By then a job of
its POST has surely begun, so the next holder's job cannot be taken for it."""

SLOT_S = 7.0
"""About how long a turn is held: a POST, and two looks at its operation."""

_HELD_PART = 0.5
_JOBS_KEPT = 200
_HELD_MAX = timedelta(seconds=TURN_S_MAX)
_DAY = timedelta(hours=24)


class Turn(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whose turn it is on an item, and which jobs earlier holders have claimed."""

    holder: str
    since: datetime
    claimed: tuple[str, ...] = ()
    begun: dict[str, datetime] = {}
    """When those of them that were begun within a day were sent, by the vault's clock."""
    line: dict[str, datetime] = {}
    """Who waits, and since when."""


class Taking(NamedTuple):
    """Whether the turn is ours now; if so, the jobs that belong to other requests of ours, and when
    the recent ones were sent."""

    is_ours: bool
    claimed: tuple[str, ...] = ()
    begun: dict[str, datetime] = {}
    wait_s: float = SLOT_S


def take(ledger: Ledger, item_id: str, request_id: str, now: datetime) -> Taking:
    """Take the item's turn for a request, if it is free or already ours."""
    documents, name = ledger.documents, _name(item_id)
    found = documents.read(name)
    try:
        if found is None:
            turn = Turn(holder=request_id, since=now)
            documents.create(name, msgspec.to_builtins(turn), {})
            return Taking(is_ours=True)
        turn = decode(found.document, Turn)
        if turn.holder == request_id:
            if now - turn.since > _HELD_MAX / 2:  # else it may be taken while we settle
                turn = msgspec.structs.replace(turn, since=now)
                documents.replace(name, msgspec.to_builtins(turn), found.version, {})
            return Taking(is_ours=True, claimed=turn.claimed, begun=turn.begun)
        freed = _freed(ledger, turn, now)
        line = {who: at for who, at in turn.line.items() if now - at < _HELD_MAX}
        if freed.is_free:
            if freed.alive is not None:
                ledger.fence(freed.alive)
            line.pop(request_id, None)
            turn = Turn(
                holder=request_id, since=now, claimed=freed.claimed, begun=freed.begun, line=line
            )
        elif request_id in line:
            return Taking(is_ours=False, wait_s=_wait_s(turn.line, request_id, now - freed.since))
        else:
            line[request_id] = now
            turn = msgspec.structs.replace(turn, line=line)
        documents.replace(name, msgspec.to_builtins(turn), found.version, {})
    except (Taken, Changed):
        return Taking(is_ours=False)
    if freed.is_free:
        return Taking(is_ours=True, claimed=freed.claimed, begun=freed.begun)
    return Taking(is_ours=False, wait_s=_wait_s(turn.line, request_id, now - freed.since))


def _wait_s(line: dict[str, datetime], request_id: str, held: timedelta) -> float:
    """By the place in the line; and the longer the turn is held already, as by one that settles a
    lost reply, the longer: those who wait can ask a dozen times only."""
    ahead = sum(1 for at in line.values() if at < line[request_id])
    return max(SLOT_S * (1 + ahead), _HELD_PART * held.total_seconds())


def claimed(ledger: Ledger, item_id: str) -> tuple[str, ...]:
    """Return the item's jobs that belong to earlier requests of ours."""
    found = ledger.documents.read(_name(item_id))
    return () if found is None else decode(found.document, Turn).claimed


class _Freed(NamedTuple):
    is_free: bool
    claimed: tuple[str, ...]
    begun: dict[str, datetime]
    since: datetime
    """When it was taken; or when its holder sent, which may be long after if the app was down."""
    alive: Held | None = None
    """The holder's entry, if the turn is free only because it was held too long."""


def _freed(ledger: Ledger, turn: Turn, now: datetime) -> _Freed:
    held = ledger.read(turn.holder)
    if held is None:
        return _Freed(True, turn.claimed, turn.begun, turn.since)
    entry = held.entry
    claimed, begun = turn.claimed, turn.begun
    if entry.job_id is not None and entry.job_id not in claimed:
        claimed = (*claimed, entry.job_id)[-_JOBS_KEPT:]
        begun = begun | {entry.job_id: entry.intent.vault_time if entry.intent else turn.since}
    begun = {job_id: at for job_id, at in begun.items() if job_id in claimed and now - at < _DAY}
    is_waiting_to_send = entry.intent is None and entry.state is LedgerState.ACCEPTED
    if entry.is_settled and not is_waiting_to_send:
        return _Freed(True, claimed, begun, turn.since)
    may_send = entry.state in (LedgerState.ACCEPTED, LedgerState.INTENDED)
    since = max(turn.since, entry.intent.vault_time) if entry.intent else turn.since
    return _Freed(now - since > _HELD_MAX, claimed, begun, since, held if may_send else None)


def _name(item_id: str) -> str:
    return f"items/{hashlib.sha256(lower_as_azure(item_id).encode()).hexdigest()}"
