"""What came, and what the rules made of it: one document for each delivery of an alert, and for
each decision of a person about what is held.

Kept by storage/alerts.py, shown by `GET /alerts`. It is made before anything else is done, and
tells in the end all that was.
"""

import base64
from datetime import datetime
from typing import Literal, get_args

from restore.alerts.decision import AlertDecision
from restore.messages.rejection import readable
from restore.values.structs import Model

Way = Literal["http", "queue", "person", "app"]
"""How it came: an alert by HTTP or by the queue, a person's decision, or that nobody decided."""
WAYS: tuple[Way, ...] = get_args(Way)
Verb = Literal["approved", "refused", "expired"]

KEPT_BYTES_MAX = 256 * 1024
"""Of what came; of more, its beginning."""


class Release(Model, frozen=True, kw_only=True):
    """What was decided about what is held of a rule."""

    rule: str
    decision: Verb
    request_ids: tuple[str, ...]
    """It names them: what was held meanwhile is not meant."""
    by: str | None = None
    """None: not known."""
    reason: str | None = None


class AlertRecord(Model, frozen=True, kw_only=True):
    """One delivery, or one decision."""

    id: str
    way: Way
    received_at: datetime
    by: str | None = None
    """Who sent it, as far as that is known for certain."""
    original: str = ""
    original_encoding: Literal["utf-8", "base64"] = "utf-8"
    original_bytes: int = 0
    """So many came."""
    release: Release | None = None
    judged_at: datetime | None = None
    decisions: tuple[AlertDecision, ...] = ()

    @property
    def body(self) -> bytes:
        """What came, byte by byte, as far as it is kept; what is cut is too large to be read."""
        text = self.original.encode()
        kept = base64.b64decode(text) if self.original_encoding == "base64" else text
        return kept.ljust(self.original_bytes)


def recorded(
    alert_id: str, way: Way, received_at: datetime, original: bytes, by: str | None = None
) -> AlertRecord:
    """Return the record of what came."""
    shown, encoding = readable(original[:KEPT_BYTES_MAX])
    return AlertRecord(
        id=alert_id,
        way=way,
        received_at=received_at,
        by=by,
        original=shown,
        original_encoding=encoding,
        original_bytes=len(original),
    )
