"""Failures as callers read them, how they grow, and what hangs or misleads without one."""

import asyncio
import json

import pytest

from tests.contract.life_cycle.harness import EngineHarness

REASON = "Activity function 'boom' failed:  ValueError: boom z"
OWN_STACK = '{"$type":"System.Exception, System.Private.CoreLib","ClassName":"System.Exception",'
AT_ONCE = "One or more errors occurred. (Result: Failure\nException: "
NON_DETERMINISTIC = "Non-Deterministic workflow detected: "
TEXTS = [
    "one\nException: two",
    "one $OutOfProcData$:two",
    'one\n\n$OutOfProcData$:{"error": "two"}',
]
"""With the words by which a worker's answer is taken apart."""
STACKS = ["one\nStack: two", "one\r\nStack:", "a\nException: b\nStack: c\n\n$OutOfProcData$:"]
"""With a line that begins as the worker's stack does. That stack ends with the text again, and
is looked for from the end."""
RENDERED = [
    "2029-12-31T22:00:00+00:00",
    "2030-01-01T00:00:00.5+00:00",
    "2030-01-01T00:00:00Z",
    "2030-01-01T00:00:00",
    "2030-01-01",
    "from 2030-01-01T00:00:00+02:00",
]


async def test_an_unhandled_activity_failure_is_one_line_and_a_json_behind_it(
    harness: EngineHarness,
) -> None:
    status = await harness.until(await harness.start("fails"))
    line, details = status["output"].split(" \n ", 1)
    assert line == f"Orchestrator function 'fails' failed: {REASON}"
    assert details.startswith(OWN_STACK)
    found = json.loads(details)
    assert found["Message"] == " ValueError: boom z"
    inner = found["InnerException"]["Message"]
    assert inner.startswith("Result: Failure\nException: ValueError: boom z\nStack:")
    assert (status["runtimeStatus"], status["customStatus"]) == ("Failed", {"s": 1})


async def test_a_failure_more_than_doubles_with_each_child_that_it_comes_through(
    harness: EngineHarness,
) -> None:
    names = ("fails", "over_fails", "over_over_fails")
    outputs = [(await harness.until(await harness.start(name)))["output"] for name in names]
    for lower, upper, name in zip(outputs, outputs[1:], names[1:], strict=False):
        head = f"Orchestrator function '{name}' failed: "
        assert upper.startswith(f"{head}{lower} \n Message: ")
        assert ", StackTrace: " in upper[len(head + lower) :]
        assert len(upper) > 2 * len(lower)


async def test_an_orchestrators_exception_keeps_its_words_and_loses_its_type(
    harness: EngineHarness,
) -> None:
    status = await harness.until(await harness.start("raises"))
    assert status["output"] == "Orchestrator function 'raises' failed: broke"


async def test_an_exception_before_the_first_yield_is_told_with_its_stack(
    harness: EngineHarness,
) -> None:
    status = await harness.until(await harness.start("raises_at_once"))
    assert status["output"].startswith(
        "Orchestrator function 'raises_at_once' failed: One or more errors occurred. (Result: "
        "Failure\nException: RuntimeError: broke\nStack:"
    )


async def test_a_parent_that_such_a_failure_reaches_is_called_non_deterministic(
    harness: EngineHarness,
) -> None:
    status = await harness.until(await harness.start("over_raises_at_once"))
    assert status["output"].startswith(NON_DETERMINISTIC)


@pytest.mark.parametrize("text", TEXTS)
async def test_an_exceptions_text_is_told_whole_whatever_is_in_it(
    harness: EngineHarness, text: str
) -> None:
    for name, told in (
        ("raises_text", text),
        ("fails_with_text", f"Activity function 'text' failed:  ValueError: {text} \n {{"),
        ("raises_text_at_once", f"{AT_ONCE}RuntimeError: {text}\nStack:"),
    ):
        status = await harness.until(await harness.start(name, json.dumps(json.dumps(text))))
        assert status["output"].startswith(f"Orchestrator function '{name}' failed: {told}")


@pytest.mark.parametrize("text", STACKS)
async def test_an_orchestrators_text_with_a_line_for_a_stack_is_called_non_deterministic(
    harness: EngineHarness, text: str
) -> None:
    for name, told in (
        ("raises_text", NON_DETERMINISTIC),
        ("fails_with_text", NON_DETERMINISTIC),
        ("raises_text_at_once", f"Orchestrator function 'raises_text_at_once' failed: {AT_ONCE}"),
    ):
        status = await harness.until(await harness.start(name, json.dumps(json.dumps(text))))
        assert status["output"].startswith(told)


async def test_an_unknown_orchestrator_is_started_and_then_fails(harness: EngineHarness) -> None:
    status = await harness.until(await harness.start("nobody"))
    assert status["output"].startswith(
        "Orchestrator function 'nobody' failed: The function 'nobody' doesn't exist, is disabled, "
        "or is not an orchestrator function. Additional info: The following are the known "
        "orchestrator functions: '"
    )


@pytest.mark.parametrize("name", ["missing", "missing_child"])
async def test_a_missing_activity_or_child_runs_for_ever_without_a_row(
    harness: EngineHarness, name: str
) -> None:
    x = await harness.running(name)
    await asyncio.sleep(0.5)
    assert (await harness.look(x)).json["runtimeStatus"] == "Running"
    assert [row["EventType"] for row in await harness.rows(x)] == ["ExecutionStarted"]
    await harness.change(x, "terminate")


async def test_a_missing_activity_wins_with_another_tasks_result(harness: EngineHarness) -> None:
    status = await harness.until(await harness.start("races_missing"))
    assert status["output"] == "the missing one won"


async def test_a_history_of_two_activities_under_one_id_cannot_be_shown(
    harness: EngineHarness,
) -> None:
    x = await harness.finished("changes")
    assert "Non-Deterministic" in (await harness.look(x)).json["output"]
    refused = await harness.look(x, "?showHistory=true")
    assert (refused.status, refused.json["ExceptionType"]) == (400, "System.ArgumentException")
    assert refused.json["Message"] == "One or more of the arguments submitted is incorrect"
    assert refused.json["ExceptionMessage"] == (
        "An item with the same key has already been added. Key: TaskScheduled_0"
    )


async def test_a_failure_within_a_nested_race_is_called_non_deterministic(
    harness: EngineHarness,
) -> None:
    status = await harness.until(await harness.start("nested"))
    assert status["output"].startswith(NON_DETERMINISTIC)


async def test_a_timer_that_nobody_cancelled_keeps_its_instance(harness: EngineHarness) -> None:
    x = await harness.running("left_timer")
    await harness.event(x, "1")
    await asyncio.sleep(1)
    assert (await harness.look(x)).json["runtimeStatus"] == "Running"
    assert (await harness.until(x))["output"] == "done"


async def test_dates_are_rendered_again_in_outputs_and_statuses_and_nowhere_else(
    harness: EngineHarness,
) -> None:
    written = '{"when":"2030-01-01T00:00:00+02:00"}'
    x = await harness.running("dated", written)
    await harness.event(x, written)
    status = await harness.until(x)
    assert status["customStatus"] == {"dates": RENDERED}
    again = {"when": RENDERED[0]}
    rendered = {"own": RENDERED, "echoed": RENDERED, "raised": again, "input": again}
    assert status["output"] == rendered
    assert status["input"] == json.loads(written)
    # The activity's answer and the event come in either order.
    inputs = {row["EventType"]: row.get("Input") for row in await harness.rows(x)}
    assert (inputs["ExecutionStarted"], inputs["EventRaised"]) == (written, written)


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
async def test_an_event_arrives_as_it_was_sent(
    harness: EngineHarness, body: str, payload: object
) -> None:
    x = await harness.start("waits")
    kind = "application/json; charset=utf-8"
    path = f"/instances/{x}/raiseEvent/Go"
    assert (await harness.send("POST", path, body, kind=kind)).status == 202
    assert (await harness.until(x))["output"] == payload


async def test_an_event_for_which_nobody_waits_is_taken_too(harness: EngineHarness) -> None:
    x = await harness.running("waits")
    assert (await harness.event(x, "1", name="Nobody")).status == 202
    assert (await harness.event(x, "2")).status == 202
    assert (await harness.until(x))["output"] == 2


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
    harness: EngineHarness, body: str, kind: str, message: str
) -> None:
    x = await harness.running("waits")
    reply = await harness.send("POST", f"/instances/{x}/raiseEvent/Go", body, kind=kind)
    assert (reply.status, reply.json["Message"]) == (400, message)
    assert [row["EventType"] for row in await harness.rows(x)] == ["ExecutionStarted"]
