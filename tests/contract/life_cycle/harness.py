"""An engine with the life-cycle app behind it, as its HTTP callers see it.

Both engines answer the same requests here: the embedded one behind devhost's own API, and the
published extension's, reached at its own ports.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeVar

import aiohttp
from yarl import URL

from devhost.azurite import Azurite
from devhost.durable_api import DurableApi
from devhost.durable_payloads import SYSTEM_KEY, WEBHOOKS
from devhost.engine.embedded import EmbeddedEngine
from devhost.http_server import AppServer, RpcServer
from devhost.remote_engine import AppRunner, RemoteEngine
from devhost.worker import Worker
from tests import real_worker

APP = Path(__file__).parents[2] / "data" / "apps" / "life_cycle"
HISTORY = "?showHistory=true&showHistoryOutput=true"
HUB = "lifecycle"
FINISHED = ("Completed", "Failed", "Terminated")
_WITHIN_S = 30.0
Bases = dict[str, str]
_T = TypeVar("_T")


class RunnableApp(AppRunner, Protocol):
    """An app on a worker, and where it is."""

    @property
    def app_dir(self) -> Path: ...


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def keys(self) -> list[str]:
        """In the order they were written."""
        return list(self.json)


@dataclass
class EngineHarness:
    """One running engine; ids are never used twice."""

    bases: Bases
    session: aiohttp.ClientSession
    numbers: Iterator[int] = field(default_factory=count)

    async def send(
        self,
        method: str,
        path: str,
        body: str | None = None,
        *,
        base: str = "rpc",
        kind: str = "application/json",
        token: str | None = None,
    ) -> Reply:
        headers = {"Content-Type": kind} if body is not None else {}
        if token is not None:
            headers["x-ms-continuation-token"] = token
        if base == "webhook":
            path += ("&" if "?" in path else "?") + f"code={SYSTEM_KEY}"
        url = URL(self.bases[base] + path, encoded=True)
        data = (body or "").encode()
        async with self.session.request(method, url, data=data, headers=headers) as answer:
            return Reply(answer.status, dict(answer.headers), await answer.text())

    async def start(self, name: str, body: str = "", instance_id: str = "") -> str:
        """Start an instance, under a new id unless one is given."""
        chosen = instance_id or f"{name}-{next(self.numbers)}"
        reply = await self.send("POST", f"/orchestrators/{name}/{chosen}", body)
        assert reply.status == 202, reply
        return chosen

    async def change(self, instance_id: str, verb: str, query: str = "?reason=why") -> Reply:
        return await self.send("POST", f"/instances/{instance_id}/{verb}{query}", "")

    async def event(self, instance_id: str, body: str, name: str = "Go") -> Reply:
        return await self.send("POST", f"/instances/{instance_id}/raiseEvent/{name}", body)

    async def look(self, instance_id: str, query: str = "") -> Reply:
        return await self.send("GET", f"/instances/{instance_id}{query}")

    async def rows(self, instance_id: str, query: str = HISTORY) -> list[dict[str, Any]]:
        """The history; a Pending instance shows none."""
        status: dict[str, Any] = (await self.look(instance_id, query)).json
        shown: list[dict[str, Any]] = status.get("historyEvents", [])
        return shown

    async def until(self, instance_id: str, *wanted: str) -> dict[str, Any]:
        """The status, once it is one of those (any finished one by default)."""

        async def look() -> dict[str, Any]:
            reply = await self.look(instance_id)
            return reply.json if reply.text else {"runtimeStatus": None}

        return await eventually(look, lambda seen: seen["runtimeStatus"] in (wanted or FINISHED))

    async def until_rows(self, instance_id: str, count: int) -> list[dict[str, Any]]:
        """The history, once it shows so many rows."""
        return await eventually(lambda: self.rows(instance_id), lambda rows: len(rows) >= count)

    async def until_says(self, instance_id: str, custom_status: Any) -> None:
        """Wait for a custom status."""
        await eventually(
            lambda: self.look(instance_id),
            lambda reply: reply.json["customStatus"] == custom_status,
        )

    async def running(self, name: str, body: str = "") -> str:
        """Start an instance and wait until it runs."""
        instance_id = await self.start(name, body)
        await self.until(instance_id, "Running")
        return instance_id

    async def suspended(self, name: str = "waits", query: str = "?reason=why") -> str:
        """Start an instance and wait until it is suspended."""
        instance_id = await self.running(name)
        await self.change(instance_id, "suspend", query)
        await self.until(instance_id, "Suspended")
        return instance_id

    async def finished(self, name: str, body: str = "") -> str:
        """Start an instance and wait until it has ended."""
        instance_id = await self.start(name, body)
        await self.until(instance_id)
        return instance_id


async def eventually(look: Callable[[], Awaitable[_T]], holds: Callable[[_T], bool]) -> _T:
    """Look until it holds; fails with the last sight."""
    give_up = time.monotonic() + _WITHIN_S
    while True:
        seen = await look()
        if holds(seen):
            return seen
        assert time.monotonic() < give_up, f"not seen in time; last: {seen}"
        await asyncio.sleep(0.03)


@asynccontextmanager
async def embedded() -> AsyncIterator[Bases]:
    """devhost's own engine, behind both of devhost's servers."""
    async with _life_cycle_app() as worker:
        engine = EmbeddedEngine(worker)
        api = DurableApi(engine, hub=HUB, origins=lambda: (app.origin, rpc.origin))
        app, rpc = AppServer(api.handle, dict), RpcServer(api.handle)
        await app.listen(0)
        await rpc.listen(0)
        await api.start()
        try:
            yield {"webhook": app.origin + WEBHOOKS, "rpc": rpc.origin + "/durabletask"}
        finally:
            await app.close()
            await rpc.close()
            await api.stop()


@asynccontextmanager
async def published(executable: str, worker: RunnableApp) -> AsyncIterator[Bases]:
    """The published extension's engine on an emulator of its own."""
    with Azurite() as azurite, tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "AzureWebJobsStorage": azurite.connection_string}
        engine = RemoteEngine(
            executable,
            worker,
            app_dir=worker.app_dir,
            state_dir=Path(folder),
            hub=HUB,
            environ=environ,
        )
        await engine.start()
        try:
            binding = json.loads(engine.client_binding())
            yield {"webhook": binding["baseUrl"], "rpc": binding["rpcBaseUrl"].rstrip("/")}
        finally:
            await engine.stop()


@asynccontextmanager
async def published_life_cycle(executable: str) -> AsyncIterator[Bases]:
    """The same with the life-cycle app."""
    async with _life_cycle_app() as worker, published(executable, worker) as bases:
        yield bases


@asynccontextmanager
async def _life_cycle_app() -> AsyncIterator[RunnableApp]:
    """In this process, or on Microsoft's worker where all of the run is on it."""
    if not real_worker.is_chosen():
        yield Worker(APP, "life_cycle_app.py")
        return
    async with real_worker.running(APP, "life_cycle_app.py") as worker:
        yield worker
