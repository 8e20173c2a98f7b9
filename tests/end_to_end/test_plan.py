"""Look at a plan, then hold the app to it: nothing is restored until the restore is asked for."""

import uuid

from tests.end_to_end.stage import Stage, request_for

MARK = uuid.uuid4().hex[:6]


def posts_of(stage: Stage, body_part: str) -> int:
    return sum(body_part in str(post["body"]) for post in stage.posts())


def test_a_plan_is_answered_and_nothing_is_restored(stage: Stage) -> None:
    fields = request_for("AlternateLocation", f"plan-{MARK}")
    reply = stage.call("POST", "restores/plan", fields)
    assert reply.status == 200, reply.body
    assert (reply.body["allowed"], reply.body["validated"]) == (True, True)
    assert reply.body["body"]["properties"]["targetVirtualMachineId"].endswith(f"plan-{MARK}")
    assert posts_of(stage, f"plan-{MARK}") == 0
    assert stage.call("GET", f"restores/plan-{MARK}").status == 404


def test_a_request_that_is_not_what_was_planned_is_refused_with_the_difference(
    stage: Stage,
) -> None:
    fields = request_for("RestoreDisks", f"changed-{MARK}")
    planned = stage.call("POST", "restores/plan", fields).body["planHash"]
    changed = fields | {"planHash": planned, "restoreDiskLunList": []}
    headers = {"Prefer": "wait=20"}
    reply = stage.call("POST", "restores", changed, headers)
    assert (reply.status, reply.body["code"]) == (409, "PlanChanged")
    paths = [problem["path"] for problem in reply.body["problems"]]
    assert paths == ["$.body.properties.restoreDiskLunList"]
    assert stage.finished(f"changed-{MARK}")["verdict"] == "Rejected"


def test_what_was_planned_is_what_is_restored(stage: Stage) -> None:
    fields = request_for("AlternateLocation", f"applied-{MARK}")
    plan = stage.call("POST", "restores/plan", fields).body
    stage.call("POST", "restores", fields | {"planHash": plan["planHash"]})
    assert stage.finished(f"applied-{MARK}")["verdict"] == "Completed"
    (post,) = [post for post in stage.posts() if f"applied-{MARK}" in str(post["body"])]
    assert post["body"] == plan["body"]


def test_a_message_that_wants_a_plan_only_is_answered_by_an_event(stage: Stage) -> None:
    stage.send(request_for("RestoreDisks", f"only-{MARK}", planOnly=True))
    event = stage.event("planned", f"only-{MARK}")
    assert event["data"]["plan"]["allowed"]
    assert stage.call("GET", f"restores/only-{MARK}").status == 404
