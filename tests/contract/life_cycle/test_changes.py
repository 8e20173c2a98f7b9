"""Suspend, resume, terminate, rewind and purge: what is allowed when, and what it leaves."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.contract.life_cycle.stage import Stage, eventually


async def suspended(stage: Stage, name: str = "waits", query: str = "?reason=why") -> str:
    instance_id = await stage.running(name)
    await stage.change(instance_id, "suspend", query)
    await stage.until(instance_id, "Suspended")
    return instance_id


async def kinds(stage: Stage, instance_id: str) -> list[str]:
    return [row["EventType"] for row in await stage.rows(instance_id)]


async def test_suspend_and_resume_show_their_reasons_as_output(stage: Stage) -> None:
    x = await suspended(stage, query="?reason=why%20so")
    assert (await stage.look(x)).json["output"] == "why so"
    assert (await stage.change(x, "resume", "?reason=go%20on")).status == 202
    assert (await stage.until(x, "Running"))["output"] == "go on"
    reasons = [row.get("Reason") for row in await stage.rows(x)]
    assert reasons == [None, "why so", "go on"]


async def test_without_a_reason_there_is_none_and_the_last_one_stays(stage: Stage) -> None:
    x = await suspended(stage)
    await stage.change(x, "resume", "")
    assert (await stage.until(x, "Running"))["output"] == "why"
    assert (await stage.rows(x))[-1] == {
        "EventType": "ExecutionResumed",
        "Reason": None,
        "Timestamp": (await stage.rows(x))[-1]["Timestamp"],
    }
    y = await suspended(stage, query="")
    assert (await stage.look(y)).json["output"] is None


async def test_suspend_twice_and_resume_while_running_are_errors(stage: Stage) -> None:
    x = await suspended(stage)
    y = await stage.running("waits")
    for instance_id, verb, status in ((x, "suspend", "Suspended"), (y, "resume", "Running")):
        reply = await stage.change(instance_id, verb)
        assert reply.status == 500
        assert reply.keys == ["Message", "ExceptionMessage", "ExceptionType", "StackTrace"]
        assert reply.json["Message"] == "Something went wrong while processing your request"
        assert reply.json["ExceptionType"] == "System.InvalidOperationException"
        assert reply.json["ExceptionMessage"] == (
            f"Cannot {verb} the orchestration instance {instance_id} because instance is in the "
            f"{status} state."
        )


async def test_a_suspended_function_is_still_called_but_nothing_is_started(stage: Stage) -> None:
    x = await suspended(stage, "held")
    assert (await stage.event(x, "1")).status == 202
    await stage.until_says(x, "moved on")
    assert await kinds(stage, x) == ["ExecutionStarted", "ExecutionSuspended", "EventRaised"]
    await stage.change(x, "resume")
    assert (await stage.until(x))["output"] == "ran"


async def test_an_instance_that_is_done_while_suspended_ends_when_it_is_resumed(
    stage: Stage,
) -> None:
    x = await suspended(stage)
    await stage.event(x, '"v"')
    await asyncio.sleep(0.3)
    assert (await stage.look(x)).json["runtimeStatus"] == "Suspended"
    await stage.change(x, "resume")
    assert (await stage.until(x))["output"] == "v"


async def test_an_activity_that_runs_while_suspended_gets_its_row(stage: Stage) -> None:
    x = await suspended(stage, "slow_one")
    await eventually(lambda: kinds(stage, x), lambda seen: "TaskCompleted" in seen)
    assert await kinds(stage, x) == ["ExecutionStarted", "ExecutionSuspended", "TaskCompleted"]
    assert (await stage.look(x)).json["runtimeStatus"] == "Suspended"


async def test_terminate_ends_at_once_and_the_running_activitys_result_is_dropped(
    stage: Stage,
) -> None:
    x = await stage.running("slow_one")
    assert (await stage.change(x, "terminate", "?reason=first")).status == 202
    ended = await stage.until(x)
    assert (ended["output"], ended["customStatus"]) == ("first", {"at": "slow"})
    expected = ["ExecutionStarted", "TaskScheduled", "ExecutionTerminated", "ExecutionCompleted"]
    assert await kinds(stage, x) == expected
    await asyncio.sleep(2)
    assert await kinds(stage, x) == expected
    assert (await stage.look(x)).json == ended


async def test_of_two_terminates_the_first_reason_wins(stage: Stage) -> None:
    x = await stage.running("waits")
    replies = await asyncio.gather(
        stage.change(x, "terminate", "?reason=one"), stage.change(x, "terminate", "?reason=one")
    )
    assert {reply.status for reply in replies} <= {202, 410}
    assert (await stage.until(x))["output"] == "one"
    assert (await stage.change(x, "terminate", "?reason=two")).status == 410
    assert (await stage.look(x)).json["output"] == "one"


async def test_an_end_without_output_leaves_the_last_reason_standing(stage: Stage) -> None:
    x, y = await suspended(stage), await suspended(stage, "silent")
    await stage.change(x, "terminate", "")
    assert (await stage.until(x))["output"] == "why"
    terminated, completed = (await stage.rows(x))[-2:]
    assert (terminated["Input"], completed["Result"]) == (None, None)
    await stage.change(y, "resume", "")
    await stage.event(y, "1")
    ended = await stage.until(y)
    assert (ended["runtimeStatus"], ended["output"]) == ("Completed", "why")
    assert (await stage.rows(y))[-1]["Result"] is None
    z = await stage.running("waits")
    await stage.change(z, "terminate", "")
    assert (await stage.until(z))["output"] is None


async def test_a_terminated_parent_leaves_its_child_running(stage: Stage) -> None:
    x = await stage.running("over_sleeper")
    await stage.until(f"kid-{x}", "Running")
    await stage.change(x, "terminate")
    await stage.until(x)
    assert (await stage.look(f"kid-{x}")).json["runtimeStatus"] == "Running"
    await stage.change(f"kid-{x}", "terminate")


async def test_a_terminated_child_fails_its_parents_task(stage: Stage) -> None:
    x = await stage.running("over_sleeper")
    await stage.until(f"kid-{x}", "Running")
    await stage.change(f"kid-{x}", "terminate", "?reason=stopkid")
    assert (await stage.until(x))["output"] == "stopkid \n None"


@pytest.mark.parametrize("verb", ["terminate", "suspend", "resume", "raiseEvent/Go"])
async def test_what_is_unknown_or_finished_gets_an_empty_reply(stage: Stage, verb: str) -> None:
    x = await stage.finished("says")
    for instance_id, status in (("nope", 404), (x, 410)):
        reply = await stage.send("POST", f"/instances/{instance_id}/{verb}?reason=x", "1")
        assert (reply.status, reply.text) == (status, "")


async def test_a_rewound_instance_runs_its_failed_activity_again_and_goes_on(
    stage: Stage,
) -> None:
    x = await stage.finished("recovers")
    assert (await stage.change(x, "rewind", "?reason=cured")).status == 202
    assert (await stage.until(x, "Completed"))["output"] == "well"
    rows = await stage.rows(x)
    assert [row["EventType"] for row in rows] == [
        "ExecutionStarted",
        "TaskCompleted",
        *["GenericEvent"] * 4,
        *["TaskCompleted"] * 2,
        "ExecutionCompleted",
    ]
    assert [row["Data"] for row in rows[2:6]] == [None, None, None, "cured"]
    assert [row["FunctionName"] for row in rows[6:8]] == ["heals", "echo"]


async def test_a_rewind_works_through_a_failed_child(stage: Stage) -> None:
    x = await stage.finished("over_recovers")
    await stage.change(x, "rewind", "?reason=cured")
    assert (await stage.until(x, "Completed"))["output"] == "well"
    rows = await stage.rows(x)
    assert [row["EventType"] for row in rows] == [
        "ExecutionStarted",
        *["GenericEvent"] * 2,
        "SubOrchestrationInstanceCompleted",
        "ExecutionCompleted",
    ]
    kid = await stage.rows(f"kid-{x}")
    assert [row["Data"] for row in kid if "Data" in row] == [None, None, None, "cured"]


async def test_a_rewind_that_heals_nothing_fails_again(stage: Stage) -> None:
    x = await stage.finished("fails")
    first = (await stage.look(x)).json
    await stage.change(x, "rewind", "")
    last = await stage.until(x)
    assert (last["runtimeStatus"], last["output"]) == ("Failed", first["output"])
    assert [row["Data"] for row in await stage.rows(x) if "Data" in row] == [None] * 4


async def test_only_a_failed_instance_can_be_rewound(stage: Stage) -> None:
    running, ended = await stage.running("waits"), await stage.running("waits")
    await stage.change(ended, "terminate")
    await stage.until(ended)
    completed, held = await stage.finished("says"), await suspended(stage)
    for instance_id, status in (
        (running, "Running"),
        (ended, "Terminated"),
        (completed, "Completed"),
        (held, "Suspended"),
    ):
        reply = await stage.change(instance_id, "rewind")
        assert reply.status == 412
        assert reply.json == (
            f'This orchestration has status {status}, but only orchestrations in the "Failed" '
            "state can be rewound."
        )
    unknown = await stage.change("nope", "rewind")
    message = 'No orchestration with instance ID "$nope" found.'
    assert (unknown.status, unknown.json) == (404, message)


async def test_only_what_has_ended_can_be_purged_and_children_stay(stage: Stage) -> None:
    x = await stage.running("over_sleeper")
    await stage.until(f"kid-{x}", "Running")
    refused = await stage.send("DELETE", f"/instances/{x}")
    assert refused.status == 412
    assert refused.json == (
        "Only orchestrations in a terminal state can be purged, but the orchestration with "
        f"instance ID {x} has status Running"
    )
    await stage.change(x, "terminate")
    await stage.until(x)
    purged = await stage.send("DELETE", f"/instances/{x}")
    assert (purged.status, purged.json) == (200, {"instancesDeleted": 1})
    again, looked = await stage.send("DELETE", f"/instances/{x}"), await stage.look(x)
    assert [(reply.status, reply.text) for reply in (again, looked)] == [(404, "")] * 2
    assert (await stage.look(f"kid-{x}")).json["runtimeStatus"] == "Running"
    await stage.change(f"kid-{x}", "terminate")


async def test_a_purge_by_filter_takes_the_finished_ones_that_it_names(stage: Stage) -> None:
    since = await _mark()
    done, failed = await stage.finished("says"), await stage.finished("fails")
    running = await stage.running("waits")
    for named, count in (("Terminated", None), ("Completed,Running", 1), ("Failed", 1)):
        path = f"/instances?createdTimeFrom={since}&runtimeStatus={named}"
        reply = await stage.send("DELETE", path)
        expected = (404, "") if count is None else (200, f'{{"instancesDeleted":{count}}}')
        assert (reply.status, reply.text) == expected
    left = [(await stage.look(item)).status for item in (done, failed, running)]
    assert left == [404, 404, 202]


async def test_a_purge_by_filter_needs_a_time_to_begin_with(stage: Stage) -> None:
    for query in ("", "?createdTimeFrom=nonsense", "?runtimeStatus=Completed"):
        reply = await stage.send("DELETE", "/instances" + query)
        message = "Please provide value for 'createdTimeFrom' parameter."
        assert (reply.status, reply.json) == (400, message)


async def test_without_a_finished_status_a_purge_takes_running_ones_but_not_on_devhost(
    stage: Stage, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    since = await _mark()
    done, running, held = (
        await stage.finished("says"),
        await stage.running("waits"),
        await suspended(stage),
    )
    path = f"/instances?createdTimeFrom={since}&runtimeStatus=Running"
    reply = await stage.send("DELETE", path)
    left = [(await stage.look(item)).status for item in (done, running, held)]
    if "durable-engine" in request.node.name:
        assert (reply.json["instancesDeleted"], left) == (3, [404, 404, 404])
    else:
        assert (reply.json["instancesDeleted"], left) == (1, [404, 202, 202])
        assert "Purge kept 2 unfinished instances" in caplog.text
        assert running in caplog.text
        assert "the real engine would have deleted" in caplog.text


async def _mark() -> str:
    """A moment after all that was started before: creation times are compared to the tick."""
    await asyncio.sleep(0.05)
    mark = datetime.now(UTC)
    await asyncio.sleep(0.05)
    return mark.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
