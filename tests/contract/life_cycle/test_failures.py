"""Failures as callers read them, how they grow, and what hangs or misleads without one."""

import asyncio
import json

import pytest

from tests.contract.life_cycle.stage import Stage

REASON = "Activity function 'boom' failed:  ValueError: boom z"
OWN_STACK = '{"$type":"System.Exception, System.Private.CoreLib","ClassName":"System.Exception",'
AT_ONCE = "One or more errors occurred. (Result: Failure\nException: "
TEXTS = [
    "one\nStack: two",
    "one\r\nStack:",
    "one\nException: two",
    "one $OutOfProcData$:two",
    'one\n\n$OutOfProcData$:{"error": "two"}',
    "a\nException: b\nStack: c\n\n$OutOfProcData$:",
]
"""With the words by which a worker's answer is taken apart."""
RENDERED = [
    "2029-12-31T22:00:00+00:00",
    "2030-01-01T00:00:00.5+00:00",
    "2030-01-01T00:00:00Z",
    "2030-01-01T00:00:00",
    "2030-01-01",
    "from 2030-01-01T00:00:00+02:00",
]


async def test_an_unhandled_activity_failure_is_one_line_and_a_json_behind_it(
    stage: Stage,
) -> None:
    status = await stage.until(await stage.start("fails"))
    line, details = status["output"].split(" \n ", 1)
    assert line == f"Orchestrator function 'fails' failed: {REASON}"
    assert details.startswith(OWN_STACK)
    found = json.loads(details)
    assert found["Message"] == " ValueError: boom z"
    inner = found["InnerException"]["Message"]
    assert inner.startswith("Result: Failure\nException: ValueError: boom z\nStack:")
    assert (status["runtimeStatus"], status["customStatus"]) == ("Failed", {"s": 1})


async def test_a_failure_more_than_doubles_with_each_child_that_it_comes_through(
    stage: Stage,
) -> None:
    names = ("fails", "over_fails", "over_over_fails")
    outputs = [(await stage.until(await stage.start(name)))["output"] for name in names]
    for lower, upper, name in zip(outputs, outputs[1:], names[1:], strict=False):
        head = f"Orchestrator function '{name}' failed: "
        assert upper.startswith(f"{head}{lower} \n Message: ")
        assert ", StackTrace: " in upper[len(head + lower) :]
        assert len(upper) > 2 * len(lower)


async def test_an_orchestrators_exception_keeps_its_words_and_loses_its_type(
    stage: Stage,
) -> None:
    status = await stage.until(await stage.start("raises"))
    assert status["output"] == "Orchestrator function 'raises' failed: broke"


async def test_an_exception_before_the_first_yield_is_told_with_its_stack(stage: Stage) -> None:
    status = await stage.until(await stage.start("raises_at_once"))
    assert status["output"].startswith(
        "Orchestrator function 'raises_at_once' failed: One or more errors occurred. (Result: "
        "Failure\nException: RuntimeError: broke\nStack:"
    )


async def test_a_parent_that_such_a_failure_reaches_tells_it_whole(stage: Stage) -> None:
    status = await stage.until(await stage.start("over_raises_at_once"))
    assert status["output"].startswith(
        "Orchestrator function 'over_raises_at_once' failed: Orchestrator function "
        "'raises_at_once' failed: One or more errors occurred. (Result: Failure\n"
        "Exception: RuntimeError: broke\nStack:"
    )


@pytest.mark.parametrize("text", TEXTS)
async def test_an_exceptions_text_is_told_whole_whatever_is_in_it(stage: Stage, text: str) -> None:
    for name, told in (
        ("raises_text", text),
        ("fails_with_text", f"Activity function 'text' failed:  ValueError: {text} \n {{"),
        ("raises_text_at_once", f"{AT_ONCE}RuntimeError: {text}\nStack:"),
    ):
        status = await stage.until(await stage.start(name, json.dumps(json.dumps(text))))
        assert status["output"].startswith(f"Orchestrator function '{name}' failed: {told}")


async def test_an_unknown_orchestrator_is_started_and_then_fails(stage: Stage) -> None:
    status = await stage.until(await stage.start("nobody"))
    assert status["output"].startswith(
        "Orchestrator function 'nobody' failed: The function 'nobody' doesn't exist, is disabled, "
        "or is not an orchestrator function. Additional info: The following are the known "
        "orchestrator functions: '"
    )


@pytest.mark.parametrize("name", ["missing", "missing_child"])
async def test_a_missing_activity_or_child_runs_for_ever_without_a_row(
    stage: Stage, name: str
) -> None:
    x = await stage.running(name)
    await asyncio.sleep(0.5)
    assert (await stage.look(x)).json["runtimeStatus"] == "Running"
    assert [row["EventType"] for row in await stage.rows(x)] == ["ExecutionStarted"]
    await stage.change(x, "terminate")


async def test_a_missing_activity_wins_with_another_tasks_result(stage: Stage) -> None:
    status = await stage.until(await stage.start("races_missing"))
    assert status["output"] == "the missing one won"


async def test_a_history_of_two_activities_under_one_id_cannot_be_shown(stage: Stage) -> None:
    x = await stage.finished("changes")
    assert "Non-Deterministic" in (await stage.look(x)).json["output"]
    refused = await stage.look(x, "?showHistory=true")
    assert (refused.status, refused.json["ExceptionType"]) == (400, "System.ArgumentException")
    assert refused.json["Message"] == "One or more of the arguments submitted is incorrect"
    assert refused.json["ExceptionMessage"] == (
        "An item with the same key has already been added. Key: TaskScheduled_0"
    )


async def test_a_failure_within_a_nested_race_is_called_non_deterministic(stage: Stage) -> None:
    status = await stage.until(await stage.start("nested"))
    assert status["output"].startswith("Non-Deterministic workflow detected: ")


async def test_a_timer_that_nobody_cancelled_keeps_its_instance(stage: Stage) -> None:
    x = await stage.running("left_timer")
    await stage.event(x, "1")
    await asyncio.sleep(1)
    assert (await stage.look(x)).json["runtimeStatus"] == "Running"
    assert (await stage.until(x))["output"] == "done"


async def test_dates_are_rendered_again_in_outputs_and_statuses_and_nowhere_else(
    stage: Stage,
) -> None:
    written = '{"when":"2030-01-01T00:00:00+02:00"}'
    x = await stage.running("dated", written)
    await stage.until_rows(x, 2)
    await stage.event(x, written)
    status = await stage.until(x)
    assert status["customStatus"] == {"dates": RENDERED}
    again = {"when": RENDERED[0]}
    rendered = {"own": RENDERED, "echoed": RENDERED, "raised": again, "input": again}
    assert status["output"] == rendered
    assert status["input"] == json.loads(written)
    started, _, raised, _ = await stage.rows(x)
    assert (started["Input"], raised["Input"]) == (written, written)


@pytest.mark.parametrize(
    ("body", "payload"),
    [
        ('{"a": 1}', {"a": 1}),
        ('"word"', "word"),
        (" 7 ", 7),
        ("null", None),
        ("[1, true]", [1, True]),
        # What the SDK's client sends is JSON within JSON: the function gets a string.
        ('"{\\"a\\": 1}"', '{"a": 1}'),
    ],
)
async def test_an_event_arrives_as_it_was_sent(stage: Stage, body: str, payload: object) -> None:
    x = await stage.start("waits")
    kind = "application/json; charset=utf-8"
    path = f"/instances/{x}/raiseEvent/Go"
    assert (await stage.send("POST", path, body, kind=kind)).status == 202
    assert (await stage.until(x))["output"] == payload


async def test_an_event_for_which_nobody_waits_is_taken_too(stage: Stage) -> None:
    x = await stage.running("waits")
    assert (await stage.event(x, "1", name="Nobody")).status == 202
    assert (await stage.event(x, "2")).status == 202
    assert (await stage.until(x))["output"] == 2


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ("1", "text/json", "Only application/json request content is supported"),
        ("1", "", "Only application/json request content is supported"),
        ("{bad", "application/json", "Invalid JSON content"),
        ("", "application/json", "Invalid JSON content"),
    ],
)
async def test_an_event_must_be_json_and_say_so(
    stage: Stage, body: str, kind: str, message: str
) -> None:
    x = await stage.running("waits")
    reply = await stage.send("POST", f"/instances/{x}/raiseEvent/Go", body, kind=kind)
    assert (reply.status, reply.json["Message"]) == (400, message)
    assert [row["EventType"] for row in await stage.rows(x)] == ["ExecutionStarted"]
