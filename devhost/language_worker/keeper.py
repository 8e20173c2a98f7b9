"""Keeps one worker process running, and is what the rest of the host knows of it.

As the Functions host does: calls wait while there is no worker, calls in flight fail when it exits,
and it is started again. A function that runs for longer than functionTimeout has it killed, with
every other call that it had in hand.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devhost.gate import Gate
from devhost.language_worker.failures import WorkerExited
from devhost.language_worker.functions import Function, Registered
from devhost.language_worker.messages import Json, Loaded, Result, Text, Value
from devhost.language_worker.process import WorkerProcess
from devhost.starting import BadStart

_log = logging.getLogger(__name__)
WAITS_S = (0.0, 1.0, 2.0, 4.0)
"""Before the first, second, ... attempt to start it again."""


class LanguageWorker(Registered[Function]):
    """One worker at a time, between start() and stop(); the engines may call from any thread."""

    def __init__(
        self,
        command: Sequence[str],
        app_dir: Path,
        environ: Mapping[str, str],
        gate: Gate,
        *,
        client_binding: Callable[[], str] | None = None,
        timeout_s: float | None = None,
        waits_s: Sequence[float] = WAITS_S,
    ) -> None:
        super().__init__()
        self._command, self.app_dir = command, app_dir.resolve()
        self._environ, self._gate = environ, gate
        self.described = ""
        """What runs the functions, for people; known once it has loaded the app."""
        self._timeout_s, self._waits_s = timeout_s, waits_s
        self._client_binding = client_binding
        self._process: WorkerProcess | None = None
        self._is_up = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process that takes calls, a new one after each exit; None while there is none."""
        return self._process.pid if self._process is not None and self._is_up.is_set() else None

    async def start(self) -> None:
        """Start it, and look after it from now on. BadStart when the app cannot be loaded."""
        self._loop = asyncio.get_running_loop()
        loaded = await self._start_once()
        self.register(loaded.functions)
        self.described = loaded.worker
        self._keeping = asyncio.create_task(self._keep(), name="worker")

    async def stop(self) -> None:
        """End it; what it has in hand counts as never begun."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._process is not None:
            await self._process.stop()

    async def call(
        self,
        function: Function,
        value: Value,
        metadata: Mapping[str, Value] | None = None,
        client: str | None = None,
    ) -> Result:
        """Run a function, once there is a worker. Raises WorkerFailure."""
        await self._is_up.wait()
        process = self._process
        assert process is not None, "it is up"
        expiry = None
        if self._timeout_s is not None:
            expiry = self._loop.call_later(self._timeout_s, self._expire, process, function.name)
        try:
            return await process.call(function.name, value, metadata or {}, client)
        finally:
            if expiry is not None:
                expiry.cancel()

    def run_orchestrator(self, name: str, context_json: str) -> str:
        return self._run(self.orchestrators[name.lower()], context_json)

    def run_activity(self, name: str, input_text: str) -> str:
        return self._run(self.activities[name.lower()], input_text)

    def _run(self, function: Function, text: str) -> str:
        client = None
        if function.clients:
            assert self._client_binding is not None, "the host hands out its engine's"
            client = self._client_binding()
        calling = self.call(function, Text(text), client=client)
        running = asyncio.run_coroutine_threadsafe(calling, self._loop)
        answer = running.result().value
        assert isinstance(answer, Json), "orchestrators and activities answer JSON"
        return answer.value

    def _expire(self, process: WorkerProcess, name: str) -> None:
        _log.error(
            "A function timeout has occurred: %s ran for longer than %g s (functionTimeout). "
            "Restarting the worker process, with every call that it has in hand",
            name,
            self._timeout_s,
        )
        process.kill()

    async def _keep(self) -> None:
        while (process := self._process) is not None:
            await process.until_silent()
            self._is_up.clear()
            code = await process.exit_code()
            _log.error(
                "The worker process (pid %d): %s; calls in flight that failed: %d",
                process.pid,
                WorkerExited(code),
                process.fail(code),
            )
            await self._start_again()

    async def _start_again(self) -> None:
        why = ""
        for wait_s in self._waits_s:
            await asyncio.sleep(wait_s)
            try:
                await self._start_once()
            except BadStart as error:
                why = str(error)
                _log.error("The worker process did not start: %s", why)
                continue
            return
        self._process = None
        self._gate.give_up(
            f"The worker process did not start again in {len(self._waits_s)} attempts. {why}"
        )

    async def _start_once(self) -> Loaded:
        self._process = process = WorkerProcess(self._command, self.app_dir, self._environ)
        loaded = await process.load()
        self._is_up.set()
        return loaded
