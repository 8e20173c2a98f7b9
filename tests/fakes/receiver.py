"""A receiver of notifications on this machine: well, away, slow, or ill-behaved, as it is told."""

import asyncio
import json
import threading
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

Mood = Literal["well", "busy", "fails", "refuses", "redirects", "slow", "floods", "hangs up"]
_ANSWERS: dict[Mood, tuple[int, dict[str, str]]] = {
    "well": (202, {}),
    "busy": (429, {"Retry-After": "600"}),
    "fails": (500, {}),
    "refuses": (400, {}),
    "redirects": (307, {"Location": "http://127.0.0.1:9/elsewhere"}),
}
_FLOOD = b"x" * 65_536


@dataclass(frozen=True)
class Got:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        """What its body says."""
        return json.loads(self.body)


class LocalReceiver:
    """An HTTP server in a thread of its own; it begins and ends with `with`."""

    def __init__(self, mood: Mood = "well", allows: dict[str, str] | None = None) -> None:
        self.mood = mood
        self.allows = {"WebHook-Allowed-Origin": "*"} if allows is None else allows
        self.got: list[Got] = []
        self.sent_bytes = 0
        """Of a flood: how much of it went out."""
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def authority(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> "LocalReceiver":
        self._thread.start()
        assert self._ready.wait(10), "the receiver does not start"
        return self

    def __exit__(self, *of: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def posted(self) -> list[Any]:
        """The bodies that it was sent and has taken."""
        return [each.event for each in self.got if each.method == "POST"]

    def leave(self) -> None:
        """Listen no more: connections are refused."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)

    def come_back(self) -> None:
        """Listen again, at the same port."""
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._stop())
        self._loop.close()

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body, mood = await request.read(), self.mood
        got = Got(request.method, request.path_qs, dict(request.headers), body)
        if mood == "slow":
            await asyncio.sleep(30)
        if mood == "hangs up":
            assert request.transport is not None, "it is still there"
            request.transport.abort()
            return web.Response()
        if mood == "floods":
            return await self._flood(request)
        if request.method == "OPTIONS":
            self.got.append(got)
            return web.Response(headers=self.allows)
        status, headers = _ANSWERS[mood]
        if mood == "well":
            self.got.append(got)
        return web.Response(status=status, headers=headers)

    async def _flood(self, request: web.Request) -> web.StreamResponse:
        """Answer with a body that never ends."""
        answer = web.StreamResponse(status=500)
        await answer.prepare(request)
        try:
            while True:
                await answer.write(_FLOOD)
                self.sent_bytes += len(_FLOOD)
        except (ConnectionError, OSError):
            return answer
