"""Close a restore: its verdict, its signed URLs, its slot (storage/closing.py)."""

from typing import Any

from activities import activity_result, clock
from restore.messages.activity_io import Close
from restore.values.decoding import encode
from storage import closing, connection


def close_restore(order: dict[str, Any]) -> dict[str, Any]:
    """Input: Close. Done with `{verdict}`, the one that stands: the first that was written."""
    return activity_result.outcome(order, lambda order: _close(Close.from_json(order)))


def _close(order: Close) -> dict[str, Any]:
    entry = closing.close(connection.ledger(), connection.outbox(), order, clock.now())
    return {"verdict": encode(entry.verdict)}
