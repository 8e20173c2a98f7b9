"""Events as the app tells them, for tests of how people are told."""

from typing import Any

from restore.values import cloud_events
from tests.fakes.app_harness import START
from tests.unit.restore.samples import VM

JSON = dict[str, Any]
POINT = {"id": "7", "time": "2026-11-22T03:00:00Z", "why": "The newest.", "consistency": "App"}


def event(kind: str, data: JSON, *, request_id: str = "r1", sequence: int | None = 1) -> JSON:
    """Return one event of a restore of web-01."""
    known = {"recoveryType": "RestoreDisks", "sourceResourceId": VM, "source": "queue"}
    return cloud_events.event(kind, request_id, VM, START, known | data, sequence=sequence)


def finished(word: str, *, succeeded: bool = True) -> JSON:
    """Return the event of a restore's end."""
    verdict = {"verdict": word, "succeeded": succeeded, "text": "It is over.", "jobId": "job-1"}
    return event("finished", {"verdict": verdict, "recoveryPoint": POINT})


def to_decide(kind: str = "approval-requested", **data: Any) -> JSON:
    """Return the event that asks for an approval."""
    told = {
        "decideAt": "/api/restores/r1/approval",
        "until": "2026-11-23T07:00:00Z",
        "disksToReplace": [{"name": f"disk-{number}"} for number in range(7)],
        "recoveryPoint": POINT,
        "rule": "people-may-replace",
    }
    return event(kind, told | data)


REJECTED = cloud_events.event(
    "rejected",
    "message-1",
    "restore-requests/message-1",
    START,
    {
        "requestId": None,
        "messageId": "message-1",
        "code": "InvalidRequest",
        "problems": [{"path": "$.vm", "message": "is not a known field"}],
    },
)
HELD = cloud_events.event(
    "restores-held",
    "save-disks.alert-1",
    "rules/save-disks",
    START,
    {
        "requestId": None,
        "rule": "save-disks",
        "held": 300,
        "vms": [f"{VM}{number}" for number in range(200)],
        "until": "2026-11-23T07:00:00Z",
        "decideAt": "/api/holds/save-disks/decision",
    },
)
ALL = {
    "accepted": event("accepted", {"request": {"requestId": "r1"}}),
    "approval-requested": to_decide(),
    "approval-reminder": to_decide("approval-reminder"),
    "started": event("started", {"jobId": "job-1"}),
    "fallback": event("fallback", {"rung": "disks", "because": "UserErrorSkuNotAvailable"}),
    "verifying": event("verifying", {"jobId": "job-1", "job": "Completed", "verify": {}}),
    "finished": finished("Completed"),
    "rejected": REJECTED,
    "restores-held": HELD,
    "poisoned": event("poisoned", {"code": "Poisoned", "text": "It failed."}, sequence=None),
    "duplicate": event("duplicate", {}, sequence=None),
    "planned": event("planned", {"plan": {"findings": []}}, sequence=None),
}
