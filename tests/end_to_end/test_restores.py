"""From a request to its verdict, by queue and by HTTP, on whatever runs the app."""

import uuid

import pytest

from tests.end_to_end.stage import Stage, request_for

KINDS = ("RestoreDisks", "OriginalLocation", "AlternateLocation")


def fresh(kind: str) -> str:
    return f"{kind[:3].lower()}-{uuid.uuid4().hex[:8]}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ["queue", "http"])
def test_a_restore_is_completed_and_sent_exactly_once(stage: Stage, kind: str, way: str) -> None:
    request_id = fresh(kind)
    request = request_for(kind, request_id, name="web-01" if way == "queue" else "web-02")
    if way == "queue":
        stage.send(request, encode=kind == "RestoreDisks")
    else:
        reply = stage.call("POST", "restores", request)
        assert reply.status == 202
        assert reply.headers["Location"] == f"/api/restores/{request_id}"
    view = stage.finished(request_id)
    assert (view["verdict"], view["succeeded"]) == ("Completed", True)
    assert view["recoveryPoint"]["why"]
    assert view["job"]["id"]
    posts = [post for post in stage.posts() if view["recoveryPoint"]["id"] in post["path"]]
    mine = [post for post in posts if _is_mine(post["body"]["properties"], request)]
    assert len(mine) == 1
    for kind_of_event in ("accepted", "started", "finished"):
        stage.event(kind_of_event, request_id)
    assert stage.event("finished", request_id)["data"]["verdict"]["verdict"] == "Completed"


def _is_mine(sent: dict[str, object], request: dict[str, object]) -> bool:
    names = ("recoveryType", "sourceResourceId", "targetVirtualMachineId", "targetResourceGroupId")
    return all(sent.get(name) == request.get(name) for name in names)


def test_the_same_request_during_and_after_starts_nothing_more(stage: Stage) -> None:
    request_id = fresh("RestoreDisks")
    request = request_for("RestoreDisks", request_id, name="db-01")
    before = len(stage.posts())
    assert stage.call("POST", "restores", request).status == 202
    stage.send(request)
    assert stage.call("POST", "restores", request).status in (200, 202)
    stage.finished(request_id)
    after = stage.call("POST", "restores", request)
    assert (after.status, after.body["verdict"], after.body["isNew"]) == (200, "Completed", False)
    stage.send(request)
    changed = stage.call("POST", "restores", request | {"deadline": "PT3H"})
    assert (changed.status, changed.body["code"]) == (409, "RequestIdReused")
    stage.send(request | {"deadline": "PT2H"})
    rejected = stage.event("rejected", request_id)
    assert rejected["data"]["code"] == "RequestIdReused"
    assert len(stage.posts()) == before + 1


def test_a_vm_id_alone_is_enough_while_the_vm_exists(stage: Stage) -> None:
    request_id = fresh("RestoreDisks")
    request = request_for("RestoreDisks", request_id, name="web-02")
    del request["vaultId"]
    stage.send(request)
    assert stage.finished(request_id)["verdict"] == "Completed"


def test_a_cancelled_transfer_ends_as_cancelled(stage: Stage) -> None:
    request_id = fresh("RestoreDisks")
    stage.vault("PUT", "state", {"jobs": {"duration_s": 40}})
    try:
        stage.call("POST", "restores", request_for("RestoreDisks", request_id, name="web-02"))
        stage.event("started", request_id)
        reply = stage.call("POST", f"restores/{request_id}/cancel")
        assert (reply.status, reply.body["cancel"]) == (202, "Asked")
        view = stage.finished(request_id)
    finally:
        stage.vault("PUT", "state", {"jobs": {"duration_s": 8}})
    assert (view["verdict"], view["succeeded"]) == ("Cancelled", False)
    assert view["cancel"]["accepted"]
    again = stage.call("POST", f"restores/{request_id}/cancel")
    assert (again.status, again.body["code"]) == (409, "RestoreIsOver")


def test_a_vm_that_the_vault_does_not_know_is_rejected_with_a_reason(stage: Stage) -> None:
    request_id = fresh("RestoreDisks")
    request = request_for("RestoreDisks", request_id, name="no-such-vm")
    reply = stage.call("POST", "restores", request, headers={"Prefer": "wait=20"})
    assert reply.status == 404
    assert reply.headers["content-type"].startswith("application/problem+json")
    assert reply.body["code"] == "ProtectedItemNotFound"
    assert stage.event("rejected", request_id)["data"]["problems"]
    assert stage.call("GET", f"restores/{request_id}").body["verdict"] == "Rejected"


def test_the_list_shows_what_was_asked(stage: Stage) -> None:
    request_id = fresh("RestoreDisks")
    stage.call("POST", "restores", request_for("RestoreDisks", request_id, name="no-such-vm"))
    stage.finished(request_id)
    found: list[str] = []
    token = ""
    while True:
        reply = stage.call("GET", f"restores?verdict=Rejected&top=2{token}")
        assert reply.status == 200
        found += [line["requestId"] for line in reply.body["value"]]
        if "continuationToken" not in reply.body:
            break
        token = f"&continuationToken={reply.body['continuationToken']}"
    assert request_id in found


def test_recovery_points_can_be_looked_at_before_anything_is_asked(stage: Stage) -> None:
    request = request_for("RestoreDisks", "x")
    path = f"recovery-points?sourceResourceId={request['sourceResourceId']}"
    reply = stage.call("GET", f"{path}&vaultId={request['vaultId']}")
    assert reply.status == 200
    assert reply.body["points"]
    assert reply.body["choice"]["why"]
    assert stage.call("GET", "recovery-points").status == 400


def test_the_app_says_that_it_is_well(stage: Stage) -> None:
    reply = stage.call("GET", "health")
    assert (reply.status, reply.body["status"]) == (200, "ok")
