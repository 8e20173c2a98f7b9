"""Publishing that a message can never work, with the whole original text, however large it is.

A queue message of 64 KiB does not fit into an event beside its problems. Then the text is kept as a
document of the ledger's container, `rejected/{message id}`, and the event names it.
"""

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from restore import cloud_events, names
from restore.contracts import Problem
from storage.documents import Documents, Taken
from storage.events import MESSAGE_BYTES_MAX, EventQueue

_PROBLEMS_MAX = 50
_BEGINNING = 1_000


def publish(
    documents: Documents,
    events: EventQueue,
    *,
    message_id: str,
    code: str,
    problems: Iterable[Problem],
    original: bytes,
    time: datetime,
    request_id: str | None = None,
) -> None:
    """Publish a `rejected` event for one message. Repeatable: same message, same event id."""
    listed = [{"path": fault.path, "message": fault.message} for fault in problems]
    data: dict[str, Any] = {
        "requestId": request_id,
        "messageId": message_id,
        "code": code,
        "problems": listed[:_PROBLEMS_MAX],
        "problemCount": len(listed),
    }
    text, subject = _readable(original), f"{names.RESTORE_REQUESTS}/{message_id}"
    event = cloud_events.event("rejected", message_id, subject, time, data | text)
    if len(msgspec.json.encode(event)) > MESSAGE_BYTES_MAX:
        name = f"rejected/{message_id}"
        try:
            documents.create(name, text, {})
        except Taken:
            pass  # an earlier delivery of the same message kept it
        beginning = text["original"][:_BEGINNING]
        data |= {"originalDocument": name, "originalBeginning": beginning}
        event = cloud_events.event("rejected", message_id, subject, time, data)
    events.send(event)


def _readable(original: bytes) -> dict[str, str]:
    try:
        return {"original": original.decode(), "originalEncoding": "utf-8"}
    except UnicodeDecodeError:
        encoded = base64.b64encode(original).decode()
        return {"original": encoded, "originalEncoding": "base64"}
