"""A process that dies at any point loses nothing: what it held is handed out again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from devhost.clock import VirtualClock
from devhost.engine.dispatcher import Core
from devhost.engine.invoke import answer_of, result_of
from devhost.engine.store import StateInUse, Store
from devhost.engine.virtual import VirtualDriver
from devhost.worker import Worker

STEPS = """
@orch
def steps(context):
    first = yield context.call_activity("echo", "one")
    yield context.create_timer(after(context, 5))
    child = yield context.call_sub_orchestrator("sleeper", 3)
    rest = yield context.task_all([context.call_activity("echo", n) for n in range(3)])
    if context.get_input() != "last":
        context.continue_as_new("last")
        return
    return [first, child, rest]
"""
WHOLE = '["one","slept",[0,1,2]]'


def open_engine(worker: Worker, path: Path, clock: VirtualClock) -> VirtualDriver:
    return VirtualDriver(Core(Store(path), worker), worker, clock)


def crash(driver: VirtualDriver) -> None:
    driver.core.store.close()


def finish(driver: VirtualDriver) -> str | None:
    driver.run_for(100)
    return driver.client.known("x").output_text


def test_killed_before_every_single_step_it_still_ends_right(
    worker_for: Callable[[str], Worker], tmp_path: Path
) -> None:
    worker, clock, path = worker_for(STEPS), VirtualClock(), tmp_path / "state.db"
    driver = open_engine(worker, path, clock)
    driver.client.start_new("steps", None, "x")
    crashes = 0
    while driver.client.known("x").status != "Completed":
        crash(driver)
        driver = open_engine(worker, path, clock)
        crashes += 1
        if not driver.step():
            due = driver.core.next_due(clock.now())
            assert due is not None
            clock.move_to(due)
    assert driver.client.known("x").output_text == WHOLE
    assert crashes > 20


def test_work_that_was_handed_out_and_not_finished_is_handed_out_again(
    worker_for: Callable[[str], Worker], tmp_path: Path
) -> None:
    worker, clock, path = worker_for(STEPS), VirtualClock(), tmp_path / "state.db"
    driver = open_engine(worker, path, clock)
    driver.client.start_new("steps", None, "x")
    while driver.client.known("x").status != "Completed":
        core = driver.core
        episode, call = core.next_episode(clock.now()), core.next_activity()
        if episode is not None:
            answer_of(worker, episode)
        if call is not None:
            result_of(worker, call)
        crash(driver)
        driver = open_engine(worker, path, clock)
        if not driver.step():
            clock.advance(1)
    assert driver.client.known("x").output_text == WHOLE


def test_an_instance_in_its_turn_is_handed_out_to_nobody_else(
    worker_for: Callable[[str], Worker],
) -> None:
    worker, clock = worker_for(STEPS), VirtualClock()
    core = Core(Store(), worker)
    driver = VirtualDriver(core, worker, clock)
    driver.client.start_new("steps", None, "x")
    first = core.next_episode(clock.now())
    driver.client.raise_event("x", "Go", "1")
    assert first is not None
    assert core.next_episode(clock.now()) is None
    core.release(first)
    assert core.next_episode(clock.now()) is not None


def test_a_result_that_comes_twice_counts_once(worker_for: Callable[[str], Worker]) -> None:
    worker, clock = worker_for(STEPS), VirtualClock()
    core = Core(Store(), worker)
    driver = VirtualDriver(core, worker, clock)
    driver.client.start_new("steps", None, "x")
    assert driver.step()
    call = core.next_activity()
    assert call is not None
    core.finish_activity(call, '"one"', clock.now())
    core.finish_activity(call, '"other"', clock.now())
    assert finish(driver) == WHOLE


def test_a_turn_whose_instance_was_replaced_meanwhile_is_dropped(
    worker_for: Callable[[str], Worker],
) -> None:
    worker, clock = worker_for(STEPS), VirtualClock()
    core = Core(Store(), worker)
    driver = VirtualDriver(core, worker, clock)
    driver.client.start_new("waits", None, "x")
    driver.run_for(1)
    driver.client.terminate("x", "stop")
    late = core.next_episode(clock.now())
    assert late is not None
    core.release(late)
    driver.run_for(1)
    driver.client.start_new("steps", None, "x")
    assert core.finish_episode(late, answer_of(worker, late), clock.now()) is None
    assert finish(driver) == WHOLE


def test_a_second_process_cannot_open_the_same_state(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "state.db")
    with pytest.raises(StateInUse):
        Store(tmp_path / "deep" / "state.db")
    store.close()
    Store(tmp_path / "deep" / "state.db").close()


def test_an_activity_that_the_app_has_lost_meanwhile_fails(
    worker_for: Callable[[str], Worker], tmp_path: Path
) -> None:
    clock, path = VirtualClock(), tmp_path / "state.db"
    gone = "@act\ndef gone(p): return p\n"
    orchestrator = '@orch\ndef asks(context): return (yield context.call_activity("gone", 1))\n'
    driver = open_engine(worker_for(gone + orchestrator), path, clock)
    driver.client.start_new("asks", None, "x")
    assert driver.step()
    crash(driver)
    driver = open_engine(worker_for(orchestrator), path, clock)
    # Its row is there and its replay is not: the real engine calls that by this name, too.
    assert (finish(driver) or "").startswith("Non-Deterministic workflow detected")
    failures = [e["Reason"] for e in driver.core.store.history("x") if e["EventType"] == 6]
    assert failures == ["Activity function 'gone' failed:  The function 'gone' doesn't exist"]


def test_a_store_that_is_thrown_away_is_closed() -> None:
    store = Store()
    database = store._db
    del store
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        database.execute("SELECT 1")
