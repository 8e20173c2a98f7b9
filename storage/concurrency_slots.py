"""How many restores run concurrently: one document of slots, changed by conditional writes.

A slot belongs to the Azure job: it is released when the job is over, or when it is certain that
none was started; not with a verdict that was given before. It is held for a lease, a short one as
long as nothing is sent: an activity that runs twice may take a slot after its restore has released
it, and nobody would release that. When the lease has run out, whoever needs a slot, or tidies up,
reads the ledger or the job and releases or renews (activities/slot_leases.py): nothing is guessed.

First come, first served: the waiters stand in this one document, in their order. The order does not
hold for ever: a slot that no waiter takes for WAITERS_FIRST_S is anybody's, and those passed over
must ask again. So no waiter that has died can block the others.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from restore.values.rewriting import rewritten
from restore.values.structs import Model
from storage.documents import RACES_MAX, Changed, Documents, Taken, contended

ASK_AGAIN_S = 30.0
"""A restore takes minutes at the least; a look costs one read."""
WAITERS_FIRST_S = 300.0
"""How long a free slot is kept for the first waiters: ten times as long as one takes to ask
again."""

JOB_AGAIN = timedelta(hours=1)
"""A job that runs on keeps its slot so long before it is read again: reads of jobs are few."""

FOLDER = "slots/"
_NAME = f"{FOLDER}restores"


class ConcurrencySlots(Model, frozen=True, kw_only=True):
    """Who holds a slot, and who waits for one."""

    holders: dict[str, datetime] = {}
    """Until when its lease lasts: then its job must be read."""
    waiters: tuple[str, ...] = ()
    """Who came first is first."""
    free_since: datetime | None = None
    """Since when there is a slot that those who wait have not taken."""


class SlotAttempt(NamedTuple):
    """Whether a slot is ours; if not, how many wait before us, and whose leases have run out."""

    is_ours: bool
    ahead: int = 0
    overdue: tuple[str, ...] = ()


def take(
    documents: Documents, request_id: str, slots: int, now: datetime, until: datetime
) -> SlotAttempt:
    """Take one of so many slots for a request, if one is free and nobody came before, or it has one
    already, whose lease is renewed when half of it is over; else become a waiter. Raises
    ServiceUnavailable."""
    kept = _update(documents, lambda kept: _asked(kept, request_id, slots, now, until))
    if request_id in kept.holders:
        return SlotAttempt(is_ours=True)
    return SlotAttempt(False, kept.waiters.index(request_id), _overdue(kept, now))


def release(documents: Documents, request_id: str, now: datetime) -> None:
    """Give a request's slot, or its place among the waiters, to others. Raises
    ServiceUnavailable."""
    _update(documents, lambda kept: _without(kept, request_id, now))


def renew(documents: Documents, request_id: str, until: datetime) -> None:
    """Let a request that holds a slot hold it until then. Raises ServiceUnavailable."""

    def extend(kept: ConcurrencySlots) -> ConcurrencySlots:
        return _renewed(kept, request_id, until) if request_id in kept.holders else kept

    _update(documents, extend)


def overdue(documents: Documents, now: datetime) -> tuple[str, ...]:
    """Return the requests that hold a slot whose lease has run out."""
    found = documents.read(_NAME)
    return () if found is None else _overdue(ConcurrencySlots.from_json(found.document), now)


def _asked(
    kept: ConcurrencySlots, request_id: str, slots: int, now: datetime, until: datetime
) -> ConcurrencySlots:
    if request_id in kept.holders:
        is_young = kept.holders[request_id] - now > (until - now) / 2
        return kept if is_young else _renewed(kept, request_id, until)
    free = slots - len(kept.holders)
    waiters = kept.waiters if request_id in kept.waiters else (*kept.waiters, request_id)
    ahead = waiters.index(request_id)
    had_their_time = kept.free_since is not None and (
        now - kept.free_since > timedelta(seconds=WAITERS_FIRST_S)
    )
    if free > ahead or (free > 0 and had_their_time):
        left = waiters[:ahead] if free > ahead else ()
        return ConcurrencySlots(
            holders=kept.holders | {request_id: until},
            waiters=left + waiters[ahead + 1 :],
            free_since=now if free > 1 else None,
        )
    return ConcurrencySlots(
        holders=kept.holders,
        waiters=waiters,
        free_since=(kept.free_since or now) if free > 0 else None,
    )


def _renewed(kept: ConcurrencySlots, request_id: str, until: datetime) -> ConcurrencySlots:
    return msgspec.structs.replace(kept, holders=kept.holders | {request_id: until})


def _without(kept: ConcurrencySlots, request_id: str, now: datetime) -> ConcurrencySlots:
    is_freed = request_id in kept.holders
    if not is_freed and request_id not in kept.waiters:
        return kept
    holders = {who: until for who, until in kept.holders.items() if who != request_id}
    waiters = tuple(who for who in kept.waiters if who != request_id)
    return ConcurrencySlots(
        holders=holders, waiters=waiters, free_since=kept.free_since or (now if is_freed else None)
    )


def _overdue(kept: ConcurrencySlots, now: datetime) -> tuple[str, ...]:
    return tuple(who for who, until in kept.holders.items() if until <= now)


def _update(
    documents: Documents, change: Callable[[ConcurrencySlots], ConcurrencySlots]
) -> ConcurrencySlots:
    for _ in range(RACES_MAX):
        found = documents.read(_NAME)
        kept = ConcurrencySlots() if found is None else ConcurrencySlots.from_json(found.document)
        changed = change(kept)
        if changed == kept:
            return kept
        try:
            if found is None:
                documents.create(_NAME, changed.as_json(), {})
            else:
                document = rewritten(found.document, kept, changed)
                documents.replace(_NAME, document, found.version, {})
        except (Taken, Changed):
            continue
        return changed
    raise contended("take or release a slot")
