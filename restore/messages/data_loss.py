"""What a restore cannot bring back: written after its recovery point, gone with the incident."""

from datetime import datetime

from restore.values.structs import Model


class DataLoss(Model, frozen=True, kw_only=True):
    """The data-loss window of a recovery point."""

    incident_at: datetime
    window_s: float
    """From the point to the incident; 0 for a point that is not from before it."""
    is_before_incident: bool
    text: str
