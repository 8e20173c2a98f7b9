"""Defects of telling: an event is lost, late for ever, or another one when it comes again."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from restore.messages.errors import ServiceUnavailable
from restore.messages.ledger_entry import LedgerEntry
from restore.progress import ledger_events
from storage import draining
from storage.outbox import Outbox, Told

Patch = pytest.MonkeyPatch


def gives_each_event_an_id_of_its_own(patch: Patch) -> None:
    """An event that is sent again has another id."""
    whole, numbers = ledger_events.cloud_event, count()

    def event(entry: LedgerEntry, index: int) -> dict[str, Any]:
        told = whole(entry, index)
        return told | {"id": f"{told['id']}:{next(numbers)}"}

    patch.setattr(ledger_events, "cloud_event", event)


def loses_events(patch: Patch) -> None:
    """An event that the queue does not take is forgotten."""
    whole = Outbox.send

    def send(self: Outbox, entry: LedgerEntry, told: Told) -> None:
        try:
            whole(self, entry, told)
        except ServiceUnavailable:
            self._note(entry, told, Told(len(entry.events), len(entry.events)))

    patch.setattr(Outbox, "send", send)


def leaves_it_to_who_made_the_change(patch: Patch) -> None:
    """Nobody drains what the one short try did not send."""
    patch.setattr(draining, "drain_entry", lambda *_: None)


def asks_nobody_to_decide(patch: Patch) -> None:
    """It waits for an approval, and no event says so."""
    rows = tuple(row for row in ledger_events._ROWS if row.kind != "approval-requested")
    patch.setattr(ledger_events, "_ROWS", rows)


def numbers_events_from_the_note(patch: Patch) -> None:
    """An event's number is how many were sent before it, not its place among those told."""
    whole, sent = ledger_events.cloud_event, count(1)

    def event(entry: LedgerEntry, index: int) -> dict[str, Any]:
        return whole(entry, index) | {"sequence": str(next(sent))}

    patch.setattr(ledger_events, "cloud_event", event)


def tells_anew_what_is_sent_again(patch: Patch) -> None:
    """An event says what is true when it is sent, not when it was told."""
    whole = ledger_events.cloud_event

    def event(entry: LedgerEntry, index: int) -> dict[str, Any]:
        told = whole(entry, index)
        return told | {"data": told["data"] | {"state": entry.state.value}}

    patch.setattr(ledger_events, "cloud_event", event)


_TOLD = "events are complete"
PLANTS: list[tuple[Callable[[Patch], None], str]] = [
    (gives_each_event_an_id_of_its_own, _TOLD),
    (loses_events, _TOLD),
    (asks_nobody_to_decide, _TOLD),
    (numbers_events_from_the_note, _TOLD),
    (tells_anew_what_is_sent_again, _TOLD),
    (leaves_it_to_who_made_the_change, "all ends"),
]
