"""Rewind and purge: the two requests that take histories apart, and what they refuse."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.contract.life_cycle.harness import EngineHarness


async def test_a_rewound_instance_runs_its_failed_activity_again_and_goes_on(
    harness: EngineHarness,
) -> None:
    x = await harness.finished("recovers")
    assert (await harness.change(x, "rewind", "?reason=cured")).status == 202
    assert (await harness.until(x, "Completed"))["output"] == "well"
    rows = await harness.rows(x)
    assert [row["EventType"] for row in rows] == [
        "ExecutionStarted",
        "TaskCompleted",
        *["GenericEvent"] * 4,
        *["TaskCompleted"] * 2,
        "ExecutionCompleted",
    ]
    assert [row["Data"] for row in rows[2:6]] == [None, None, None, "cured"]
    assert [row["FunctionName"] for row in rows[6:8]] == ["heals", "echo"]


async def test_a_rewind_works_through_a_failed_child(harness: EngineHarness) -> None:
    x = await harness.finished("over_recovers")
    await harness.change(x, "rewind", "?reason=cured")
    assert (await harness.until(x, "Completed"))["output"] == "well"
    rows = await harness.rows(x)
    assert [row["EventType"] for row in rows] == [
        "ExecutionStarted",
        *["GenericEvent"] * 2,
        "SubOrchestrationInstanceCompleted",
        "ExecutionCompleted",
    ]
    kid = await harness.rows(f"kid-{x}")
    assert [row["Data"] for row in kid if "Data" in row] == [None, None, None, "cured"]


async def test_a_rewind_that_heals_nothing_fails_again(harness: EngineHarness) -> None:
    x = await harness.finished("fails")
    first = (await harness.look(x)).json
    await harness.change(x, "rewind", "")
    last = await harness.until(x)
    assert (last["runtimeStatus"], last["output"]) == ("Failed", first["output"])
    assert [row["Data"] for row in await harness.rows(x) if "Data" in row] == [None] * 4


async def test_only_a_failed_instance_can_be_rewound(harness: EngineHarness) -> None:
    running, ended = await harness.running("waits"), await harness.running("waits")
    await harness.change(ended, "terminate")
    await harness.until(ended)
    completed, held = await harness.finished("says"), await harness.suspended()
    for instance_id, status in (
        (running, "Running"),
        (ended, "Terminated"),
        (completed, "Completed"),
        (held, "Suspended"),
    ):
        reply = await harness.change(instance_id, "rewind")
        assert reply.status == 412
        assert reply.json == (
            f'This orchestration has status {status}, but only orchestrations in the "Failed" '
            "state can be rewound."
        )
    unknown = await harness.change("nope", "rewind")
    message = 'No orchestration with instance ID "$nope" found.'
    assert (unknown.status, unknown.json) == (404, message)


async def test_only_what_has_ended_can_be_purged_and_children_stay(harness: EngineHarness) -> None:
    x = await harness.running("over_sleeper")
    await harness.until(f"kid-{x}", "Running")
    refused = await harness.send("DELETE", f"/instances/{x}")
    assert refused.status == 412
    assert refused.json == (
        "Only orchestrations in a terminal state can be purged, but the orchestration with "
        f"instance ID {x} has status Running"
    )
    await harness.change(x, "terminate")
    await harness.until(x)
    purged = await harness.send("DELETE", f"/instances/{x}")
    assert (purged.status, purged.json) == (200, {"instancesDeleted": 1})
    again, looked = await harness.send("DELETE", f"/instances/{x}"), await harness.look(x)
    assert [(reply.status, reply.text) for reply in (again, looked)] == [(404, "")] * 2
    assert (await harness.look(f"kid-{x}")).json["runtimeStatus"] == "Running"
    await harness.change(f"kid-{x}", "terminate")


async def test_a_purge_by_filter_takes_the_finished_ones_that_it_names(
    harness: EngineHarness,
) -> None:
    since = await _mark()
    done, failed = await harness.finished("says"), await harness.finished("fails")
    running = await harness.running("waits")
    for named, count in (("Terminated", None), ("Completed,Running", 1), ("Failed", 1)):
        path = f"/instances?createdTimeFrom={since}&runtimeStatus={named}"
        reply = await harness.send("DELETE", path)
        expected = (404, "") if count is None else (200, f'{{"instancesDeleted":{count}}}')
        assert (reply.status, reply.text) == expected
    left = [(await harness.look(item)).status for item in (done, failed, running)]
    assert left == [404, 404, 202]


async def test_a_purge_by_filter_needs_a_time_to_begin_with(harness: EngineHarness) -> None:
    for query in ("", "?createdTimeFrom=nonsense", "?runtimeStatus=Completed"):
        reply = await harness.send("DELETE", "/instances" + query)
        message = "Please provide value for 'createdTimeFrom' parameter."
        assert (reply.status, reply.json) == (400, message)


async def test_without_a_finished_status_a_purge_takes_running_ones_but_not_on_devhost(
    harness: EngineHarness, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    since = await _mark()
    done, running, held = (
        await harness.finished("says"),
        await harness.running("waits"),
        await harness.suspended(),
    )
    path = f"/instances?createdTimeFrom={since}&runtimeStatus=Running"
    reply = await harness.send("DELETE", path)
    left = [(await harness.look(item)).status for item in (done, running, held)]
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
