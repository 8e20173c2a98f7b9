"""Messages without a request id that say the same: within a time they are one restore.

Per request hash (the VM and all of the body) one document names the request that such messages
stand for. It is made before the ledger's entry, by a conditional write: of two messages that come
at once exactly one is the first. Times are those at which the queue took the messages, so that a
message delivered again, or late, means the same as before.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from restore.messages import names
from restore.messages.ledger_entry import LedgerEntry
from restore.values.rewriting import rewritten
from restore.values.structs import Model
from storage.documents import RACES_MAX, Changed, Documents, Taken, Versioned, contended

MESSAGES_MAX = 20
"""So many of the later messages are remembered by their ids: enough to see that they came."""


class Same(Model, frozen=True, kw_only=True):
    """What messages of one content stand for."""

    request_id: str
    at: datetime
    """Of the first message."""
    messages: tuple[str, ...] = ()
    """The ids of later ones, at most 20."""


class Message(NamedTuple):
    """A message: its id, and when the queue took it."""

    id: str
    at: datetime


def request_id_of(
    documents: Documents, request_hash: str, message: Message, within: timedelta
) -> str:
    """Return the request id that a message stands for: its own id, unless a message of the same
    content came at most so long before, or after, and has that request. Repeatable. Raises
    ServiceUnavailable."""
    name = _name(request_hash)
    first = Same(request_id=message.id, at=message.at)
    stands_for: str | None = None
    for _ in range(RACES_MAX):
        found = documents.read(name)
        try:
            if found is None:
                documents.create(name, first.as_json(), {})
                return message.id
            same = Same.from_json(found.document)
            if abs(message.at - same.at) < within or same.request_id == message.id:
                stands_for = same.request_id
                _note(documents, name, found, message)
                return stands_for
            if message.at > same.at:  # one that was on its way for so long hides no newer one
                documents.replace(name, first.as_json(), found.version, {})
        except (Taken, Changed):
            continue
        return message.id
    if stands_for is not None:  # it is not noted, which is no reason to let it wait
        return stands_for
    raise contended("see whether another message says the same")


def messages_of(documents: Documents, entry: LedgerEntry) -> tuple[str, ...]:
    """Return the ids of further messages that were taken for this restore, at most 20."""
    found = documents.read(_name(entry.request_hash))
    same = None if found is None else Same.from_json(found.document)
    return same.messages if same and same.request_id == entry.request_id else ()


def _note(documents: Documents, name: str, found: Versioned, message: Message) -> None:
    """Note a later message, as long as there is room. Raises Changed."""
    before = Same.from_json(found.document)
    is_known = message.id in (before.request_id, *before.messages)
    if is_known or len(before.messages) >= MESSAGES_MAX:
        return
    after = msgspec.structs.replace(before, messages=(*before.messages, message.id))
    documents.replace(name, rewritten(found.document, before, after), found.version, {})


def _name(request_hash: str) -> str:
    return f"{names.MESSAGES}same/{request_hash}"
