"""Suspend, resume and terminate: what is allowed when, and what it leaves."""

import asyncio

import pytest

from tests.contract.life_cycle.stage import Stage, eventually


async def kinds(stage: Stage, instance_id: str) -> list[str]:
    return [row["EventType"] for row in await stage.rows(instance_id)]


async def test_suspend_and_resume_show_their_reasons_as_output(stage: Stage) -> None:
    x = await stage.suspended(query="?reason=why%20so")
    assert (await stage.look(x)).json["output"] == "why so"
    assert (await stage.change(x, "resume", "?reason=go%20on")).status == 202
    assert (await stage.until(x, "Running"))["output"] == "go on"
    reasons = [row.get("Reason") for row in await stage.rows(x)]
    assert reasons == [None, "why so", "go on"]


async def test_without_a_reason_there_is_none_and_the_last_one_stays(stage: Stage) -> None:
    x = await stage.suspended()
    await stage.change(x, "resume", "")
    assert (await stage.until(x, "Running"))["output"] == "why"
    assert (await stage.rows(x))[-1] == {
        "EventType": "ExecutionResumed",
        "Reason": None,
        "Timestamp": (await stage.rows(x))[-1]["Timestamp"],
    }
    y = await stage.suspended(query="")
    assert (await stage.look(y)).json["output"] is None


async def test_suspend_twice_and_resume_while_running_are_errors(stage: Stage) -> None:
    x = await stage.suspended()
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
    x = await stage.suspended("held")
    assert (await stage.event(x, "1")).status == 202
    await stage.until_says(x, "moved on")
    assert await kinds(stage, x) == ["ExecutionStarted", "ExecutionSuspended", "EventRaised"]
    await stage.change(x, "resume")
    assert (await stage.until(x))["output"] == "ran"


async def test_an_instance_that_is_done_while_suspended_ends_when_it_is_resumed(
    stage: Stage,
) -> None:
    x = await stage.suspended()
    await stage.event(x, '"v"')
    await asyncio.sleep(0.3)
    assert (await stage.look(x)).json["runtimeStatus"] == "Suspended"
    await stage.change(x, "resume")
    assert (await stage.until(x))["output"] == "v"


async def test_an_activity_that_runs_while_suspended_gets_its_row(stage: Stage) -> None:
    x = await stage.suspended("slow_one")
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
    x, y = await stage.suspended(), await stage.suspended("silent")
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
