"""`RemoteEngine`: the published extension's binary as an `Engine` of engine/seam.py.

devhost is its worker, hands out its client bindings and passes its webhooks on. Port, hub, log and
restarts are devhost's business; the app cannot tell the two engines apart.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import aiohttp

from devhost.engine.invoke import Runner
from devhost.engine.seam import DurableReply, DurableRequest
from devhost.gate import Gate
from devhost.http_server import RETRY_AFTER_S
from devhost.language_worker.functions import Function
from devhost.remote.checks import check_executable, check_orchestrators, check_storage
from devhost.remote.hub import check_hub
from devhost.remote.launch import Launch
from devhost.remote.messages import Messages
from devhost.remote.process import EngineEnded
from devhost.remote.storage import Account
from devhost.remote.supervisor import Supervisor
from devhost.remote.webhooks import forward
from devhost.remote.work import WorkServer
from devhost.storage_account import connection_of

_log = logging.getLogger(__name__)
_LAST_MESSAGES_S = 0.3
"""Then the engine takes no more messages, and has the time to give back those in hand."""
_LATER = DurableReply(503, {"Retry-After": str(RETRY_AFTER_S)}, b"The durable-engine is down.")


class AppRunner(Runner, Protocol):
    """What runs an app's functions, and knows which those are."""

    @property
    def functions(self) -> Sequence[Function]: ...


class RemoteEngine:
    """An `Engine` in another process."""

    def __init__(
        self,
        executable: str,
        worker: AppRunner,
        gate: Gate | None = None,
        messages: Messages | None = None,
        *,
        app_dir: Path,
        state_dir: Path,
        hub: str,
        environ: Mapping[str, str],
        origin: Callable[[], str] | None = None,
    ) -> None:
        def names(kind: str) -> tuple[str, ...]:
            return tuple(f.registered_name for f in worker.functions if f.kind == kind)

        connection = connection_of("AzureWebJobsStorage", environ)
        self._messages = messages
        self._launch = Launch(
            str(Path(executable).absolute()) if "://" not in executable else executable,
            app_dir,
            state_dir.resolve(),
            hub,
            connection,
            environ,
            orchestrators=names("orchestrationTrigger"),
            activities=names("activityTrigger"),
            queues=messages.queues if messages else {},
        )
        self._account = Account(connection)
        self._origin = origin
        """Of the host's own port, known once it listens; links in a binding point there."""
        self._work = WorkServer(worker, self._messages)
        self._session: aiohttp.ClientSession | None = None
        self._supervisor = Supervisor(
            executable,
            gate or Gate(),
            launch=lambda: self._launch.start(self._work.origin),
            check=lambda: check_storage(self._account),
            binding_of=self._binding_of,
        )

    async def start(self) -> None:
        """Refuse what cannot work, be its worker, start it. Raises BadStart."""
        launch = self._launch
        check_executable(launch.executable)
        check_orchestrators(launch.orchestrators, launch.app_dir.resolve().name)
        check_storage(self._account)
        check_hub(self._account, launch.hub, launch.orchestrators)
        self._session = aiohttp.ClientSession(auto_decompress=False)
        await self._work.listen()
        await self._supervisor.start()

    async def stop(self) -> None:
        """End the engine, which waits for its queue functions: those that last are cut off."""
        stopping = asyncio.create_task(self._supervisor.stop())
        await asyncio.wait([stopping], timeout=_LAST_MESSAGES_S)
        if self._messages is not None:
            self._messages.cut_off()
        await stopping
        await self._work.close()
        if self._session is not None:
            await self._session.close()

    def client_binding(self) -> str:
        running = self._supervisor.running
        if running is None:
            raise EngineEnded("the durable-engine is down")
        base = running.base if self._origin is None else self._origin()
        return running.binding.replace(running.base, base)

    async def handle(self, request: DurableRequest) -> DurableReply:
        """Pass a webhook request on; "come again later" while the engine is down."""
        running = self._supervisor.running
        if running is None or self._session is None:
            return _LATER
        try:
            return await forward(self._session, running.base, request)
        except aiohttp.ClientError as error:
            _log.warning("The durable-engine does not answer (%s)", type(error).__name__)
            return _LATER

    async def _binding_of(self, base: str) -> str:
        assert self._session is not None, "start() opens it"
        try:
            async with self._session.get(f"{base}/client") as answer:
                answer.raise_for_status()
                return await answer.text()
        except aiohttp.ClientError as error:
            raise EngineEnded(f"It hands out no client binding ({error}).") from error
