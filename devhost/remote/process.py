"""One run of the executable: started, heard until it says READY, and known to have ended.

Its outputs go through a thread of this process into a log that cannot grow without end: the engine
prints a line of telemetry for every step.
"""

import asyncio
import logging
import re
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from devhost.children import start_child, stop_child
from devhost.console import hide_secrets
from devhost.starting import BadStart

READY_S_MAX = 60.0
STOP_S = 1.5
"""It takes 1.1 s to give back what it holds."""
LOG_BYTES_MAX = 5_000_000
_READY = "READY"
_TELEMETRY = "MS_DURABLE_FUNCTION_EVENTS_LOGS"
_UNHANDLED = re.compile(r"Unhandled exception\. (?:[\w.]+: )?(.+)")
_LINES = 40


class EngineEnded(Exception):
    """It ended, or said nothing for too long, before it was ready; str() says why."""


class EngineProcess:
    """A started executable; belongs to the event loop that runs at its start."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], log_path: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self._ready, self.ended = asyncio.Event(), asyncio.Event()
        self._heard: deque[str] = deque(maxlen=_LINES)
        """The first words after a start are few, and the last before an end say why."""
        self._unhandled = ""
        """What ended it, if it said so: a long stack follows."""
        log = RotatingFileHandler(log_path, maxBytes=LOG_BYTES_MAX, backupCount=1, delay=True)
        try:
            self._process = start_child(command, output=subprocess.PIPE, environ=environ)
        except OSError as error:
            raise BadStart(
                f"{command[0]} cannot be run on this machine ({error.strerror}); "
                "a durable-engine is a program for Linux x64."
            ) from None
        threading.Thread(target=self._listen, args=(log,), name="engine-log", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    async def until_ready(self) -> None:
        """Return when it is ready; raises EngineEnded."""
        events = (self._ready, self.ended)
        waits = [asyncio.ensure_future(event.wait()) for event in events]
        try:
            await asyncio.wait(waits, timeout=READY_S_MAX, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if self.ended.is_set():
            raise EngineEnded(f"It ended ({self.how_it_ended()}): {self.last_words()}")
        if not self._ready.is_set():
            raise EngineEnded(f"It is not ready after {READY_S_MAX:.0f} s: {self.last_words()}")

    def how_it_ended(self) -> str:
        code = self._process.poll()
        return f"signal {-code}" if code is not None and code < 0 else f"code {code}"

    def last_words(self) -> str:
        """The line that says why, as well as one can tell."""
        lines = [line for line in self._heard if line]
        said = self._unhandled or (lines or ["it said nothing"])[-1]
        return said if said.endswith(".") else f"{said}."

    async def stop(self) -> None:
        """Ask it to end, then insist."""
        try:
            await asyncio.to_thread(stop_child, self._process, STOP_S)
            await self.ended.wait()
        finally:
            self._process.kill()

    def _listen(self, log: logging.Handler) -> None:
        assert self._process.stdout is not None
        with closing(log), self._process.stdout as output:
            for raw in output:
                line = hide_secrets(raw.decode("utf-8", "replace").rstrip())
                log.emit(logging.makeLogRecord({"msg": line}))
                if line == _READY:
                    self._tell(self._ready)
                elif not line.startswith(_TELEMETRY):
                    self._hear(line.strip())
        self._process.wait()
        self._tell(self.ended)

    def _hear(self, line: str) -> None:
        self._heard.append(line)
        found = _UNHANDLED.search(line)
        self._unhandled = found[1] if found else self._unhandled

    def _tell(self, event: asyncio.Event) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(event.set)
