"""Tidy the app's storage, whatever is open: queues that are missing, slots whose leases have run
out, events that belong to no restore and could not be sent, and notifications that wait.

One look tells what there is at all, so that a tick with nothing to do costs next to nothing. Each
work is done for itself: one that cannot be done now does not hinder the next.
"""

from collections.abc import Callable
from typing import Any

from activities import activity_result, clock, slot_leases
from arm import log
from restore.messages import names
from restore.messages.errors import ServiceUnavailable
from restore.messages.log_line import LogLine
from restore.messages.reconcile_io import Tidied
from storage import (
    alert_usage,
    alerts,
    concurrency_slots,
    connection,
    draining,
    open_index,
    outbox,
    pending_notifications,
)
from storage.documents import Changed

_PAGES_MAX = 10
"""What is left over is sent at the next tick; one call of a function must not take longer."""


def tidy_storage(order: None) -> dict[str, Any]:
    """Done with Tidied, with whatever could be done."""
    return activity_result.outcome(order, lambda _: _tidy())


def _tidy() -> Tidied:
    _attempt(_make_queues)
    folders = connection.ledger().documents.folders()
    for folder, work in _WORKS.items():
        if folder in folders:
            _attempt(work)
    alerts_too = not folders.isdisjoint((alerts.OPEN, alert_usage.RULES))
    return Tidied(open_requests=open_index.FOLDER in folders, alerts=alerts_too)


def _attempt(work: Callable[[], None]) -> None:
    try:
        work()
    except (ServiceUnavailable, Changed) as error:
        text = f"Storage is tidied later ({work.__name__}): {error}"
        log.write(LogLine(event="remark", text=text))


def _make_queues() -> None:
    connection.make_queues((names.RESTORE_REQUESTS, names.RESTORE_ALERTS, names.RESTORE_EVENTS))


def _end_slots() -> None:
    ledger, now = connection.ledger(), clock.now()
    slot_leases.end(ledger, concurrency_slots.overdue(ledger.documents, now), now)


def _send_kept() -> None:
    documents, token = connection.ledger().documents, None
    for _ in range(_PAGES_MAX):
        token = draining.drain_kept(documents, connection.events(), clock.now(), token)
        if token is None:
            return


def _wake_senders() -> None:
    """A wake is one short try: whoever should have been woken is woken now."""
    pending = connection.pending_notifications()
    if pending is not None:
        pending.wake()


_WORKS: dict[str, Callable[[], None]] = {
    concurrency_slots.FOLDER: _end_slots,
    outbox.KEPT: _send_kept,
    pending_notifications.FOLDER: _wake_senders,
}
"""What there is to do where there is anything in a folder."""
