"""A timer missed while the host was down is made up for once, and flagged."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import azure.functions as func

from devhost.clock import VirtualClock
from devhost.invoke import Invoker
from devhost.language_worker.loaded import LoadedFunction
from devhost.schedules import Schedule
from devhost.timer_listener import TimerListener
from tests.fakes.in_process import InProcess

NOW = datetime(2030, 1, 1, 12, 0, 7, tzinfo=UTC)


class NoOutputs:
    async def send(self, binding: Any, value: Any) -> None:
        raise AssertionError("a timer sends nothing")


async def runs(tmp_path: Path, **trigger: Any) -> list[tuple[bool, dict[str, str]]]:
    """Start a listener at NOW; what it runs at once."""
    seen: list[tuple[bool, dict[str, str]]] = []

    async def tick(timer: func.TimerRequest) -> None:
        status: Any = timer
        seen.append((timer.past_due, status.schedule_status))

    binding = {"type": "timerTrigger", "name": "timer", "schedule": "0 0 * * * *", **trigger}
    invoker = Invoker(InProcess(tmp_path), lambda: "{}", NoOutputs())
    function = LoadedFunction("hourly", binding, [binding], tick, True)
    schedule = Schedule(binding["schedule"])
    listener = TimerListener(function, schedule, invoker, tmp_path, VirtualClock(NOW))
    await listener.start()
    for _ in range(20):
        await asyncio.sleep(0)
    await listener.stop()
    return seen


def remember(tmp_path: Path, moment: str) -> None:
    (tmp_path / "timer-hourly.json").write_text(json.dumps({"last": moment}))


async def test_a_run_missed_while_down_is_made_up_once(tmp_path: Path) -> None:
    remember(tmp_path, "2030-01-01T09:00:00+00:00")
    ((past_due, status),) = await runs(tmp_path)
    assert past_due
    assert status["Last"] == "2030-01-01T09:00:00+00:00"
    assert status["Next"] == "2030-01-01T13:00:00+00:00"
    assert await runs(tmp_path) == []


async def test_nothing_is_made_up_when_nothing_was_missed(tmp_path: Path) -> None:
    remember(tmp_path, "2030-01-01T12:00:00+00:00")
    assert await runs(tmp_path) == []


async def test_a_timer_without_monitor_forgets(tmp_path: Path) -> None:
    remember(tmp_path, "2030-01-01T09:00:00+00:00")
    assert await runs(tmp_path, useMonitor=False) == []


async def test_run_on_startup_runs_at_once(tmp_path: Path) -> None:
    ((past_due, _),) = await runs(tmp_path, runOnStartup=True)
    assert not past_due
