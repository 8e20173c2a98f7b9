"""The running app follows a restore that somebody began elsewhere, and sends nothing for it."""

import uuid
from datetime import UTC, datetime
from typing import Any

from tests.end_to_end.harness import VAULT, HostHarness, request_for, vm


def begin(harness: HostHarness, job_id: str) -> dict[str, Any]:
    """Somebody begins a restore in the portal; return what is sent to adopt it."""
    record = {
        "id": job_id,
        "operation_id": f"operation-of-{job_id}",
        "activity_id": f"activity-of-{job_id}",
        "vault_id": VAULT,
        "vm_id": vm(),
        "point": "1",
        "recovery_type": "RestoreDisks",
        "request": {},
        "start": datetime.now(UTC).isoformat(),
        "duration_s": 8,
        "transfer_share": 0.5,
        "outcome": "Failed",
        "fails_at_share": 1,
        "error": {"code": 400001, "title": "It went wrong", "text": "So it did."},
        "cancel_s": 2,
    }
    harness.vault("PUT", "state", {"job_records": {job_id: record}})
    return {"jobId": job_id, "vaultId": VAULT}


def test_a_restore_that_was_begun_elsewhere_is_followed_to_its_verdict(
    harness: HostHarness,
) -> None:
    job_id = str(uuid.uuid4())
    asked = begin(harness, job_id)
    posts = len(harness.posts())
    replies = [
        harness.call("POST", "restores/adopt", asked, {"Prefer": "respond-async"}) for _ in range(2)
    ]
    assert [reply.status for reply in replies] == [202, 202]
    assert [reply.body["isNew"] for reply in replies] == [True, False]
    request_id = f"adopted-{job_id}"
    assert replies[0].headers["location"] == f"/api/restores/{request_id}"
    view = harness.finished(request_id)
    assert (view["verdict"], view["adopted"]) == ("Failed", True)
    assert view["recoveryType"] == "RestoreDisks"
    assert harness.event("started", request_id)["data"]["jobId"] == job_id
    assert len(harness.posts()) == posts
    listed = harness.call("GET", f"restores?sourceResourceId={vm()}&verdict=Failed&top=200").body
    assert request_id in {line["requestId"] for line in listed["value"]}


def test_what_another_restore_follows_is_told_with_that_restore(harness: HostHarness) -> None:
    request_id = f"own-{uuid.uuid4().hex[:8]}"
    harness.call("POST", "restores", request_for("RestoreDisks", request_id, name="web-02"))
    job_id = harness.event("started", request_id)["data"]["jobId"]
    reply = harness.call("POST", "restores/adopt", {"jobId": job_id, "vaultId": VAULT})
    assert (reply.status, reply.body["code"]) == (409, "JobAlreadyFollowed")
    assert reply.body["requestId"] == request_id
    unknown = harness.call("POST", "restores/adopt", {"jobId": str(uuid.uuid4()), "vaultId": VAULT})
    assert (unknown.status, unknown.body["code"]) == (404, "JobNotFound")
