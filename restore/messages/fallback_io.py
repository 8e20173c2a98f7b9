"""What the orchestrator restore_vm and the activity fall_back say to each other.

Plain JSON on the wire, read strictly: a history kept by an older version is either understood or
refused, never half understood.
"""

from datetime import datetime

from restore.messages.activity_io import Close
from restore.values.structs import StrictModel


class FallBack(StrictModel, frozen=True, kw_only=True):
    """Input of fall_back, answered by `{verdict}`."""

    close: Close
    """How the request's own attempt would be closed; of one that has fallen back already the ledger
    knows better."""
    until: datetime
    """Until when another attempt may begin: the request's own time."""
