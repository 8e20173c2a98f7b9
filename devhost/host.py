"""The host: one app's worker, one engine, two servers and the listeners, on one event loop.

Start and stop are here, and the order they need. What a trigger does is in its own module.
"""

import asyncio
import os
import time
from collections.abc import Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from devhost.app_files import HostOptions, load_settings, read_host_json
from devhost.durable_api import DurableApi
from devhost.engine.embedded import EmbeddedEngine
from devhost.engine.seam import DurableReply, DurableRequest, Engine
from devhost.gate import Gate
from devhost.http_server import RETRY_AFTER_S, AppServer, RpcServer
from devhost.http_triggers import HttpTriggers
from devhost.invoke import Invoker, runnable
from devhost.language_worker.functions import Function
from devhost.language_worker.keeper import LanguageWorker
from devhost.queue_listener import QueueListener
from devhost.queue_storage import Queues
from devhost.remote import files
from devhost.remote.messages import Messages
from devhost.remote_engine import RemoteEngine
from devhost.schedules import Schedule
from devhost.starting import with_settings
from devhost.timer_listener import TimerListener
from devhost.workers import OWN_WORKER

DEFAULT_PORT = 7071
_ROOT = Path(__file__).resolve().parents[1]
_NOT_YET = DurableReply(503, {"Retry-After": str(RETRY_AFTER_S)}, b"The host starts.")
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
    worker: Sequence[str] = OWN_WORKER
    """What runs the functions, in a process of its own; its folder and socket are added."""


class Host:
    """One running app."""

    def __init__(self, config: HostConfig, environ: MutableMapping[str, str] | None = None) -> None:
        self.config = config
        self._environ = os.environ if environ is None else environ
        self.settings_file = load_settings(config.app_dir, self._environ)
        self.options: HostOptions = read_host_json(config.app_dir, self._environ)
        self.functions: list[Function] = []
        """Known once the worker has loaded the app."""
        self._hub = config.hub or self.options.hub_name
        self._gate = Gate()
        self._worker = LanguageWorker(
            config.worker,
            config.app_dir,
            {**self._environ, "PYTHONPATH": _python_path(self._environ)},
            self._gate,
            client_binding=self._client_binding,
            timeout_s=self.options.function_timeout_s,
        )
        self._rpc = RpcServer(self._answer)
        self._app = AppServer(self._answer, self._status, self._gate)
        self._queues = Queues(self._environ, is_base64=self.options.queues.is_base64)
        self._invoker = Invoker(self._worker, self._client_binding, self._queues, self._gate)
        self._messages: Messages | None = None
        """The queue functions that the published trigger calls; None on the embedded engine."""
        self._engine: Engine | None = None
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

    @property
    def worker_line(self) -> str:
        """What runs the functions, for people; known once they are."""
        return self._worker.described

    async def until_failed(self) -> str:
        """Return why, when the engine is gone for good."""
        return await self._gate.until_given_up()

    @property
    def triggers(self) -> list[str]:
        """One line per trigger, for people."""
        queues = self._messages.lines if self._messages else []
        queues += [item.line for item in self._listeners]
        return (self._app.triggers.lines if self._app.triggers else []) + queues

    async def start(self) -> None:
        """Listen, run what is due, and take messages, in this order; BadStart undoes it all."""
        try:
            await self._app.listen(self.config.port)
            await self._worker.start()
            self.functions = runnable(self._worker.functions)
            if self.config.engine is None:  # the real one opens its own
                await self._rpc.listen()
            self._messages = self._make_messages()
            self._engine = self._make_engine()
            await self._engine.start()
            await self._start_triggers()
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
                if self._engine is not None:
                    await self._engine.stop()
                await self._rpc.close()
        await self._queues.close()
        await self._worker.stop()

    async def _start_triggers(self) -> None:
        self._app.triggers = HttpTriggers(self.functions, self.options.route_prefix, self._invoker)
        listeners = (self._listener(function) for function in self.functions)
        self._listeners = [listener for listener in listeners if listener is not None]
        for listener in self._listeners:
            await listener.start()

    def _make_messages(self) -> Messages | None:
        """The queue functions that the published trigger calls; None on the embedded engine."""
        if self.config.engine is None:
            return None
        return Messages(self.functions, self._environ, self._invoker.call)

    def _make_engine(self) -> Engine:
        self.config.state_dir.mkdir(parents=True, exist_ok=True)
        if self.config.engine is not None:
            return RemoteEngine(
                self.config.engine,
                self._worker,
                self._gate,
                self._messages,
                app_dir=self.config.app_dir,
                state_dir=self.config.state_dir,
                hub=self._hub,
                environ=self._environ,
                origin=lambda: self._app.origin,
            )
        embedded = EmbeddedEngine(
            self._worker,
            self.config.state_dir / "durable.sqlite",
            turns_max=self.options.orchestrators_max,
            activities_max=self.options.activities_max,
        )
        origins = lambda: (self._app.origin, self._rpc.origin)  # noqa: E731 - known after listen
        return DurableApi(embedded, hub=self._hub, origins=origins)

    def _listener(self, function: Function) -> QueueListener | TimerListener | None:
        if self._messages is not None and function.name in self._messages.queues:
            return None  # the engine listens
        if function.kind == "queueTrigger":
            return QueueListener(function, self._queues, self.options.queues, self._invoker)
        if function.kind == "timerTrigger":
            text = with_settings(str(function.trigger["schedule"]), self._environ)
            return TimerListener(function, Schedule(text), self._invoker, self.config.state_dir)
        return None

    def _client_binding(self) -> str:
        assert self._engine is not None, "no function is called before there is an engine"
        return self._engine.client_binding()

    async def _answer(self, request: DurableRequest) -> DurableReply:
        return _NOT_YET if self._engine is None else await self._engine.handle(request)

    def _status(self) -> dict[str, object]:
        is_down = self._state == "Running" and not self._gate.is_open
        return {
            "id": self.config.app_dir.name,
            "state": "Error" if is_down else self._state,
            "errors": [self._gate.why] if is_down else [],
            "version": "devhost",
            "processId": os.getpid(),
            "workerProcessId": self._worker.pid,
            "worker": self._worker.described,
            "processUptime": round((time.monotonic() - self._begun) * 1000),
            "functions": [item.name for item in self.functions],
        }


def _python_path(environ: Mapping[str, str]) -> str:
    """The worker process finds this host where this process did."""
    given = environ.get("PYTHONPATH")
    return os.pathsep.join([str(_ROOT), *([given] if given else [])])
