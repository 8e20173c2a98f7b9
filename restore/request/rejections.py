"""What the app tells of a queue message that became no request: why, and all of its text.

A message that can never work is `rejected`, with every problem; one that the host gave up is
`poisoned`. Both are kept (storage/rejections.py), and told by one event each.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from restore.messages import names
from restore.messages.errors import InvalidRequest
from restore.messages.rejection import (
    ORIGINAL_BYTES_MAX,
    Rejection,
    id_of,
    readable,
)
from restore.messages.request import RestoreRequest
from restore.request import parsing
from restore.values import cloud_events, links
from restore.values.decoding import encode
from restore.values.problem import Problem

POISONED = "Poisoned"
_UNNAMED = "?"
"""No request can have this id."""


def rejected(
    *,
    message_id: str,
    code: str,
    problems: Sequence[Problem],
    original: bytes,
    time: datetime,
    request_id: str | None = None,
) -> Rejection:
    """Return what is kept of a message that can never work; of the same message the same."""
    return _kept(
        original,
        time,
        kind="rejected",
        queue=names.RESTORE_REQUESTS,
        message_id=message_id,
        code=code,
        problems=tuple(problems),
        request_id=request_id,
    )


def poisoned(
    *, message_id: str, original: bytes, time: datetime, raised: str | None = None
) -> Rejection:
    """Return what is kept of a message that the host gave up; `raised` is the kind of error of its
    last try, where that is known."""
    why = f"Its last try raised {raised}." if raised else "Its tries left no reason."
    return _kept(
        original,
        time,
        kind="poisoned",
        queue=names.POISONED_REQUESTS,
        message_id=message_id,
        code=POISONED,
        text=(
            f"The host gave this message up. {why} Read the app's log of that time. Fix the "
            "cause. Then put the message back."
        ),
        request_id=_request_id(original),
    )


def event(rejection: Rejection) -> dict[str, Any]:
    """Return the event of one message: the same message, the same event id."""
    data = {
        "requestId": rejection.request_id,
        "messageId": rejection.message_id,
        "code": rejection.code,
        **({"text": rejection.text} if rejection.text else {}),
        "problems": encode(rejection.problems),
        "keptAt": links.rejection(rejection.id),
        "original": rejection.original,
        "originalEncoding": rejection.original_encoding,
    }
    subject = f"{rejection.queue}/{rejection.message_id}"
    return cloud_events.event(rejection.kind, rejection.message_id, subject, rejection.at, data)


def _kept(original: bytes, time: datetime, *, message_id: str, **known: Any) -> Rejection:
    shown, encoding = readable(original[:ORIGINAL_BYTES_MAX])
    return Rejection(
        id=id_of(time, message_id),
        at=time,
        message_id=message_id,
        original=shown,
        original_encoding=encoding,
        is_whole=len(original) <= ORIGINAL_BYTES_MAX,
        **known,
    )


def _request_id(original: bytes) -> str | None:
    """The request id that a message names. Reading it may be what its tries died of: whatever that
    raises is no reason not to keep the message."""
    try:
        request: RestoreRequest = parsing.parse_text(original, default_request_id=_UNNAMED)
    except InvalidRequest as error:
        return error.request_id
    except Exception:
        return None
    return request.request_id
