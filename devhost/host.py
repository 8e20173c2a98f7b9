"""The host: one app, one engine, two servers and the listeners, on one event loop.

Start and stop are here, and the order they need. What a trigger does is in its own module.
"""

import asyncio
import os
import time
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from devhost.app_files import HostOptions, load_settings, read_host_json
from devhost.app_loading import load_app, runnable
from devhost.durable_api import DurableApi
from devhost.engine.embedded import EmbeddedEngine
from devhost.engine.seam import DurableReply, DurableRequest, Engine
from devhost.gate import Gate
from devhost.http_server import AppServer, RpcServer
from devhost.http_triggers import HttpTriggers
from devhost.invoke import Invoker
from devhost.queue_listener import QueueListener
from devhost.queue_storage import Queues
from devhost.remote import files
from devhost.remote_engine import RemoteEngine
from devhost.schedules import Schedule
from devhost.starting import with_settings
from devhost.timer_listener import TimerListener
from devhost.worker import LoadedFunction

DEFAULT_PORT = 7071
_STOP_S_MAX = 2.5
"""The embedded engine needs none of it, a durable-engine more than a second."""


@dataclass(frozen=True)
class HostConfig:
    """What a person says on the command line."""

    app_dir: Path
    state_dir: Path
    port: int = DEFAULT_PORT
    """0 takes a free one."""
    engine: str | None = None
    """Path of a durable-engine; None runs the embedded one."""
    hub: str | None = None
    """Name of the hub; None takes the one of host.json."""


class Host:
    """One running app."""

    def __init__(self, config: HostConfig, environ: MutableMapping[str, str] | None = None) -> None:
        self.config = config
        self._environ = os.environ if environ is None else environ
        self.settings_file = load_settings(config.app_dir, self._environ)
        self.options: HostOptions = read_host_json(config.app_dir, self._environ)
        self.worker = load_app(config.app_dir)
        self.functions = runnable(self.worker.functions)
        self._hub = config.hub or self.options.hub_name
        self._gate = Gate()
        self._rpc = RpcServer(self._answer)
        self._app = AppServer(self._answer, self._status, self._gate)
        self._queues = Queues(self._environ, is_base64=self.options.queues.is_base64)
        self._engine = self._make_engine()
        self._invoker = Invoker(
            self._engine.client_binding, self._queues, config.app_dir, self._gate
        )
        self._listeners: list[QueueListener | TimerListener] = []
        self._state = "Initializing"
        self._begun = time.monotonic()

    @property
    def url(self) -> str:
        return self._app.origin

    @property
    def engine_line(self) -> str:
        """What orchestrations run on, for people."""
        if self.config.engine is None:
            return "embedded engine"
        log = self.config.state_dir / files.LOG
        return f"durable-engine {self.config.engine} (hub {self._hub}, log {log})"

    async def until_failed(self) -> str:
        """Return why, when the engine is gone for good."""
        return await self._gate.until_given_up()

    @property
    def triggers(self) -> list[str]:
        """One line per trigger, for people."""
        queues = [item.line for item in self._listeners]
        return (self._app.triggers.lines if self._app.triggers else []) + queues

    async def start(self) -> None:
        """Listen, run what is due, and take messages, in this order; BadStart undoes it all."""
        try:
            self.worker.loop = asyncio.get_running_loop()
            await self._app.listen(self.config.port)
            if self.config.engine is None:  # the real one opens its own
                await self._rpc.listen()
            await self._engine.start()
            prefix = self.options.route_prefix
            self._app.triggers = HttpTriggers(self.functions, prefix, self._invoker)
            self._listeners = [item for item in map(self._listener, self.functions) if item]
            for listener in self._listeners:
                await listener.start()
            self._state = "Running"
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Take nothing more and stop within three seconds; what is cut off runs again later."""
        self._state = "Stopping"
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_S_MAX):
                await asyncio.gather(*(item.stop() for item in self._listeners))
                await self._app.close()
                await self._engine.stop()
                await self._rpc.close()
        await self._queues.close()
        await _close_durable_session()
        self._invoker.close()

    def _make_engine(self) -> Engine:
        self.config.state_dir.mkdir(parents=True, exist_ok=True)
        if self.config.engine is not None:
            return RemoteEngine(
                self.config.engine,
                self.worker,
                self._gate,
                app_dir=self.config.app_dir,
                state_dir=self.config.state_dir,
                hub=self._hub,
                environ=self._environ,
                origin=lambda: self._app.origin,
            )
        embedded = EmbeddedEngine(
            self.worker,
            self.config.state_dir / "durable.sqlite",
            turns_max=self.options.orchestrators_max,
            activities_max=self.options.activities_max,
        )
        origins = lambda: (self._app.origin, self._rpc.origin)  # noqa: E731 - known after listen
        return DurableApi(embedded, hub=self._hub, origins=origins)

    def _listener(self, function: LoadedFunction) -> QueueListener | TimerListener | None:
        if function.kind == "queueTrigger":
            return QueueListener(function, self._queues, self.options.queues, self._invoker)
        if function.kind == "timerTrigger":
            text = with_settings(str(function.trigger["schedule"]), self._environ)
            return TimerListener(function, Schedule(text), self._invoker, self.config.state_dir)
        return None

    async def _answer(self, request: DurableRequest) -> DurableReply:
        return await self._engine.handle(request)

    def _status(self) -> dict[str, object]:
        return {
            "id": self.config.app_dir.name,
            "state": self._state if self._gate.is_open else "Error",
            "errors": [self._gate.why] if self._gate.why else [],
            "version": "devhost",
            "processId": os.getpid(),
            "processUptime": round((time.monotonic() - self._begun) * 1000),
            "functions": [item.name for item in self.functions],
        }


async def _close_durable_session() -> None:
    """Close the SDK's one HTTP session, for which it offers no way itself."""
    from azure.durable_functions.models.utils import http_utils

    session = http_utils._client_session  # noqa: SLF001
    if session is not None and not session.closed:
        await session.close()
