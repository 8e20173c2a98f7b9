"""Failures carry the engine's own texts, and its misleading ones where it misleads."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from devhost.engine.virtual import VirtualDriver
from tests.unit.devhost.engine.driving import run

EngineFor = Callable[[str], VirtualDriver]


def failure(driver: VirtualDriver, name: str = "failing") -> str:
    row = run(driver, name, 10)
    assert row.runtime_status == "Failed"
    assert row.output_text is not None
    return row.output_text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("raise ValueError('no')", "no"),
        ("raise ValueError()", "<class 'ValueError'>"),
        ("return datetime.now()", "Object of type datetime is not JSON serializable"),
    ],
)
def test_an_orchestrators_exception_is_told_without_its_type(
    engine_for: EngineFor, body: str, text: str
) -> None:
    driver = engine_for(f"""
        @orch
        def failing(context):
            yield context.call_activity("echo", 1)
            {body}
    """)
    assert failure(driver) == f"Orchestrator function 'failing' failed: {text}"


def test_a_raw_list_as_input_fails_as_it_does_for_real(engine_for: EngineFor) -> None:
    driver = engine_for("""
        @orch
        def failing(context):
            context.get_input()
            yield context.call_activity("echo", 1)
    """)
    driver.client.start_new("failing", "[1]", "x")
    driver.run_for(1)
    assert driver.client.known("x").output_text == (
        "Orchestrator function 'failing' failed: "
        "the JSON object must be str, bytes or bytearray, not list"
    )


def test_an_unknown_orchestrator_names_the_known_ones(engine_for: EngineFor) -> None:
    assert failure(engine_for(""), "nope") == (
        "Orchestrator function 'nope' failed: The function 'nope' doesn't exist, is disabled, or "
        "is not an orchestrator function. Additional info: The following are the known "
        "orchestrator functions: 'sleeper', 'waits'."
    )


def test_a_status_over_16_kb_fails_with_the_limit_at_first(engine_for: EngineFor) -> None:
    driver = engine_for("""
        @orch
        def failing(context):
            context.set_custom_status("x" * 8702)
            yield context.call_activity("echo", 1)
    """)
    assert failure(driver) == (
        "Orchestrator function 'failing' failed: The UTF-16 size of the JSON-serialized payload "
        "must not exceed 16 KB. The current payload size is 17 KB."
    )


def test_a_text_with_the_words_that_frame_it_is_told_whole(engine_for: EngineFor) -> None:
    driver = engine_for(r"""
        @orch
        def failing(context):
            yield context.call_activity("echo", 1)
            raise ValueError("a\nException: b\n\n$OutOfProcData$:c")
    """)
    told = "a\nException: b\n\n$OutOfProcData$:c"
    assert failure(driver) == f"Orchestrator function 'failing' failed: {told}"


def test_a_text_with_a_line_for_a_stack_hides_the_state_behind_it(engine_for: EngineFor) -> None:
    driver = engine_for(r"""
        @orch
        def failing(context):
            yield context.call_activity("echo", 1)
            raise ValueError("a\nStack: b")
    """)
    assert failure(driver).startswith("Non-Deterministic workflow detected: ")


def test_a_turn_that_cannot_be_read_is_called_non_deterministic_later(
    engine_for: EngineFor,
) -> None:
    driver = engine_for("""
        @orch
        def failing(context):
            yield context.call_activity("echo", 1)
            context.set_custom_status("x" * 8702)
            yield context.call_activity("echo", 2)
    """)
    assert failure(driver).startswith(
        "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled "
        "an activity task with sequence ID 0 and name 'echo' (version ''), but the current replay "
    )


def test_a_replay_that_asks_for_another_activity_is_non_deterministic(
    engine_for: EngineFor,
) -> None:
    driver = engine_for("""
        @orch
        def failing(context):
            yield context.call_activity("boom" if CALLS else "echo", 1)
    """)
    assert failure(driver) == (
        "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled "
        "an activity task with sequence number 0 named 'echo', but the current orchestration "
        "replay instead scheduled an activity task named 'boom' with this sequence number.  Was a "
        "change made to the orchestrator code after this instance had already started running?"
    )


def test_a_replay_that_asks_for_a_timer_instead_is_non_deterministic(
    engine_for: EngineFor,
) -> None:
    driver = engine_for("""
        @orch
        def failing(context):
            if CALLS: yield context.create_timer(after(context, 1))
            yield context.call_activity("echo", 1)
    """)
    assert "instead produced a CreateTimerOrchestratorAction action" in failure(driver)


def test_an_activitys_result_that_is_no_json_fails_the_activity(engine_for: EngineFor) -> None:
    driver = engine_for("""
        @act
        def odd(p): return object()
        @orch
        def failing(context):
            yield context.call_activity("odd", 1)
    """)
    assert "Activity function 'odd' failed:  ValueError: activity trigger output" in failure(driver)


OVER = """
@orch
def failing(context): raise RuntimeError("broke")
@orch
def over(context): yield context.call_sub_orchestrator("failing")
"""


def test_an_exception_that_carries_no_state_is_told_with_its_stack(engine_for: EngineFor) -> None:
    output = failure(engine_for(OVER))
    assert output.startswith(
        "Orchestrator function 'failing' failed: One or more errors occurred. (Result: Failure\n"
        "Exception: RuntimeError: broke\nStack:"
    )
    assert output.endswith(")")


def test_a_parent_that_passes_such_a_failure_on_is_called_non_deterministic(
    engine_for: EngineFor,
) -> None:
    driver = engine_for(OVER)
    assert failure(driver, "over").startswith("Non-Deterministic workflow detected: ")
    (row,) = (item for item in driver.core.store.history("x") if item["EventType"] == 9)
    details = json.loads(row["Details"])
    assert details["Message"] == "One or more errors occurred."
    (inner,) = details["InnerExceptions"]
    assert inner["Message"].startswith("Result: Failure\nException: RuntimeError: broke\nStack:")
    assert details["InnerException"] == inner
