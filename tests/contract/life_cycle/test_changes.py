"""Suspend, resume and terminate: what is allowed when, and what it leaves."""

import asyncio

import pytest

from tests.contract.life_cycle.harness import EngineHarness, eventually


async def kinds(harness: EngineHarness, instance_id: str) -> list[str]:
    return [row["EventType"] for row in await harness.rows(instance_id)]


async def test_suspend_and_resume_show_their_reasons_as_output(harness: EngineHarness) -> None:
    x = await harness.suspended(query="?reason=why%20so")
    assert (await harness.look(x)).json["output"] == "why so"
    assert (await harness.change(x, "resume", "?reason=go%20on")).status == 202
    assert (await harness.until(x, "Running"))["output"] == "go on"
    reasons = [row.get("Reason") for row in await harness.rows(x)]
    assert reasons == [None, "why so", "go on"]


async def test_without_a_reason_there_is_none_and_the_last_one_stays(
    harness: EngineHarness,
) -> None:
    x = await harness.suspended()
    await harness.change(x, "resume", "")
    assert (await harness.until(x, "Running"))["output"] == "why"
    assert (await harness.rows(x))[-1] == {
        "EventType": "ExecutionResumed",
        "Reason": None,
        "Timestamp": (await harness.rows(x))[-1]["Timestamp"],
    }
    y = await harness.suspended(query="")
    assert (await harness.look(y)).json["output"] is None


async def test_suspend_twice_and_resume_while_running_are_errors(harness: EngineHarness) -> None:
    x = await harness.suspended()
    y = await harness.running("waits")
    for instance_id, verb, status in ((x, "suspend", "Suspended"), (y, "resume", "Running")):
        reply = await harness.change(instance_id, verb)
        assert reply.status == 500
        assert reply.keys == ["Message", "ExceptionMessage", "ExceptionType", "StackTrace"]
        assert reply.json["Message"] == "Something went wrong while processing your request"
        assert reply.json["ExceptionType"] == "System.InvalidOperationException"
        assert reply.json["ExceptionMessage"] == (
            f"Cannot {verb} the orchestration instance {instance_id} because instance is in the "
            f"{status} state."
        )


async def test_a_suspended_function_is_still_called_but_nothing_is_started(
    harness: EngineHarness,
) -> None:
    x = await harness.suspended("held")
    assert (await harness.event(x, "1")).status == 202
    await harness.until_says(x, "moved on")
    assert await kinds(harness, x) == ["ExecutionStarted", "ExecutionSuspended", "EventRaised"]
    await harness.change(x, "resume")
    assert (await harness.until(x))["output"] == "ran"


async def test_an_instance_that_is_done_while_suspended_ends_when_it_is_resumed(
    harness: EngineHarness,
) -> None:
    x = await harness.suspended()
    await harness.event(x, '"v"')
    await asyncio.sleep(0.3)
    assert (await harness.look(x)).json["runtimeStatus"] == "Suspended"
    await harness.change(x, "resume")
    assert (await harness.until(x))["output"] == "v"


async def test_an_activity_that_runs_while_suspended_gets_its_row(harness: EngineHarness) -> None:
    x = await harness.suspended("slow_one")
    await eventually(lambda: kinds(harness, x), lambda seen: "TaskCompleted" in seen)
    assert await kinds(harness, x) == ["ExecutionStarted", "ExecutionSuspended", "TaskCompleted"]
    assert (await harness.look(x)).json["runtimeStatus"] == "Suspended"


async def test_terminate_ends_at_once_and_the_running_activitys_result_is_dropped(
    harness: EngineHarness,
) -> None:
    x = await harness.running("slow_one")
    assert (await harness.change(x, "terminate", "?reason=first")).status == 202
    ended = await harness.until(x)
    assert (ended["output"], ended["customStatus"]) == ("first", {"at": "slow"})
    expected = ["ExecutionStarted", "TaskScheduled", "ExecutionTerminated", "ExecutionCompleted"]
    assert await kinds(harness, x) == expected
    await asyncio.sleep(2)
    assert await kinds(harness, x) == expected
    assert (await harness.look(x)).json == ended


async def test_of_two_terminates_the_first_reason_wins(harness: EngineHarness) -> None:
    x = await harness.running("waits")
    replies = await asyncio.gather(
        harness.change(x, "terminate", "?reason=one"), harness.change(x, "terminate", "?reason=one")
    )
    assert {reply.status for reply in replies} <= {202, 410}
    assert (await harness.until(x))["output"] == "one"
    assert (await harness.change(x, "terminate", "?reason=two")).status == 410
    assert (await harness.look(x)).json["output"] == "one"


async def test_an_end_without_output_leaves_the_last_reason_standing(
    harness: EngineHarness,
) -> None:
    x, y = await harness.suspended(), await harness.suspended("silent")
    await harness.change(x, "terminate", "")
    assert (await harness.until(x))["output"] == "why"
    terminated, completed = (await harness.rows(x))[-2:]
    assert (terminated["Input"], completed["Result"]) == (None, None)
    await harness.change(y, "resume", "")
    await harness.event(y, "1")
    ended = await harness.until(y)
    assert (ended["runtimeStatus"], ended["output"]) == ("Completed", "why")
    assert (await harness.rows(y))[-1]["Result"] is None
    z = await harness.running("waits")
    await harness.change(z, "terminate", "")
    assert (await harness.until(z))["output"] is None


async def test_a_terminated_parent_leaves_its_child_running(harness: EngineHarness) -> None:
    x = await harness.running("over_sleeper")
    await harness.until(f"kid-{x}", "Running")
    await harness.change(x, "terminate")
    await harness.until(x)
    assert (await harness.look(f"kid-{x}")).json["runtimeStatus"] == "Running"
    await harness.change(f"kid-{x}", "terminate")


async def test_a_terminated_child_fails_its_parents_task(harness: EngineHarness) -> None:
    x = await harness.running("over_sleeper")
    await harness.until(f"kid-{x}", "Running")
    await harness.change(f"kid-{x}", "terminate", "?reason=stopkid")
    assert (await harness.until(x))["output"] == "stopkid \n None"


@pytest.mark.parametrize("verb", ["terminate", "suspend", "resume", "raiseEvent/Go"])
async def test_what_is_unknown_or_finished_gets_an_empty_reply(
    harness: EngineHarness, verb: str
) -> None:
    x = await harness.finished("says")
    for instance_id, status in (("nope", 404), (x, 410)):
        reply = await harness.send("POST", f"/instances/{instance_id}/{verb}?reason=x", "1")
        assert (reply.status, reply.text) == (status, "")
