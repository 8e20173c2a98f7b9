"""The lock on a protected item: at most one of our POSTs per item is out with its job unknown.

When a reply is lost, the job list tells which job it started only if no other request of ours could
have started it too. So a request acquires the item's lock before it writes its intent. Nothing
releases a lock: when it ends follows from its holder's ledger entry, so a crash cannot leave it
held. It ends when the holder's job is known; when the window of its intent has passed, for no job
that begins later can be its own (restore/start/lost_reply.py); and, without an intent, as soon as
its entry is another version than the one it had when it acquired the lock, for only that one may be
sent. Whoever takes the lock over from a holder that might still send writes the holder's entry
anew: what it was about to send is void then (Ledger.fence).
"""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.values.arm_ids import lower_as_azure
from restore.values.rewriting import rewritten
from restore.values.structs import Model
from storage.documents import Changed, Taken, Versioned
from storage.ledger import Held, Ledger

LOCK_S_MAX = 120.0
"""So long may lie between a lock and its intent: a reading of the job list. A holder that is slower
is fenced, and asks again; one that died keeps others waiting no longer than this."""

HELD_S = 7.0
"""About how long a lock is held: a POST, and two polls of its operation."""

_HELD_PART = 0.5
"""The longer it is held the rarer is a look; half of that loses a third of the time at most."""
_JOBS_KEPT = 200
"""Jobs of other requests, kept apart from ours; a quota allows one VM far fewer."""
_DAY = timedelta(hours=24)
_NOBODY = ""
"""No request can have this id."""


class ItemLock(Model, frozen=True, kw_only=True):
    """Who holds the lock on an item, and which jobs earlier holders have claimed."""

    holder: str
    version: str
    """The holder's entry as it was then. It may be sent at this version only."""
    since: datetime
    claimed: tuple[str, ...] = ()
    begun: dict[str, datetime] = {}
    """When those of them that were begun within a day were sent, by the vault's clock."""


class LockAttempt(NamedTuple):
    """Whether the lock is ours now; if so, the jobs that belong to other requests of ours, and when
    the recent ones were sent."""

    is_ours: bool
    claimed: tuple[str, ...] = ()
    begun: dict[str, datetime] = {}
    wait_s: float = HELD_S


class Look(NamedTuple):
    """An item's lock as it was seen, None if nobody ever had it; how long to wait for it, None if
    it is free; the entry of whoever had it last, if it is free and known."""

    found: Versioned | None
    wait_s: float | None = None
    holder: LedgerEntry | None = None


def acquire(ledger: Ledger, item_id: str, held: Held, now: datetime) -> LockAttempt:
    """Acquire the item's lock for the request of an entry just read, if it is free or its own."""
    documents, name, us = ledger.documents, _name(item_id), held.entry.request_id
    lock = ItemLock(holder=us, version=held.version, since=now)
    found = documents.read(name)
    try:
        if found is None:
            documents.create(name, lock.as_json(), {})
            return LockAttempt(is_ours=True)
        before = ItemLock.from_json(found.document)
        holder = held if before.holder == us else ledger.read(before.holder)
        ends = None if holder is None else _ends(before, holder)
        if ends is not None and now < ends:
            is_ours, wait_s = before.holder == us, _wait_s(before, now, ends)
            return LockAttempt(is_ours, before.claimed, before.begun, wait_s)
        if holder is not None and ends is not None and before.holder != us:
            _fence(ledger, holder)
        claimed, begun = _learn(before, None if holder is None else holder.entry, now)
        lock = msgspec.structs.replace(lock, claimed=claimed, begun=begun)
        documents.replace(name, rewritten(found.document, before, lock), found.version, {})
    except (Taken, Changed):
        return LockAttempt(is_ours=False)
    return LockAttempt(True, claimed, begun)


def look(ledger: Ledger, item_id: str, now: datetime) -> Look:
    """Look at an item's lock without wanting it: is it held by a request that does not know its
    job yet?"""
    found = ledger.documents.read(_name(item_id))
    if found is None:
        return Look(None)
    lock = ItemLock.from_json(found.document)
    holder = ledger.read(lock.holder)
    ends = None if holder is None else _ends(lock, holder)
    if ends is not None and now < ends:
        return Look(found, wait_s=_wait_s(lock, now, ends))
    return Look(found, holder=None if holder is None else holder.entry)


def claim(ledger: Ledger, item_id: str, seen: Look, job_id: str, begun: datetime) -> None:
    """Claim a job that was begun elsewhere: no request of ours takes it for its own from now on.
    The lock's holder stays. Raises Changed when anything happened since that look."""
    documents, name = ledger.documents, _name(item_id)
    if seen.found is None:
        lock = ItemLock(
            holder=_NOBODY, version=_NOBODY, since=begun, claimed=(job_id,), begun={job_id: begun}
        )
        try:
            documents.create(name, lock.as_json(), {})
        except Taken as error:
            raise Changed(name) from error
        return
    before = ItemLock.from_json(seen.found.document)
    claimed, times = _learn(before, seen.holder, begun)
    if job_id not in claimed:
        claimed, times = (*claimed, job_id)[-_JOBS_KEPT:], times | {job_id: begun}
    lock = msgspec.structs.replace(before, claimed=claimed, begun=times)
    documents.replace(name, rewritten(seen.found.document, before, lock), seen.found.version, {})


def claimed(ledger: Ledger, item_id: str) -> tuple[str, ...]:
    """Return the item's jobs that belong to earlier requests of ours."""
    found = ledger.documents.read(_name(item_id))
    return () if found is None else ItemLock.from_json(found.document).claimed


def _ends(lock: ItemLock, holder: Held) -> datetime | None:
    """When a lock ends that its holder's entry has not ended yet; None: it has."""
    entry = holder.entry
    if entry.intent is not None and entry.job_id is None:
        return entry.intent.over_at
    if entry.state is LedgerState.ACCEPTED and holder.version == lock.version:
        return lock.since + timedelta(seconds=LOCK_S_MAX)
    return None


def _fence(ledger: Ledger, holder: Held) -> None:
    """Make void what a holder may have been about to send when its time was up."""
    if holder.entry.state in (LedgerState.ACCEPTED, LedgerState.INTENDED):
        ledger.fence(holder)


def _learn(
    lock: ItemLock, entry: LedgerEntry | None, now: datetime
) -> tuple[tuple[str, ...], dict[str, datetime]]:
    """Add the job of the last holder to those that are claimed; forget what is too old to count."""
    claimed, begun = lock.claimed, lock.begun
    if entry is not None and entry.job_id is not None and entry.job_id not in claimed:
        claimed = (*claimed, entry.job_id)[-_JOBS_KEPT:]
        begun = begun | {entry.job_id: entry.intent.vault_time if entry.intent else lock.since}
    return claimed, {job: at for job, at in begun.items() if job in claimed and now - at < _DAY}


def _wait_s(lock: ItemLock, now: datetime, ends: datetime) -> float:
    """The longer it is held already, as by one that looks for its job, the longer it will be."""
    held_s, left_s = (now - lock.since).total_seconds(), (ends - now).total_seconds()
    return max(HELD_S, min(_HELD_PART * held_s, left_s))


def _name(item_id: str) -> str:
    return f"items/{hashlib.sha256(lower_as_azure(item_id).encode()).hexdigest()}"
