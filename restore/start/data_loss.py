"""What a restore from a point cannot bring back: what was written between it and the incident."""

from datetime import datetime

from restore.messages.data_loss import DataLoss
from restore.messages.model import RecoveryPoint
from restore.values.times import stamp, text_of


def data_loss(point: RecoveryPoint, incident_at: datetime | None) -> DataLoss | None:
    """Return the data-loss window of a point; None where nobody said when the incident began."""
    if incident_at is None:
        return None
    window_s = (incident_at - point.time).total_seconds()
    if window_s > 0:
        text = (
            f"What was written in the {text_of(window_s)} from the recovery point until the "
            f"incident at {stamp(incident_at)} is lost."
        )
    else:
        text = (
            f"The recovery point is not from before the incident at {stamp(incident_at)}: it may "
            "hold the damage."
        )
    return DataLoss(
        incident_at=incident_at,
        window_s=max(window_s, 0.0),
        is_before_incident=window_s > 0,
        text=text,
    )
