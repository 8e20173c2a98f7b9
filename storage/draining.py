"""Send what others have left in the outbox: a page at a time, and claimed first.

A claim is a conditional write, so that of two who drain at the same time one sends. Who made a
change may be sending just now, which is why only what is older than that is taken. Neither is a
promise, for a sender may die before it notes what it sent: an event arrives at least once.
"""

from datetime import datetime, timedelta

from restore.messages.ledger_entry import LedgerEntry, LedgerState
from storage import open_index, outbox
from storage.claims import claim
from storage.documents import Documents
from storage.events import Events
from storage.open_index import Noted
from storage.outbox import Outbox

_NEVER_ACCEPTED = timedelta(hours=1)
"""A starter takes a second. After an hour it is dead, whatever its clock says."""


def drain_entry(
    documents: Documents, sender: Outbox, entry: LedgerEntry, noted: Noted, now: datetime
) -> None:
    """Send what is left of one entry, of which so much is noted. Raises ServiceUnavailable."""
    told, name = sender.told_by(noted.note, entry), open_index.name_of(entry.request_id)
    is_closing = entry.state is LedgerState.FINISHED and min(told) == len(entry.events)
    is_left = outbox.is_left(entry, min(told), now) and claim(documents, name, noted.found, now)
    if is_closing or is_left:
        sender.send(entry, told)


def drain_kept(
    documents: Documents, events: Events, now: datetime, token: str | None = None
) -> str | None:
    """Send one page of the events that belong to no entry; return how to continue. Raises
    ServiceUnavailable."""
    page = documents.page(outbox.KEPT, open_index.PAGE_SIZE, token)
    for line in page.lines:
        found = documents.read(line.name)
        if found is not None and claim(documents, line.name, found, now):
            events.send(found.document["event"])
            documents.remove(line.name)
    return page.token


def forget(documents: Documents, request_id: str, now: datetime) -> None:
    """Whoever opened it has died before it was accepted, unless that was just now."""
    noted = open_index.read(documents, request_id)
    if noted is not None and now - noted.note.opened_at >= _NEVER_ACCEPTED:
        open_index.closed(documents, request_id)
