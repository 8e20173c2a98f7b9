"""`python -m devhost.language_worker DIR SOCKET`: the worker process; the host starts it.

It loads the app once, answers calls until the host closes the socket, and ends then, whatever still
runs. One loop for async functions and one thread pool for all others, as Azure's Python worker has.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from devhost.app_loading import load_app
from devhost.console import log_to_console
from devhost.language_worker import binding
from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.functions import Function
from devhost.language_worker.messages import (
    Answered,
    Call,
    Failed,
    Json,
    Loaded,
    Refused,
    Result,
    Text,
    call_of,
    line_of,
)
from devhost.starting import BadStart
from devhost.worker import LoadedFunction, Worker

_LINE_BYTES_MAX = 2**30
_DURABLE = ("orchestrationTrigger", "activityTrigger")


def main(arguments: Sequence[str]) -> None:
    """Serve the app in a folder; does not return."""
    app_dir, number = arguments
    os.set_inheritable(int(number), False)  # or what the app starts would hold it open
    log_to_console()
    asyncio.run(_serve(Path(app_dir), socket.socket(fileno=int(number))))
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads of the app may still run, and Python would wait for them.
    os._exit(0)


class AppCalls:
    """Answers calls of one app's functions; belongs to one event loop."""

    def __init__(self, worker: Worker, writer: asyncio.StreamWriter) -> None:
        self._worker, self._writer = worker, writer
        self._functions = {item.name: item for item in worker.functions}
        self._pool = ThreadPoolExecutor(_thread_count(), "function")

    async def answer(self, call: Call) -> None:
        """Run a function and say what came of it."""
        try:
            said: Answered | Failed = Answered(call.number, await self._run(call))
        except WorkerFailure as failure:
            said = Failed(call.number, failure.message, failure.stack)
        self._writer.write(line_of(said))

    async def _run(self, call: Call) -> Result:
        function = self._functions.get(call.function)
        if function is None:  # the app has changed since the host asked for its functions
            raise WorkerFailure(f"The function '{call.function}' doesn't exist", "")
        if function.kind in _DURABLE:
            return await self._run_durable(function, call)
        return await binding.run(
            function,
            call.value,
            call.metadata,
            call.client,
            app_dir=self._worker.app_dir,
            pool=self._pool,
        )

    async def _run_durable(self, function: LoadedFunction, call: Call) -> Result:
        assert isinstance(call.value, Text), "orchestrators and activities are called with a text"
        name, text, worker = function.registered_name, call.value.value, self._worker
        run = partial(worker.run_activity, name, text, call.client)
        if function.kind == "orchestrationTrigger":
            run = partial(worker.run_orchestrator, name, text)
        answer = await asyncio.get_running_loop().run_in_executor(self._pool, run)
        return Result(Json(answer))


async def _serve(app_dir: Path, connection: socket.socket) -> None:
    reader, writer = await asyncio.open_connection(sock=connection, limit=_LINE_BYTES_MAX)
    try:
        worker = load_app(app_dir)
    except BadStart as error:
        writer.write(line_of(Refused(str(error))))
        await writer.drain()
        return
    worker.loop = asyncio.get_running_loop()
    known = [Function(item.name, item.trigger, item.bindings) for item in worker.functions]
    writer.write(line_of(Loaded(known)))
    calls = AppCalls(worker, writer)
    running: set[asyncio.Task[None]] = set()
    while line := await reader.readline():
        task = asyncio.create_task(calls.answer(call_of(line)))
        running.add(task)
        task.add_done_callback(running.discard)


def _thread_count() -> int:
    given = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    return int(given) if given.isdigit() and int(given) else min(32, (os.cpu_count() or 1) + 4)


if __name__ == "__main__":
    main(sys.argv[1:])
