"""What clients do to instances: start, suspend, terminate, rewind, restart, purge, list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from devhost.engine.history import shown
from devhost.engine.purge import purge, purge_by
from devhost.engine.rewind import rewind
from devhost.engine.seam import (
    AlreadyExists,
    AlreadyFinished,
    InstanceRow,
    UnknownInstance,
    WrongState,
)
from devhost.engine.virtual import VirtualDriver
from tests.unit.devhost.engine.driving import later, status

EngineFor = Callable[[str], VirtualDriver]
START = datetime(2030, 1, 1, tzinfo=UTC)
PARENT = """
@orch
def parent(context):
    try: return (yield context.call_sub_orchestrator("sleeper", 8, instance_id="kid"))
    except Exception as error: return str(error)
"""


def start(driver: VirtualDriver, name: str, instance_id: str, given: str | None = None) -> None:
    driver.client.start_new(name, given, instance_id)
    driver.run_for(1)


def kinds(driver: VirtualDriver, instance_id: str) -> list[str]:
    rows = shown(driver.core.store.history(instance_id), show_input=True, show_output=True)
    return [row["EventType"] for row in rows]


def test_an_unfinished_id_cannot_be_started_again(engine_for: EngineFor) -> None:
    driver = engine_for("")
    driver.client.start_new("waits", None, "x")
    with pytest.raises(AlreadyExists, match="with the status Pending already exists"):
        driver.client.start_new("waits", None, "x")
    driver.run_for(1)
    with pytest.raises(AlreadyExists, match="with the status Running already exists"):
        driver.client.start_new("sleeper", None, "x")


def test_a_finished_id_starts_afresh_with_the_next_generation(engine_for: EngineFor) -> None:
    driver = engine_for("")
    start(driver, "waits", "x", '"one"')
    first = status(driver, "x")
    driver.client.terminate("x", "enough")
    driver.run_for(1)
    start(driver, "waits", "x", '"two"')
    second = status(driver, "x")
    assert (first.generation, second.generation) == (0, 1)
    assert second.runtime_status == "Running"
    assert second.input_text == '"two"'
    assert second.output_text is None
    assert kinds(driver, "x") == ["ExecutionStarted"]


def test_a_suspended_instance_completes_only_when_resumed(engine_for: EngineFor) -> None:
    driver = engine_for("")
    start(driver, "waits", "x")
    driver.client.suspend("x", "why")
    driver.run_for(1)
    assert status(driver, "x").output_text == "why"
    driver.client.raise_event("x", "Go", '"v"')
    driver.run_for(1)
    assert status(driver, "x").runtime_status == "Suspended"
    driver.client.resume("x", "go on")
    driver.run_for(1)
    assert status(driver, "x").output_text == '"v"'
    assert kinds(driver, "x") == [
        "ExecutionStarted",
        "ExecutionSuspended",
        "EventRaised",
        "ExecutionResumed",
        "ExecutionCompleted",
    ]


def test_nothing_new_is_started_while_suspended(engine_for: EngineFor) -> None:
    driver = engine_for("""
        @orch
        def steps(context):
            yield context.wait_for_external_event("Go")
            context.set_custom_status("called")
            return (yield context.call_activity("echo", "ran"))
    """)
    start(driver, "steps", "x")
    driver.client.suspend("x", "why")
    driver.client.raise_event("x", "Go", "1")
    driver.run_for(5)
    assert status(driver, "x").custom_status_text == '"called"'
    assert "TaskCompleted" not in kinds(driver, "x")
    driver.client.resume("x", "go on")
    driver.run_for(1)
    assert status(driver, "x").output_text == '"ran"'


def test_the_resume_reason_shows_as_output_while_running(engine_for: EngineFor) -> None:
    driver = engine_for("")
    start(driver, "waits", "x")
    driver.client.suspend("x", "why")
    driver.run_for(1)
    with pytest.raises(WrongState, match="Cannot suspend the orchestration instance x because"):
        driver.client.suspend("x", "again")
    driver.client.resume("x", "go on")
    driver.run_for(1)
    assert status(driver, "x").output_text == "go on"
    with pytest.raises(WrongState, match="is in the Running state"):
        driver.client.resume("x", "again")


def test_terminate_ends_at_once_and_drops_what_still_runs(engine_for: EngineFor) -> None:
    driver = engine_for("")
    driver.client.start_new("sleeper", '"60"', "x")
    driver.run_for(1)
    driver.client.terminate("x", "first")
    driver.client.terminate("x", "second")
    driver.run_for(100)
    row = status(driver, "x")
    assert (row.runtime_status, row.output_text) == ("Terminated", "first")
    assert kinds(driver, "x")[-2:] == ["ExecutionTerminated", "ExecutionCompleted"]
    with pytest.raises(AlreadyFinished):
        driver.client.terminate("x", "third")
    with pytest.raises(AlreadyFinished):
        driver.client.raise_event("x", "Go", "1")


def test_a_terminated_child_fails_its_parents_task(engine_for: EngineFor) -> None:
    driver = engine_for(PARENT)
    start(driver, "parent", "x")
    driver.client.terminate("kid", "stopkid")
    driver.run_for(1)
    assert status(driver, "x").output_text == '"stopkid \\n None"'


def test_a_terminated_parent_leaves_its_child_running(engine_for: EngineFor) -> None:
    driver = engine_for(PARENT)
    start(driver, "parent", "x")
    driver.client.terminate("x", "stop")
    driver.run_for(2)
    assert status(driver, "kid").runtime_status == "Running"
    driver.run_for(10)
    assert status(driver, "kid").output_text == '"slept"'
    assert status(driver, "x").runtime_status == "Terminated"


def test_nobody_is_told_about_unknown_instances(engine_for: EngineFor) -> None:
    client = engine_for("").client
    assert client.get("nope") is None
    assert purge(client, "nope") is False
    for call in (client.terminate, client.suspend, client.resume):
        with pytest.raises(UnknownInstance):
            call("nope", "why")
    with pytest.raises(UnknownInstance):
        client.restart("nope", new_id=True)


HEALS = """
@act
def heals(p):
    CALLS.append(p)
    if len(CALLS) < 2: raise ValueError("ill")
    return "well"
@orch
def child(context): return (yield context.call_activity("heals", 1))
@orch
def over(context): return (yield context.call_sub_orchestrator("child", None, instance_id="kid"))
"""


def test_a_rewound_instance_runs_the_failed_activity_again(engine_for: EngineFor) -> None:
    driver = engine_for(HEALS)
    start(driver, "child", "x")
    assert status(driver, "x").runtime_status == "Failed"
    rewind(driver.client, "x", "r")
    driver.run_for(1)
    assert status(driver, "x").output_text == '"well"'
    rows = shown(driver.core.store.history("x"), show_input=True, show_output=True)
    assert [row.get("Data", row["EventType"]) for row in rows] == [
        "ExecutionStarted",
        None,
        None,
        None,
        "r",
        "TaskCompleted",
        "ExecutionCompleted",
    ]
    with pytest.raises(WrongState):
        rewind(driver.client, "x", "again")


def test_rewind_works_through_a_failed_child(engine_for: EngineFor) -> None:
    driver = engine_for(HEALS)
    start(driver, "over", "x")
    assert status(driver, "x").runtime_status == "Failed"
    rewind(driver.client, "x", "r")
    driver.run_for(1)
    assert status(driver, "kid").output_text == '"well"'
    assert status(driver, "x").output_text == '"well"'


def test_restart_keeps_the_input_and_counts_generations(engine_for: EngineFor) -> None:
    driver = engine_for("""
        @orch
        def same(context):
            yield context.call_activity("echo", 1)
            return context.get_input()
    """)
    start(driver, "same", "x", '{"a":  1}')
    assert driver.client.restart("x", new_id=False) == "x"
    driver.run_for(1)
    other = driver.client.restart("x", new_id=True)
    driver.run_for(1)
    assert status(driver, "x").generation == 1
    assert status(driver, "x").input_text == '{"a":1}'
    assert (len(other), status(driver, other).output_text) == (32, '{"a":1}')
    assert "-" not in status(driver, "x").execution_id


def test_only_finished_instances_are_purged(engine_for: EngineFor) -> None:
    driver = engine_for("")
    start(driver, "waits", "x")
    with pytest.raises(WrongState, match="instance ID x has status Running"):
        purge(driver.client, "x")
    driver.client.raise_event("x", "Go", "1")
    driver.run_for(1)
    assert purge(driver.client, "x") is True
    assert driver.client.get("x") is None
    assert driver.core.store.history("x") == []


def test_purge_by_filter_keeps_what_runs_and_says_so(
    engine_for: EngineFor, caplog: pytest.LogCaptureFixture
) -> None:
    driver = engine_for("")
    for name in ("a", "b", "c"):
        start(driver, "waits", name)
    driver.client.raise_event("a", "Go", "1")
    driver.client.terminate("b", "stop")
    driver.run_for(1)
    assert purge_by(driver.client, START, None, ["Failed"]) == 0
    assert purge_by(driver.client, START + timedelta(days=1), None, []) == 0
    assert purge_by(driver.client, START, None, ["Running"]) == 2
    assert [row.instance_id for row in _page(driver)[0]] == ["c"]
    assert "kept 1 unfinished" in caplog.text


def test_a_query_comes_in_pages_by_id(engine_for: EngineFor) -> None:
    driver = engine_for("")
    for number in range(5):
        driver.client.start_new("waits", None, f"w{number}")
    driver.client.start_new("waits", None, "other")
    first, token = _page(driver, id_prefix="w", top=3)
    second, end = _page(driver, id_prefix="w", top=3, continuation=token)
    assert [row.instance_id for row in first + second] == ["w0", "w1", "w2", "w3", "w4"]
    assert end == ""


def test_a_query_filters_by_status_and_time(engine_for: EngineFor) -> None:
    driver = engine_for("")
    start(driver, "waits", "old")
    later(driver, 10, lambda: driver.client.start_new("waits", None, "new"))
    driver.run_for(10)
    assert _ids(driver, created_from=START + timedelta(seconds=5)) == ["new"]
    assert _ids(driver, created_to=START + timedelta(seconds=5)) == ["old"]
    assert _ids(driver, statuses=["Pending"]) == ["new"]


def _ids(driver: VirtualDriver, **filters: object) -> list[str]:
    return [row.instance_id for row in _page(driver, **filters)[0]]


def _page(driver: VirtualDriver, **filters: object) -> tuple[list[InstanceRow], str]:
    defaults: dict[str, object] = {
        "statuses": [],
        "created_from": None,
        "created_to": None,
        "id_prefix": "",
        "top": 100,
        "continuation": "",
    }
    return driver.client.query(**defaults | filters)  # type: ignore[arg-type]


def test_a_text_that_is_not_json_is_refused_before_anything_is_written(
    engine_for: EngineFor,
) -> None:
    driver = engine_for("")
    with pytest.raises(ValueError):
        driver.client.start_new("waits", "{not json", "x")
    assert driver.client.get("x") is None
    start(driver, "waits", "x")
    with pytest.raises(ValueError):
        driver.client.raise_event("x", "Go", "{not json")
