"""Keeps one engine running: starts it, sees it die, and starts it again on the same hub.

Nothing is lost in between, because the hub is in Azure Storage. Starts that fail are tried again
with growing waits, and given up after the last of WAITS_S: then the host ends and says why.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from devhost.gate import Gate
from devhost.remote.process import EngineEnded, EngineProcess
from devhost.starting import BadStart

_log = logging.getLogger(__name__)
WAITS_S = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Before the first, second, ... attempt to start it again."""
_PORTS_TRIED_MAX = 3
_PORT_TAKEN = "address already in use"


@dataclass(frozen=True)
class Running:
    """An engine that is ready."""

    process: EngineProcess
    base: str
    """Origin of its own port: webhooks and /client."""
    binding: str
    """What a durableClient binding hands to a function."""


class Supervisor:
    """One engine at a time, between start() and stop()."""

    def __init__(
        self,
        executable: str,
        gate: Gate,
        *,
        launch: Callable[[], tuple[EngineProcess, str]],
        check: Callable[[], None],
        binding_of: Callable[[str], Awaitable[str]],
        waits_s: Sequence[float] = WAITS_S,
    ) -> None:
        self._executable = executable
        self._gate = gate
        self._launch, self._check, self._binding_of = launch, check, binding_of
        self._waits_s = waits_s
        self._process: EngineProcess | None = None
        self._watching: asyncio.Task[None] | None = None
        self.running: Running | None = None
        """None while it is down."""

    async def start(self) -> None:
        """Start it, and look after it from now on. BadStart when it does not get ready."""
        # Its queue trigger calls as soon as it is ready, before its binding is known.
        self._gate.shut("The durable-engine is starting.")
        try:
            self.running = await self._start_once()
        except EngineEnded as error:
            raise BadStart(f"{self._executable} did not start. {error}") from None
        self._gate.open()
        self._watching = asyncio.create_task(self._watch(self.running), name="engine")

    async def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._process is not None:
            await self._process.stop()

    async def _watch(self, running: Running | None) -> None:
        while running is not None:
            await running.process.ended.wait()
            self.running = None
            how = running.process.how_it_ended()
            self._gate.shut(f"The durable-engine has died ({how}) and is being started again.")
            _log.error("The durable-engine (pid %d) has died: %s", running.process.pid, how)
            running = self.running = await self._start_again()

    async def _start_again(self) -> Running | None:
        why = ""
        for number, wait_s in enumerate(self._waits_s, 1):
            await asyncio.sleep(wait_s)
            try:
                running = await self._start_once()
            except (EngineEnded, BadStart) as error:
                why = str(error)
                _log.error("Start %d of %d failed: %s", number, len(self._waits_s), why)
                continue
            self._gate.open()
            _log.warning(
                "The durable-engine runs again (pid %d); what it had in hand when it died "
                "comes back within a minute or so",
                running.process.pid,
            )
            return running
        self._gate.give_up(
            f"{self._executable} died and did not start again in {len(self._waits_s)} attempts. "
            f"{why}"
        )
        return None

    async def _start_once(self) -> Running:
        await asyncio.to_thread(self._check)
        for number in range(1, _PORTS_TRIED_MAX + 1):
            process, base = self._launch()
            self._process = process
            try:
                await process.until_ready()
                return Running(process, base, await self._binding_of(base))
            except EngineEnded as error:
                await process.stop()
                if _PORT_TAKEN not in str(error).lower() or number == _PORTS_TRIED_MAX:
                    raise
        raise AssertionError("the last attempt returns or raises")
