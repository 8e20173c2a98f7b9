"""The engine in real time: prompt, parallel, idle when there is nothing to do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from devhost.engine.embedded import EmbeddedEngine
from devhost.engine.seam import Orchestrations
from devhost.worker import Worker

WorkerFor = Callable[[str], Worker]
LONG_S = 10.0
"""Far more than anything here needs; a test that hangs ends with it."""

TOGETHER = """
import threading
BARRIER = threading.Barrier(5)
OPEN = threading.Event()
@act
def together(p): return BARRIER.wait(10) >= 0
@act
def stuck(p): return OPEN.wait(10)
@orch
def five(context):
    return (yield context.task_all([context.call_activity("together", n) for n in range(5)]))
@orch
def blocked(context): return (yield context.call_activity("stuck", 1))
"""


@asynccontextmanager
async def running(worker: Worker, activities_max: int = 16) -> AsyncIterator[EmbeddedEngine]:
    engine = EmbeddedEngine(worker, activities_max=activities_max)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()


async def ended(engine: Orchestrations, instance_id: str) -> str | None:
    async with asyncio.timeout(LONG_S):
        while True:
            row = engine.get(instance_id)
            if row is not None and row.runtime_status == "Completed":
                return row.output_text
            await asyncio.sleep(0.002)


async def test_an_event_is_answered_at_once(worker_for: WorkerFor) -> None:
    async with running(worker_for("")) as engine:
        started = engine.start_new("waits", None, "x")
        engine.raise_event(started, "Go", '{"a": 1}')
        begin = time.perf_counter()
        assert await ended(engine, "x") == '{"a":1}'
        assert time.perf_counter() - begin < 0.5


async def test_a_short_timer_fires_at_once(worker_for: WorkerFor) -> None:
    async with running(worker_for("")) as engine:
        begin = time.perf_counter()
        engine.start_new("sleeper", '"1"', "x")
        await ended(engine, "x")
        assert time.perf_counter() - begin < 0.9


async def test_activities_run_side_by_side(worker_for: WorkerFor) -> None:
    async with running(worker_for(TOGETHER)) as engine:
        engine.start_new("five", None, "x")
        assert await ended(engine, "x") == "[true,true,true,true,true]"


async def test_a_stuck_activity_keeps_nobody_else_waiting(worker_for: WorkerFor) -> None:
    worker = worker_for(TOGETHER)
    async with running(worker, activities_max=1) as engine:
        engine.start_new("blocked", None, "slow")
        engine.start_new("sleeper", '"1"', "quick")
        assert await ended(engine, "quick") == '"slept"'
        _opener(worker)()
        assert await ended(engine, "slow") == "true"


async def test_an_idle_engine_costs_next_to_nothing(worker_for: WorkerFor) -> None:
    async with running(worker_for("")) as engine:
        engine.start_new("waits", None, "x")
        await asyncio.sleep(0.2)
        begin = time.process_time()
        await asyncio.sleep(0.5)
        assert time.process_time() - begin < 0.05


async def test_histories_can_be_read_while_it_runs(worker_for: WorkerFor) -> None:
    async with running(worker_for("")) as engine:
        engine.start_new("waits", '"given"', "x")
        engine.raise_event("x", "Go", "1")
        await ended(engine, "x")
        kinds = [row["EventType"] for row in engine.history("x", show_output=False)]
        assert kinds == ["ExecutionStarted", "EventRaised", "ExecutionCompleted"]
        assert engine.raw_history("x")[1]["Input"] == '"given"'
        assert [row.instance_id for row in engine.query()[0]] == ["x"]


def _opener(worker: Worker) -> Callable[[], None]:
    stuck = next(item for item in worker.functions if item.name == "stuck")
    opener: Callable[[], None] = stuck.function.__globals__["OPEN"].set
    return opener
