"""How many restores may run at once: one document of slots, changed by conditional writes.

A slot belongs to the Azure job: it is released when the job is over, or when it is certain that
none was started; not with a verdict that was given before. It is held for a lease, as long as the
restore is followed at the most. When the lease has run out, whoever needs a slot, or tidies up,
looks at the job and releases or renews (activities/slot_leases.py): nothing is guessed.

First come, first served: those who wait stand in a line, and read this one document. A place in
the line is not for ever: a slot that nobody takes for LINE_S_MAX is anybody's, and those passed
over must ask again. So nobody who has died in the line can block it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from restore.values.decoding import decode
from restore.values.rewriting import rewritten
from restore.values.structs import Model
from storage.documents import RACES_MAX, Changed, Documents, Taken, contended

LOOK_AGAIN_S = 30.0
LINE_S_MAX = 300.0
"""Ten times as long as a look takes to come again."""

JOB_AGAIN = timedelta(hours=1)
"""A job that runs on keeps its slot so long before it is looked at again: reads of jobs are few."""

_NAME = "slots/restores"


class Slots(Model, frozen=True, kw_only=True):
    """Who holds a slot, and who waits for one."""

    holders: dict[str, datetime] = {}
    """Until when: then its job must be looked at."""
    line: tuple[str, ...] = ()
    """Who came first is first."""
    free_since: datetime | None = None
    """Since when there is a slot that those who wait have not taken."""


class Slot(NamedTuple):
    """Whether a slot is ours; if not, how many wait before us, and whose leases have run out."""

    is_ours: bool
    ahead: int = 0
    overdue: tuple[str, ...] = ()


def take(documents: Documents, request_id: str, slots: int, now: datetime, until: datetime) -> Slot:
    """Take one of so many slots for a request, if one is free and nobody came before, or it has one
    already; else get in line. Raises ServiceUnavailable."""
    kept = _update(documents, lambda kept: _asked(kept, request_id, slots, now, until))
    if request_id in kept.holders:
        return Slot(is_ours=True)
    return Slot(False, kept.line.index(request_id), _overdue(kept, now))


def release(documents: Documents, request_id: str, now: datetime) -> None:
    """Give a request's slot, or its place in the line, to others. Raises ServiceUnavailable."""
    _update(documents, lambda kept: _without(kept, request_id, now))


def renew(documents: Documents, request_id: str, until: datetime) -> None:
    """Let a request that holds a slot hold it until then. Raises ServiceUnavailable."""

    def extend(kept: Slots) -> Slots:
        if request_id not in kept.holders:
            return kept
        return msgspec.structs.replace(kept, holders=kept.holders | {request_id: until})

    _update(documents, extend)


def overdue(documents: Documents, now: datetime) -> tuple[str, ...]:
    """Return the requests that hold a slot whose lease has run out."""
    found = documents.read(_NAME)
    return () if found is None else _overdue(decode(found.document, Slots), now)


def _asked(kept: Slots, request_id: str, slots: int, now: datetime, until: datetime) -> Slots:
    if request_id in kept.holders:
        return kept
    free = slots - len(kept.holders)
    line = kept.line if request_id in kept.line else (*kept.line, request_id)
    ahead = line.index(request_id)
    had_their_time = kept.free_since is not None and (
        now - kept.free_since > timedelta(seconds=LINE_S_MAX)
    )
    if free > ahead or (free > 0 and had_their_time):
        left = line[:ahead] if free > ahead else ()
        return Slots(
            holders=kept.holders | {request_id: until},
            line=left + line[ahead + 1 :],
            free_since=now if free > 1 else None,
        )
    return Slots(
        holders=kept.holders, line=line, free_since=(kept.free_since or now) if free > 0 else None
    )


def _without(kept: Slots, request_id: str, now: datetime) -> Slots:
    holders = {who: until for who, until in kept.holders.items() if who != request_id}
    if len(holders) == len(kept.holders) and request_id not in kept.line:
        return kept
    line = tuple(who for who in kept.line if who != request_id)
    is_freed = len(holders) < len(kept.holders)
    return Slots(
        holders=holders, line=line, free_since=kept.free_since or (now if is_freed else None)
    )


def _overdue(kept: Slots, now: datetime) -> tuple[str, ...]:
    return tuple(who for who, until in kept.holders.items() if until <= now)


def _update(documents: Documents, change: Callable[[Slots], Slots]) -> Slots:
    for _ in range(RACES_MAX):
        found = documents.read(_NAME)
        kept = Slots() if found is None else decode(found.document, Slots)
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
