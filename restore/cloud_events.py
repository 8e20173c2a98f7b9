"""What the app tells the world: CloudEvents 1.0. An event sent twice has the same id both times."""

from datetime import UTC, datetime
from typing import Any

SOURCE = "/azure-vm-restore"


def event(
    kind: str,
    request_id: str,
    subject: str,
    time: datetime,
    data: dict[str, Any],
    *,
    key: str | None = None,
) -> dict[str, Any]:
    """Return an event: accepted, approval-requested, started, finished, rejected or planned.

    Its id is made of the kind and the key; without one, of the request id: what can happen to a
    request only once.
    """
    return {
        "specversion": "1.0",
        "type": f"azure-vm-restore.{kind}.v1",
        "source": SOURCE,
        "id": f"{key or request_id}:{kind}",
        "time": time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "subject": subject,
        "datacontenttype": "application/json",
        "data": {"requestId": request_id, **data},
    }
