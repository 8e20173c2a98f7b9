"""One run of a worker process: started, loaded, called, and known to have exited.

Calls in flight at its exit fail together, as in Azure. Starting another is keeper.py's business.
"""

import asyncio
import logging
import socket
import subprocess
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

import msgspec

from devhost.children import start_child, stop_child
from devhost.language_worker.failures import WorkerExited, WorkerFailure
from devhost.language_worker.messages import (
    Answered,
    Call,
    Failed,
    FromWorker,
    Loaded,
    Refused,
    Result,
    Value,
    line_of,
    said,
)
from devhost.starting import BadStart

_log = logging.getLogger(__name__)
LOAD_S_MAX = 60.0
_LINE_BYTES_MAX = 2**30
EXIT_S_MAX = 5.0
"""From the end of a worker's last words to its own."""
_STOP_S = 0.5
_BY_SIGNAL = 128
"""What shells, containers and the Functions host add to a signal's number."""


class WorkerProcess:
    """A started process; belongs to the event loop that runs at its start."""

    def __init__(self, command: Sequence[str], app_dir: Path, environ: Mapping[str, str]) -> None:
        """Start it in the app's folder, as the Functions host does. Its command line ends with that
        folder and the number of its socket. BadStart when there is no such folder or command."""
        if not app_dir.is_dir():
            raise BadStart(f"There is no folder {app_dir}.")
        self._socket, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            called = [*command, str(app_dir), str(number)]
            try:
                self._process = start_child(
                    called, environ=environ, passed=(number,), folder=app_dir
                )
            except OSError as error:
                raise BadStart(f"{command[0]} cannot be started: {error.strerror}.") from error
        self._writer: asyncio.StreamWriter | None = None
        self._in_flight: dict[int, asyncio.Future[Result]] = {}
        self._numbers = count(1)
        # By a thread, because a process that the app forked may hold the socket open.
        threading.Thread(target=self._listen_for_exit, name="worker-exit", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    async def load(self) -> Loaded:
        """Wait until it has loaded the app. BadStart when it has not."""
        reader, self._writer = await asyncio.open_connection(
            sock=self._socket, limit=_LINE_BYTES_MAX
        )
        self._said = self._messages(reader)
        try:
            async with asyncio.timeout(LOAD_S_MAX):
                first = await anext(self._said, None)
        except TimeoutError:
            self.kill()
            first = Refused(f"The app cannot be loaded: it takes more than {LOAD_S_MAX:.0f} s.")
        if isinstance(first, Loaded):
            return first
        code = await self.exit_code()
        exited = f"The app cannot be loaded: {WorkerExited(code)} while it was imported."
        raise BadStart(first.why if isinstance(first, Refused) else exited)

    async def until_silent(self) -> None:
        """Take answers until there will be no more."""
        async for message in self._said:
            assert isinstance(message, Answered | Failed), "it has said that it is loaded"
            future = self._in_flight.pop(message.number, None)
            if future is None or future.done():
                continue  # who called has gone
            if isinstance(message, Answered):
                future.set_result(message.result)
            else:
                future.set_exception(WorkerFailure(message.message, message.stack))

    async def exit_code(self, within_s: float = EXIT_S_MAX) -> int:
        """How it ended, once it has: its own code, or 128 and the signal's number. It is ended when
        it does not end by itself in time."""
        code = await asyncio.to_thread(self._ended, within_s)
        if self._writer is None:
            self._socket.close()
        else:
            self._writer.close()
        return code if code >= 0 else _BY_SIGNAL - code

    def fail(self, code: int) -> int:
        """Fail what is in flight, because it exited; return how many calls that were."""
        failed = [future for future in self._in_flight.values() if not future.done()]
        for future in failed:
            future.set_exception(WorkerExited(code))
        self._in_flight.clear()
        return len(failed)

    async def call(
        self, function: str, value: Value, metadata: Mapping[str, Value], client: str | None
    ) -> Result:
        """Run a function. Raises WorkerFailure when it raises, or the process exits under it."""
        assert self._writer is not None, "it is loaded"
        number = next(self._numbers)
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._in_flight[number] = future
        with suppress(ConnectionError):  # it is exiting: the future will hear of it
            self._writer.write(line_of(Call(number, function, value, dict(metadata), client)))
            await self._writer.drain()
        try:
            return await future
        finally:
            self._in_flight.pop(number, None)

    def kill(self) -> None:
        self._process.kill()

    async def stop(self) -> None:
        """End it; calls in flight are cancelled, not failed: they count as never made."""
        for future in self._in_flight.values():
            future.cancel()
        with suppress(OSError):  # it has gone already
            self._socket.shutdown(socket.SHUT_RDWR)
        await self.exit_code(_STOP_S)

    async def _messages(self, reader: asyncio.StreamReader) -> AsyncIterator[FromWorker]:
        with suppress(ConnectionError):  # it exited with calls unread
            while line := await reader.readline():
                try:
                    message = said(line)
                except msgspec.MsgspecError as error:
                    _log.error("Worker process %d cannot be understood: %s", self.pid, error)
                    self.kill()
                    return
                yield message

    def _ended(self, within_s: float) -> int:
        # One that is exiting closes its socket first: what it exits with is its own.
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(within_s)
        return stop_child(self._process, _STOP_S)

    def _listen_for_exit(self) -> None:
        self._process.wait()
        with suppress(OSError):  # closed already
            self._socket.shutdown(socket.SHUT_RD)
