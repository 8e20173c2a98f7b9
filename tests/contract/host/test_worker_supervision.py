"""What the host does about its worker process: has it load, starts it again, ends it in order."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devhost.gate import Gate
from devhost.language_worker import process
from devhost.language_worker.failures import WorkerExited, WorkerFailure
from devhost.language_worker.functions import Function
from devhost.language_worker.keeper import LanguageWorker
from devhost.language_worker.messages import HttpRequest, Text, Value
from devhost.starting import BadStart
from devhost.workers import OWN_WORKER

ROOT = Path(__file__).parents[3]
HEAD = """
import os, signal, subprocess, sys, time
import azure.durable_functions as df, azure.functions as func
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
"""
CALLS = """
@app.route(route="waits/{seconds}")
def waits(req: func.HttpRequest) -> str:
    time.sleep(float(req.route_params["seconds"]))
    return "waited"
@app.route(route="raises")
def raises(req: func.HttpRequest) -> str:
    raise ValueError("not today")
@app.route(route="leaves")
def leaves(req: func.HttpRequest) -> str:
    if os.fork() == 0:
        time.sleep(5)
    os._exit(3)
@app.route(route="prints")
def prints(req: func.HttpRequest) -> str:
    for number in range(3, 1024):
        try:
            os.write(number, b"not a message\\n")
        except OSError:
            pass
    time.sleep(5)
    return "understood"
@app.activity_trigger(input_name="p")
def echo(p): return p
"""


@asynccontextmanager
async def keeping(
    folder: Path,
    source: str = CALLS,
    *,
    gate: Gate | None = None,
    command: Sequence[str] = OWN_WORKER,
    waits_s: Sequence[float] = (0.0, 0.1),
) -> AsyncIterator[LanguageWorker]:
    (folder / "function_app.py").write_text(HEAD + source)
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    worker = LanguageWorker(command, folder, environ, gate or Gate(), waits_s=waits_s)
    try:
        await worker.start()
        yield worker
    finally:
        await worker.stop()


def named(worker: LanguageWorker, name: str) -> Function:
    return next(item for item in worker.functions if item.name == name)


def asked(**params: str) -> HttpRequest:
    return HttpRequest("GET", "http://app.test/api/x", {}, {}, params, b"")


async def call(worker: LanguageWorker, name: str, **params: str) -> Value | None:
    return (await worker.call(named(worker, name), asked(**params))).value


async def test_it_loads_the_app_and_runs_its_functions(tmp_path: Path) -> None:
    async with keeping(tmp_path) as worker:
        assert worker.pid != os.getpid()
        assert worker.has_activity("ECHO")
        answer = await asyncio.to_thread(worker.run_activity, "echo", '{"a": "ä\\n"}')
        assert json.loads(answer) == {"a": "ä\n"}
        assert await call(worker, "waits", seconds="0") == Text("waited")
        with pytest.raises(WorkerFailure, match="ValueError: not today") as caught:
            await call(worker, "raises")
        assert "in raises" in caught.value.stack


async def test_an_app_that_cannot_be_loaded_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadStart, match=r"^The app cannot be loaded: KeyError: 'x' \(function_app"):
        async with keeping(tmp_path, "{}['x']"):
            pass


async def test_an_app_that_ends_the_process_at_its_import_is_one_sentence(tmp_path: Path) -> None:
    said = r"^The app cannot be loaded: python exited with code 5 \(0x5\) while it was imported\.$"
    with pytest.raises(BadStart, match=said):
        async with keeping(tmp_path, "os._exit(5)"):
            pass


async def test_an_app_that_takes_too_long_to_load_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LOAD_S_MAX", 0.1)
    with pytest.raises(BadStart, match=r"^The app cannot be loaded: it takes more than 0 s\.$"):
        async with keeping(tmp_path, "time.sleep(60)"):
            pass


async def test_calls_wait_while_there_is_no_worker(tmp_path: Path) -> None:
    async with keeping(tmp_path) as worker:
        with pytest.raises(WorkerExited):
            await call(worker, "leaves")
        assert worker.pid is None
        async with asyncio.timeout(20):
            assert await call(worker, "waits", seconds="0") == Text("waited")


async def test_an_exit_is_noticed_though_a_forked_process_lives_on(tmp_path: Path) -> None:
    async with keeping(tmp_path) as worker:
        begun = time.monotonic()
        with pytest.raises(WorkerExited, match=r"python exited with code 3 \(0x3\)"):
            await call(worker, "leaves")
        assert time.monotonic() - begun < 4


async def test_a_worker_that_says_what_nobody_understands_is_started_again(tmp_path: Path) -> None:
    async with keeping(tmp_path) as worker:
        with pytest.raises(WorkerExited, match="137"):
            await call(worker, "prints")
        assert await call(worker, "waits", seconds="0") == Text("waited")


async def test_what_is_in_flight_when_the_host_stops_has_not_failed(tmp_path: Path) -> None:
    async with keeping(tmp_path) as worker:
        running = asyncio.create_task(call(worker, "waits", seconds="30"))
        await asyncio.sleep(0.2)
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_worker_that_does_not_come_back_ends_the_host_with_the_reason(
    tmp_path: Path,
) -> None:
    gate = Gate()
    async with keeping(tmp_path, gate=gate) as worker:
        (tmp_path / "function_app.py").write_text("broken(")
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        async with asyncio.timeout(20):
            why = await gate.until_given_up()
    assert why.startswith(
        "The worker process did not start again in 2 attempts. "
        "The app cannot be loaded: SyntaxError: "
    )
