"""What people may look at before, beside and after restores: lists, recovery points, health."""

import uuid

from tests.end_to_end.harness import HostHarness, request_for


def test_the_list_shows_what_was_asked(harness: HostHarness) -> None:
    request_id = f"listed-{uuid.uuid4().hex[:8]}"
    harness.call("POST", "restores", request_for("RestoreDisks", request_id, name="no-such-vm"))
    harness.finished(request_id)
    found: list[str] = []
    token = ""
    while True:
        reply = harness.call("GET", f"restores?verdict=Rejected&top=2{token}")
        assert reply.status == 200
        found += [line["requestId"] for line in reply.body["value"]]
        if "continuationToken" not in reply.body:
            break
        token = f"&continuationToken={reply.body['continuationToken']}"
    assert request_id in found


def test_recovery_points_can_be_looked_at_before_anything_is_asked(harness: HostHarness) -> None:
    request = request_for("RestoreDisks", "x")
    path = f"recovery-points?sourceResourceId={request['sourceResourceId']}"
    reply = harness.call("GET", f"{path}&vaultId={request['vaultId']}")
    assert reply.status == 200
    assert reply.body["points"]
    assert reply.body["choice"]["why"]
    assert harness.call("GET", "recovery-points").status == 400


def test_the_app_says_that_it_is_well(harness: HostHarness) -> None:
    reply = harness.call("GET", "health")
    assert (reply.status, reply.body["status"]) == (200, "ok")
