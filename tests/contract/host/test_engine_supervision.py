"""What devhost does when its durable-engine dies, shown with programs that only say READY."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devhost.gate import Gate
from devhost.remote.process import LOG_BYTES_MAX, EngineProcess
from devhost.remote.supervisor import Supervisor
from devhost.starting import BadStart

READY_THEN_STAY = "echo READY; exec sleep 60"
_WITHIN_S = 5.0


class Program:
    """A shell script in the place of the executable; what it does may change between starts."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "durable-engine"
        self.folder = folder
        self.starts: list[EngineProcess] = []
        self.does(READY_THEN_STAY)

    def does(self, text: str) -> None:
        self.path.write_text(f"#!/bin/sh\n{text}\n")
        self.path.chmod(0o755)

    def launch(self) -> tuple[EngineProcess, str]:
        process = EngineProcess([str(self.path)], os.environ, self.folder / "engine.log")
        self.starts.append(process)
        return process, f"http://127.0.0.1:{len(self.starts)}"


class NotedGate(Gate):
    """Remembers why it was shut, however briefly."""

    def __init__(self) -> None:
        super().__init__()
        self.whys: list[str] = []

    def shut(self, why: str) -> None:
        self.whys.append(why)
        super().shut(why)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@asynccontextmanager
async def supervised(program: Program, gate: Gate) -> AsyncIterator[Supervisor]:
    async def binding_of(base: str) -> str:
        return f"binding of {base}"

    it = Supervisor(
        str(program.path),
        gate,
        launch=program.launch,
        check=lambda: None,
        binding_of=binding_of,
        waits_s=(0.0, 0.01, 0.01),
    )
    try:
        await it.start()
        yield it
    finally:
        await it.stop()


def within(coming: Awaitable[object]) -> Awaitable[object]:
    return asyncio.wait_for(coming, _WITHIN_S)


async def until(holds: Callable[[], bool], within_s: float = _WITHIN_S) -> None:
    give_up = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < give_up, "not seen in time"
        await asyncio.sleep(0.01)


async def test_a_death_shuts_the_gate_and_a_restart_opens_it(program: Program) -> None:
    gate = NotedGate()
    async with supervised(program, gate) as it:
        assert it.running is not None
        assert it.running.binding == "binding of http://127.0.0.1:1"
        assert gate.whys.pop() == "The durable-engine is starting."
        os.kill(it.running.process.pid, signal.SIGKILL)
        await until(lambda: bool(gate.whys) and gate.is_open)
        assert gate.whys == ["The durable-engine has died (signal 9) and is being started again."]
        assert it.running.binding == "binding of http://127.0.0.1:2"


async def test_starts_that_fail_are_tried_again(program: Program, tmp_path: Path) -> None:
    gate = Gate()
    async with supervised(program, gate) as it:
        assert it.running is not None
        once = tmp_path / "failed-once"
        program.does(f"test -e {once} || {{ touch {once}; exit 3; }}; {READY_THEN_STAY}")
        os.kill(it.running.process.pid, signal.SIGKILL)
        await until(lambda: len(program.starts) == 3)
        await within(gate.wait())


async def test_it_is_given_up_after_as_many_failed_starts_as_there_are_waits(
    program: Program,
) -> None:
    gate = Gate()
    async with supervised(program, gate) as it:
        assert it.running is not None
        program.does("echo disk full; exit 3")
        os.kill(it.running.process.pid, signal.SIGKILL)
        why = await within(gate.until_given_up())
    assert why == (
        f"{program.path} died and did not start again in 3 attempts. It ended (code 3): disk full."
    )
    assert len(program.starts) == 4
    assert not gate.is_open


async def test_a_port_that_somebody_took_meanwhile_is_replaced_by_another(
    program: Program, tmp_path: Path
) -> None:
    once = tmp_path / "failed-once"
    program.does(
        f"test -e {once} || {{ touch {once}; "
        "echo 'Unhandled exception. System.IO.IOException: Failed to bind to address "
        "http://127.0.0.1:1: address already in use.'; seq -f '   at Its.Stack.Frame%g()' 60; "
        f"exit 134; }}; {READY_THEN_STAY}"
    )
    async with supervised(program, Gate()) as it:
        assert it.running is not None
        assert it.running.base == "http://127.0.0.1:2"


async def test_a_first_start_that_fails_is_a_bad_start(program: Program) -> None:
    program.does("echo 'Unhandled exception. System.ArgumentException: no such hub'; exit 134")
    with pytest.raises(BadStart) as refused:
        async with supervised(program, Gate()):
            pass
    assert str(refused.value) == f"{program.path} did not start. It ended (code 134): no such hub."


async def test_the_log_does_not_grow_without_end(program: Program, tmp_path: Path) -> None:
    chatter = "MS_DURABLE_FUNCTION_EVENTS_LOGS " + "x" * 1000
    program.does(f"echo READY; yes '{chatter}' | head -n 12000; exec sleep 60")
    async with supervised(program, Gate()):
        older = tmp_path / "engine.log.1"
        await until(lambda: older.exists() and older.stat().st_size > LOG_BYTES_MAX * 0.9, 20)
    sizes = [path.stat().st_size for path in tmp_path.glob("engine.log*")]
    assert len(sizes) == 2
    assert max(sizes) <= LOG_BYTES_MAX


async def test_no_secret_reaches_the_log(program: Program, tmp_path: Path) -> None:
    program.does(f"echo 'DefaultEndpoints;AccountKey=c2VjcmV0;More'; {READY_THEN_STAY}")
    async with supervised(program, Gate()):
        said = (tmp_path / "engine.log").read_text()
    assert "AccountKey=***" in said
    assert "c2VjcmV0" not in said
