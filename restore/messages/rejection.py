"""A message that became no request: what came, why it was refused, and whether it was put back.

Kept by storage/rejections.py, shown by `GET /rejections`. What is wrong with a message that the app
refused is known; of a poisoned one, which the host gave up, at the most what its last try raised.
"""

import base64
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from restore.messages import names
from restore.values.problem import Problem
from restore.values.structs import Model

Kind = Literal["rejected", "poisoned"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Encoding = Literal["utf-8", "base64"]

ORIGINAL_BYTES_MAX = 64 * 1024
"""What a storage queue takes. Should more ever come, its beginning is kept."""
_FAR = datetime(2200, 1, 1, tzinfo=UTC)


class PutBack(Model, frozen=True, kw_only=True):
    """That somebody has sent it again, and which restore or plan it then was."""

    at: datetime
    request_id: str
    by: str | None = None
    """None: not known."""


class Rejection(Model, frozen=True, kw_only=True):
    """One message that was refused, or poisoned."""

    id: str
    kind: Kind
    at: datetime
    """When the message was put on the queue that it was taken from."""
    queue: str
    message_id: str
    code: str
    problems: tuple[Problem, ...] = ()
    """Of a rejected message everything that is wrong."""
    text: str | None = None
    """Of a poisoned message what is known of its tries, and what to do."""
    request_id: str | None = None
    """The message's own; None: it has none, or none that can be read."""
    original: str
    original_encoding: Encoding
    is_whole: bool = True
    """All of the original is here."""
    put_back: PutBack | None = None

    @property
    def body(self) -> bytes:
        """What came, byte by byte."""
        text = self.original.encode()
        return base64.b64decode(text) if self.original_encoding == "base64" else text


def id_of(at: datetime, message_id: str) -> str:
    """Return the same id at every delivery of a message. Its number falls as time goes by, so that
    a list in the order of the names begins with the newest."""
    left_s = max((_FAR - at) // timedelta(seconds=1), 0)
    return f"{left_s:010}-{message_id}"


def is_id(text: str) -> bool:
    """Whether a rejection could have this id. Whoever makes a blob's name of a text asks first."""
    return names.is_request_id(text)


def readable(original: bytes) -> tuple[str, Encoding]:
    """Return a message as JSON can hold it, and how that is to be read."""
    try:
        return original.decode(), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(original).decode(), "base64"
