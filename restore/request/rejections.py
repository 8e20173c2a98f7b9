"""What the app tells of a queue message that can never work: every problem, and all of its text."""

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from restore.messages import names
from restore.values import cloud_events
from restore.values.problem import Problem


def event(
    *,
    message_id: str,
    code: str,
    problems: Iterable[Problem],
    original: bytes,
    time: datetime,
    request_id: str | None = None,
) -> dict[str, Any]:
    """Return the `rejected` event of one message: the same message, the same event id."""
    data = {
        "requestId": request_id,
        "messageId": message_id,
        "code": code,
        "problems": [{"path": fault.path, "message": fault.message} for fault in problems],
    }
    subject = f"{names.RESTORE_REQUESTS}/{message_id}"
    return cloud_events.event("rejected", message_id, subject, time, data | _readable(original))


def _readable(original: bytes) -> dict[str, str]:
    try:
        return {"original": original.decode(), "originalEncoding": "utf-8"}
    except UnicodeDecodeError:
        encoded = base64.b64encode(original).decode()
        return {"original": encoded, "originalEncoding": "base64"}
