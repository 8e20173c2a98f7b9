"""How many restores may run at once: one document of places, taken by conditional writes.

Nothing gives a place back: it is free as soon as its holder's ledger entry says that the restore is
over. A crash can therefore not leave one taken. The entries of the holders are read only when all
places look taken. A holder that nobody follows any more loses its place after HELD_MAX, which is
longer than any restore is followed.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from restore.decoding import decode
from restore.ledger import LedgerState
from storage.documents import Changed, Taken
from storage.ledger import Ledger

HELD_MAX = timedelta(days=8)
LOOK_AGAIN_S = 30.0
"""Reading up to a thousand entries is not for every second."""

_NAME = "slots/restores"
_RACES_MAX = 8
_RACE_S = 5.0
_OVER = (LedgerState.FINISHED, LedgerState.CANCELLED)


class Slots(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who holds a place, and since when."""

    holders: dict[str, datetime] = {}


class Slot(NamedTuple):
    """Whether a place is ours; if not, how many are taken, and when to look again."""

    is_ours: bool
    taken: int = 0
    """0: others were faster each time; perhaps there are places left."""
    wait_s: float = LOOK_AGAIN_S

    @property
    def is_full(self) -> bool:
        """All places are taken."""
        return not self.is_ours and self.taken > 0


def take(ledger: Ledger, request_id: str, places: int, now: datetime) -> Slot:
    """Take one of so many places for a request, if one is free or ours already."""
    for _ in range(_RACES_MAX):
        found = ledger.documents.read(_NAME)
        holders = decode(found.document, Slots).holders if found else {}
        if request_id in holders:
            return Slot(is_ours=True)
        if len(holders) >= places:
            holders = {
                holder: since
                for holder, since in holders.items()
                if now - since < HELD_MAX and _is_running(ledger, holder)
            }
        if len(holders) >= places:
            return Slot(is_ours=False, taken=len(holders))
        document = msgspec.to_builtins(Slots(holders=holders | {request_id: now}))
        try:
            if found is None:
                ledger.documents.create(_NAME, document, {})
            else:
                ledger.documents.replace(_NAME, document, found.version, {})
        except (Taken, Changed):
            continue
        return Slot(is_ours=True)
    return Slot(is_ours=False, wait_s=_RACE_S)


def _is_running(ledger: Ledger, holder: str) -> bool:
    held = ledger.read(holder)
    return held is not None and held.entry.state not in _OVER
