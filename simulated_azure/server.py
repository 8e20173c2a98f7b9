"""The simulator over HTTP on loopback, with aiohttp.

`VaultServer` is for who has an event loop, `ThreadedVaultServer` for who has not. Sign-in and the
control surface are served beside ARM's paths, the latter only to this machine: neither the address
nor the Host header may be anything but loopback.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable
from types import TracebackType

from aiohttp import web

from simulated_azure import control, sign_in
from simulated_azure.simulator import Simulator
from simulated_azure.wire import Reply, Request

LOOPBACK = ("127.0.0.1", "::1", "localhost")
URL_BYTES_MAX = 32 * 1024
BODY_BYTES_MAX = 64 * 1024 * 1024
_READS = ("GET", "HEAD")


class VaultServer:
    """Serves a simulator from start to stop; an async context manager."""

    def __init__(
        self,
        simulator: Simulator,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`tls` makes it https; `changed` is called after each request that is no read."""
        assert host in LOOPBACK, "the simulated vault is served on loopback only"
        self.simulator = simulator
        self._host, self._port = host, port
        self._tls, self._changed = tls, changed
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens, such as http://127.0.0.1:7072."""
        return f"{'http' if self._tls is None else 'https'}://{self._host}:{self._port}"

    async def start(self) -> None:
        """Listen; with port 0 on a free one."""
        app = web.Application(client_max_size=BODY_BYTES_MAX)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=1.0,
            max_line_size=URL_BYTES_MAX,
            max_field_size=URL_BYTES_MAX,
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, ssl_context=self._tls)
        await site.start()
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening and close what is open."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "VaultServer":
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _serve(self, web_request: web.Request) -> web.StreamResponse:
        body = await web_request.read()
        # As it came in, byte for byte: signatures are over what was sent.
        host, path = web_request.headers.get("Host", ""), web_request.raw_path
        url = f"{web_request.scheme}://{host}{path}"
        request = Request(web_request.method, url, dict(web_request.headers), body)
        if control.is_control(url):
            if not _is_local(web_request):
                return web.Response(status=403, text="only for this machine")
            return self._response(request, control.handle(self.simulator, request))
        signed_in = sign_in.handle(request)
        if signed_in is not None:
            return _response(signed_in)
        answer = self.simulator.answer(request)
        response = self._response(request, answer.reply)
        if answer.delay_s:
            await asyncio.sleep(answer.delay_s)
        if answer.lost:
            if web_request.transport is not None:
                web_request.transport.abort()
            raise asyncio.CancelledError
        return response

    def _response(self, request: Request, reply: Reply) -> web.Response:
        if request.method not in _READS:
            self._changed()
        return _response(reply)


class ThreadedVaultServer:
    """Serves a simulator from a thread of its own; a context manager that gives the URL."""

    def __init__(
        self,
        simulator: Simulator,
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._server = VaultServer(simulator, port=port, tls=tls, changed=changed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._server.url

    def __enter__(self) -> str:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.start(), self._loop).result(10)
        return self.url

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


def _response(reply: Reply) -> web.Response:
    return web.Response(status=reply.status, headers=reply.headers, body=reply.body or None)


def _is_local(request: web.Request) -> bool:
    host = request.headers.get("Host", "").rsplit(":", 1)[0].strip("[]")
    return host in LOOPBACK and request.remote in LOOPBACK
