"""Plays the engine's worker: it calls by HTTP for a turn, an activity, or a queue function."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from devhost.engine.invoke import Runner
from devhost.http_server import LocalServer
from devhost.language_worker.failures import WorkerFailure
from devhost.remote.messages import Messages

_THREADS = 32
"""More than the engine asks for at once: its limits are in host.json."""


class WorkServer:
    """The endpoint of one app's functions."""

    def __init__(self, worker: Runner, messages: Messages | None = None) -> None:
        self._runs: dict[str, Callable[[str, str], Awaitable[str]]] = {
            "orchestrator": self._in_a_thread(worker.run_orchestrator),
            "activity": self._in_a_thread(worker.run_activity),
        }
        if messages is not None:
            self._runs["queue"] = messages.run
        self._server = LocalServer(self._work)
        self._pool = ThreadPoolExecutor(_THREADS, "engine-work")

    @property
    def origin(self) -> str:
        return self._server.origin

    async def listen(self) -> None:
        await self._server.listen(0)

    async def close(self) -> None:
        """Begin nothing more; what runs is cut off, and asked for again later."""
        await self._server.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _work(self, request: web.Request) -> web.Response:
        _, kind, name = request.path.split("/", 2)
        if request.method != "POST" or kind not in self._runs:
            return web.Response(status=404)
        try:
            result = await self._runs[kind](name, await request.text())
        except WorkerFailure as failure:
            return web.Response(status=500, text=str(failure))
        return web.Response(text=result, content_type="application/json")

    def _in_a_thread(self, run: Callable[[str, str], str]) -> Callable[[str, str], Awaitable[str]]:
        def begin(name: str, text: str) -> Awaitable[str]:
            return asyncio.get_running_loop().run_in_executor(self._pool, run, name, text)

        return begin
