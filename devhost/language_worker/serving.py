"""The worker process's side of the socket: loads an app, answers the host's calls, ends with it.

The same for every worker: what loads an app and runs its functions is handed in.
"""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence, Set
from pathlib import Path
from typing import Protocol

from devhost.console import log_to_console
from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.functions import Function
from devhost.language_worker.messages import (
    Answered,
    Call,
    Failed,
    Loaded,
    Refused,
    Result,
    call_of,
    line_of,
)
from devhost.starting import BadStart

_log = logging.getLogger(__name__)
_LINE_BYTES_MAX = 2**30
_ROOT = Path(__file__).resolve().parents[2]


class App(Protocol):
    """A loaded app, whatever loaded it."""

    @property
    def worker(self) -> str:
        """What runs the functions, for people."""
        ...

    @property
    def functions(self) -> Sequence[Function]: ...

    async def run(self, call: Call) -> Result:
        """Run one of the functions. Raises WorkerFailure when it raises."""
        ...


Load = Callable[[Path], Awaitable[App]]
"""Loads the app of a folder, on the one event loop. Raises BadStart."""


def serve(arguments: Sequence[str], load: Load) -> None:
    """Serve the app in a folder; does not return."""
    app_dir, number = arguments
    os.set_inheritable(int(number), False)  # or what the app starts would hold it open
    log_to_console(quiet=False)
    _look_where_azure_looks(Path(app_dir))
    asyncio.run(_serve(Path(app_dir), socket.socket(fileno=int(number)), load))
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads of the app may still run, and Python would wait for them.
    os._exit(0)


async def _serve(app_dir: Path, connection: socket.socket, load: Load) -> None:
    reader, writer = await asyncio.open_connection(sock=connection, limit=_LINE_BYTES_MAX)
    try:
        app = await load(app_dir)
    except BadStart as error:
        writer.write(line_of(Refused(str(error))))
        await writer.drain()
        return
    known = [Function(item.name, item.trigger, item.bindings) for item in app.functions]
    writer.write(line_of(Loaded(known, app.worker)))
    names = {function.name for function in known}
    running: set[asyncio.Task[None]] = set()

    async def answer(call: Call) -> None:
        try:
            writer.write(line_of(await _said(app, names, call)))
        except Exception:
            _log.exception(
                "%s failed in a way that a worker cannot tell its host: it never answers this "
                "call, in Azure neither, and functionTimeout ends the process",
                call.function,
            )

    while line := await reader.readline():
        task = asyncio.create_task(answer(call_of(line)))
        running.add(task)
        task.add_done_callback(running.discard)


async def _said(app: App, names: Set[str], call: Call) -> Answered | Failed:
    try:
        if call.function not in names:  # the app has changed since the host asked for them
            raise WorkerFailure(f"The function '{call.function}' doesn't exist", "")
        return Answered(call.number, await app.run(call))
    except WorkerFailure as failure:
        return Failed(call.number, failure.message, failure.stack)


def _look_where_azure_looks(app_dir: Path) -> None:
    """Import packages first and the app's own modules last, and nothing from this host's folder."""
    here = {"", str(_ROOT), str(app_dir)}
    sys.path[:] = [*(place for place in sys.path if place not in here), str(app_dir)]
