"""The index of open requests: `open/{request id}`, made before the ledger's entry, removed last.

So whoever looks for what is open lists a few names, however long the ledger is. A request is open
until it has its verdict and all of its events are sent; how many are is noted in here. The note is
put without a condition: one that is lost costs a second copy of an event, with the same id and
content, and nothing else. So nothing else may be kept here, but a claim: for a minute only one
sender of what was left unsent sends.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from restore.messages import names
from restore.values.structs import Model
from storage.documents import Documents, Taken, Versioned, lines

FOLDER = "open/"
PAGE_SIZE = 50
"""One entry is read for each: a page takes a second or two."""


class Note(Model, frozen=True, kw_only=True):
    """What is noted of an open request."""

    opened_at: datetime
    sent: int = 0
    """So many of its events are sent, from the first on."""
    noticed: int = 0
    """So many are kept as notifications (storage/pending_notifications.py), from the first on."""


class Noted(NamedTuple):
    """A note, and the document that it was read from, which a claim replaces."""

    note: Note
    found: Versioned


class OpenPage(NamedTuple):
    """A page of ids of requests; `token` continues it, None when it was the last."""

    request_ids: tuple[str, ...]
    token: str | None


def opened(documents: Documents, request_id: str, at: datetime) -> bool:
    """Enter a request before it is accepted; False when it is open already."""
    try:
        documents.create(name_of(request_id), Note(opened_at=at).as_json(), {})
    except Taken:
        return False
    return True


def read(documents: Documents, request_id: str) -> Noted | None:
    """Return a request's note; None when it is not open."""
    found = documents.read(name_of(request_id))
    return None if found is None else Noted(Note.from_json(found.document), found)


def note(
    documents: Documents, request_id: str, opened_at: datetime, sent: int, noticed: int
) -> None:
    """Note that so many events are sent, and so many kept as notifications."""
    noted = Note(opened_at=opened_at, sent=sent, noticed=noticed)
    documents.put(name_of(request_id), noted.as_json())


def closed(documents: Documents, request_id: str) -> None:
    """Take a request out: it has its verdict, and all of its events are sent."""
    documents.remove(name_of(request_id))


def page(documents: Documents, token: str | None = None, size: int = PAGE_SIZE) -> OpenPage:
    """List what is open, in the order of the request ids."""
    listed = documents.page(FOLDER, size, token)
    ids = tuple(line.name.removeprefix(FOLDER) for line in listed.lines)
    return OpenPage(ids, listed.token)


def ids(documents: Documents) -> Iterator[str]:
    """Return the ids of all that is open. Raises ServiceUnavailable."""
    return (line.name.removeprefix(FOLDER) for line in lines(documents, FOLDER, PAGE_SIZE))


def name_of(request_id: str) -> str:
    """Return the document's name."""
    assert names.is_request_id(request_id), "only what was accepted is open"
    return f"{FOLDER}{request_id}"
