"""What the app tells the world: CloudEvents 1.0. An event sent twice has the same id both times.

Here too: how much of an event one queue message takes. What does not fit is kept by
storage/events.py, and the event says where it is read. That is not CloudEvents' `dataref`, which
demands that `data` be absent or the same.
"""

from datetime import UTC, datetime
from typing import Any

from restore.values import links
from restore.values.truncation import truncated, utf8_bytes

SOURCE = "/azure-vm-restore"
MESSAGE_BYTES_MAX = 48 * 1024
"""A queue message holds 64 KiB, which is 48 KiB before Base64."""

_LINKS = ("restoreAt", "decideAt", "keptAt")
"""Fields of the data that lead back to the app."""

_GIVES_WAY = (
    "original",
    "recoveryPoint.passedOver",
    "plan.choice.passedOver",
    "plan.choice.point.disks",
    "plan.choice.point.threats",
    "request",
    "plan.body",
    "verdict.jobErrors",
    "verdict.attempts",
    "verdict.error.details",
    "error.details",
    "verdict.error.problems",
    "error.problems",
    "problems",
    "plan.findings",
    "vms",
    "replacedDisks",
    "verdict.replacedDisks",
    "keptDisks",
    "verdict.keptDisks",
    "disksToKeep",
    "disksToReplace",
    "verdict.output",
    "verdict.error.message",
    "recoveryPoint.why",
    "recoveryPoint.consistency",
    "error.message",
)
"""What a person can best do without comes first. A verdict's own text tells its error's message."""


def event(
    kind: str,
    request_id: str,
    subject: str,
    time: datetime,
    data: dict[str, Any],
    *,
    key: str | None = None,
    sequence: int | None = None,
) -> dict[str, Any]:
    """Return an event: accepted, approval-requested, started, finished, rejected, planned,
    poisoned, duplicate or restores-held.

    Its id is made of the kind and the key; without one, of the request id: what can happen to a
    request only once. `sequence` is its place among the events of that request (CloudEvents'
    extension of that name); what belongs to no request has none.
    """
    placed = {} if sequence is None else {"sequence": str(sequence)}
    return {
        "specversion": "1.0",
        "type": f"azure-vm-restore.{kind}.v1",
        "source": SOURCE,
        "id": f"{key or request_id}:{kind}",
        "time": time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "subject": subject,
        "datacontenttype": "application/json",
        **placed,
        "data": {"requestId": request_id, **data},
    }


def reached(event: dict[str, Any], address: str) -> dict[str, Any]:
    """Return the event with its links as who knows the app by this address follows them."""
    data = event["data"]
    found = {name: links.reached(data[name], address) for name in _LINKS if name in data}
    return event | {"data": data | found} if found else event


def message(event: dict[str, Any], address: str = links.PATH) -> dict[str, Any]:
    """Return the event itself if one queue message takes it, else with the part of its data that
    fits, and the place at which all of it is read."""
    if utf8_bytes(event) <= MESSAGE_BYTES_MAX:
        return event
    room = MESSAGE_BYTES_MAX - utf8_bytes(event | {"data": {}})
    place = links.reached(links.event_data(event["id"]), address)
    data = event["data"] | {"fullDataAt": place}
    return event | {"data": truncated(data, room, _GIVES_WAY)}
