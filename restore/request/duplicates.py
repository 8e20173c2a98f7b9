"""What the app tells of a message that says the same as an earlier one: which restore it is."""

from datetime import datetime
from typing import Any

from restore.messages import names
from restore.messages.ledger_entry import LedgerEntry
from restore.values import cloud_events, links
from restore.values.times import stamp


def event(message_id: str, sent_at: datetime, entry: LedgerEntry) -> dict[str, Any]:
    """Return the `duplicate` event of one message: the same message, the same event."""
    data = {
        "messageId": message_id,
        "sourceResourceId": entry.request.get("sourceResourceId"),
        "restoreAt": links.restore(entry.request_id),
        "acceptedAt": stamp(entry.accepted_at),
        "text": (
            f"Message {message_id} has no requestId and says the same as an earlier message. It is "
            f"the same restore: {entry.request_id!r}. If you want another one, give it a requestId."
        ),
    }
    subject = f"{names.RESTORE_REQUESTS}/{message_id}"
    return cloud_events.event("duplicate", entry.request_id, subject, sent_at, data, key=message_id)
