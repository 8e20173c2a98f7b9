"""What the app tells the world: CloudEvents 1.0. An event sent twice has the same id both times."""

from datetime import UTC, datetime
from typing import Any

SOURCE = "/azure-vm-restore"


def event(
    kind: str, request_id: str, subject: str, time: datetime, data: dict[str, Any]
) -> dict[str, Any]:
    """Return the event `accepted`, `started`, `finished` or `rejected` of a request."""
    return {
        "specversion": "1.0",
        "type": f"azure-vm-restore.{kind}.v1",
        "source": SOURCE,
        "id": f"{request_id}:{kind}",
        "time": time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "subject": subject,
        "datacontenttype": "application/json",
        "data": {"requestId": request_id, **data},
    }
