"""Tidy the app's storage, whatever is open: queues that are missing, slots whose leases have run
out, events that belong to no restore and could not be sent, and notifications that wait.

Each of them for itself: one that cannot be done now does not hinder the next.
"""

from collections.abc import Callable
from typing import Any

from activities import activity_result, clock, slot_leases
from arm import log
from restore.messages import names
from restore.messages.errors import ServiceUnavailable
from restore.messages.log_line import LogLine
from storage import concurrency_slots, connection, draining
from storage.documents import Changed

_PAGES_MAX = 10
"""What is left over is sent at the next tick; one call of a function must not take longer."""


def tidy_storage(order: None) -> dict[str, Any]:
    """Done, with whatever could be done."""
    return activity_result.outcome(order, lambda _: _tidy())


def _tidy() -> None:
    works: tuple[Callable[[], None], ...] = (_make_queues, _end_slots, _send_kept, _wake_senders)
    for work in works:
        try:
            work()
        except (ServiceUnavailable, Changed) as error:
            text = f"Storage is tidied later ({work.__name__}): {error}"
            log.write(LogLine(event="remark", text=text))


def _make_queues() -> None:
    for name in (names.RESTORE_REQUESTS, names.RESTORE_ALERTS, names.RESTORE_EVENTS):
        connection.make_queue(name)


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
    pending_notifications = connection.pending_notifications()
    if pending_notifications is not None and pending_notifications.is_anything_left():
        pending_notifications.wake()
