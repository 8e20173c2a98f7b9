"""Look at a plan, then hold the app to it: nothing is restored until the restore is asked for."""

import uuid

from tests.end_to_end.harness import HostHarness, request_for

MARK = uuid.uuid4().hex[:6]


def posts_of(harness: HostHarness, body_part: str) -> int:
    return sum(body_part in str(post["body"]) for post in harness.posts())


def test_a_plan_is_answered_and_nothing_is_restored(harness: HostHarness) -> None:
    fields = request_for("AlternateLocation", f"plan-{MARK}")
    reply = harness.call("POST", "restores/plan", fields)
    assert reply.status == 200, reply.body
    assert (reply.body["allowed"], reply.body["validated"]) == (True, True)
    assert reply.body["body"]["properties"]["targetVirtualMachineId"].endswith(f"plan-{MARK}")
    assert posts_of(harness, f"plan-{MARK}") == 0
    assert harness.call("GET", f"restores/plan-{MARK}").status == 404


def test_a_request_that_is_not_what_was_planned_is_refused_with_the_difference(
    harness: HostHarness,
) -> None:
    fields = request_for("RestoreDisks", f"changed-{MARK}")
    planned = harness.call("POST", "restores/plan", fields).body["planHash"]
    changed = fields | {"planHash": planned, "restoreDiskLunList": []}
    headers = {"Prefer": "wait=20"}
    reply = harness.call("POST", "restores", changed, headers)
    assert (reply.status, reply.body["code"]) == (409, "PlanChanged")
    paths = [problem["path"] for problem in reply.body["problems"]]
    assert paths == ["$.body.properties.restoreDiskLunList"]
    assert harness.finished(f"changed-{MARK}")["verdict"] == "Rejected"


def test_what_was_planned_is_what_is_restored(harness: HostHarness) -> None:
    fields = request_for("AlternateLocation", f"applied-{MARK}")
    plan = harness.call("POST", "restores/plan", fields).body
    harness.call("POST", "restores", fields | {"planHash": plan["planHash"]})
    assert harness.finished(f"applied-{MARK}")["verdict"] == "Completed"
    (post,) = [post for post in harness.posts() if f"applied-{MARK}" in str(post["body"])]
    assert post["body"] == plan["body"]


def test_a_message_that_wants_a_plan_only_is_answered_by_an_event(harness: HostHarness) -> None:
    harness.send(request_for("RestoreDisks", f"only-{MARK}", planOnly=True))
    event = harness.event("planned", f"only-{MARK}")
    assert event["data"]["plan"]["allowed"]
    assert harness.call("GET", f"restores/only-{MARK}").status == 404
