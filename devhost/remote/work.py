"""Plays the engine's worker: it calls for a turn of an orchestrator or an activity, by HTTP."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from devhost.engine.invoke import Runner
from devhost.http_server import LocalServer
from devhost.language_worker.failures import WorkerFailure

_THREADS = 32
"""More than the engine asks for at once: its limits are in host.json."""


class WorkServer:
    """The endpoint of one app's orchestrators and activities."""

    def __init__(self, worker: Runner) -> None:
        self._runs: dict[str, Callable[[str, str], str]] = {
            "orchestrator": worker.run_orchestrator,
            "activity": worker.run_activity,
        }
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
        text = await request.text()
        loop = asyncio.get_running_loop()
        try:
            result = await loop.run_in_executor(self._pool, self._runs[kind], name, text)
        except WorkerFailure as failure:
            return web.Response(status=500, text=str(failure))
        return web.Response(text=result, content_type="application/json")
