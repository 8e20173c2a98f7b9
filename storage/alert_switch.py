"""The switch that stops all restores that alerts ask for: one document, read right before each of
them is sent (activities/alert_gate.py).

It is no message that somebody must hear: whoever would send asks.
"""

from datetime import datetime

from restore.values.structs import Model
from storage.documents import Documents

_NAME = "alert-switch"


class Stopped(Model, frozen=True, kw_only=True):
    """That somebody has stopped them."""

    at: datetime
    by: str | None = None
    """None: not known."""
    reason: str


def read(documents: Documents) -> Stopped | None:
    """Return who has stopped them; None while they go on. Raises ServiceUnavailable."""
    found = documents.read(_NAME)
    return None if found is None else Stopped.from_json(found.document)


def stop(documents: Documents, stopped: Stopped) -> None:
    """Stop them. Repeatable. Raises ServiceUnavailable."""
    documents.put(_NAME, stopped.as_json())


def resume(documents: Documents) -> None:
    """Let them go on. Repeatable. Raises ServiceUnavailable."""
    documents.remove(_NAME)
