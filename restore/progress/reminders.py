"""When somebody is told once more to decide about a restore, before its time is up.

The reconciler looks now and then (RESTORE_RECONCILE_S), so the reminder must be due for longer than
that. It comes once: what nobody reads twice nobody reads three times.
"""

from datetime import datetime, timedelta

from restore.messages.ledger_entry import LedgerEntry

_LAST_PART = 4
"""In the last quarter: an hour before the end of four."""


def is_due(entry: LedgerEntry, now: datetime, look_every_s: float) -> bool:
    """Whether it is time to remind people of a restore that waits for their decision."""
    until = entry.authorization.until if entry.authorization else None
    asked_at = next((each.at for each in entry.events if each.kind == "approval-requested"), None)
    if until is None or asked_at is None or entry.reminded_at or not entry.is_waiting_for_approval:
        return False
    whole = until - asked_at
    before = max(whole / _LAST_PART, timedelta(seconds=2 * look_every_s))
    return until - min(before, whole / 2) <= now < until
