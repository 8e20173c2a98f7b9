"""The host's two servers on loopback: the app's port, and the port of the Durable RPC base.

The app's port carries HTTP triggers, the Durable webhooks and `/admin/host/status`; the RPC base
is for the client inside the app, as the real extension opens it.
"""

import errno
import json
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from devhost.durable_payloads import WEBHOOKS
from devhost.durable_request import URL_HEADER
from devhost.engine.seam import DurableReply, DurableRequest
from devhost.gate import Gate
from devhost.http_triggers import HttpTriggers
from devhost.starting import BadStart

Answer = Callable[[DurableRequest], Awaitable[DurableReply]]
_log = logging.getLogger(__name__)
RPC_PORT = 17071
RETRY_AFTER_S = 5
_RPC = "/durabletask"
_BODY_BYTES_MAX = 100 * 1024 * 1024
_GRACE_S = 0.5


class LocalServer:
    """One listening port whose requests all go to one function."""

    def __init__(self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        app = web.Application(client_max_size=_BODY_BYTES_MAX)
        app.router.add_route("*", "/{path:.*}", handler)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE_S)
        self.port = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def listen(self, port: int) -> None:
        """Listen on loopback; port 0 takes a free one."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", port).start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise BadStart(
                f"Port {port} is in use: stop what listens there, or give another with --port."
            ) from error
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        await self._runner.cleanup()


class AppServer(LocalServer):
    """What people and the app's callers talk to."""

    def __init__(
        self,
        durable: Answer,
        status: Callable[[], dict[str, object]],
        gate: Gate | None = None,
    ) -> None:
        super().__init__(self._route)
        self._durable = durable
        self._status = status
        self._gate = gate or Gate()
        self.triggers: HttpTriggers | None = None

    async def _route(self, request: web.Request) -> web.StreamResponse:
        path = request.path.lower()
        if path.startswith(WEBHOOKS + "/"):
            return await _durable_response(request, WEBHOOKS, self._durable)
        if path == "/admin/host/status":
            return _json(200, self._status())
        if path == "/admin/host/ping":
            return web.Response()
        if path == "/" and request.method in ("GET", "HEAD"):
            return web.Response(text="devhost runs your function app here.\n")
        if self.triggers is None or not self._gate.is_open:
            return self._come_again()
        response = await self.triggers.handle(request)
        # A function that was cut off with its engine has not failed by itself.
        is_cut_off = response.status >= 500 and not self._gate.is_open
        return self._come_again() if is_cut_off else response

    def _come_again(self) -> web.Response:
        return web.Response(
            status=503, headers={"Retry-After": str(RETRY_AFTER_S)}, text=self._gate.why
        )


class RpcServer(LocalServer):
    """What the Durable client inside the app talks to."""

    def __init__(self, durable: Answer) -> None:
        super().__init__(self._route)
        self._durable = durable

    async def listen(self, port: int = RPC_PORT) -> None:
        """Take the extension's usual port, or a free one when that is taken."""
        try:
            await super().listen(port)
        except BadStart:
            await web.TCPSite(self._runner, "127.0.0.1", 0).start()
            self.port = self._runner.addresses[0][1]

    async def _route(self, request: web.Request) -> web.StreamResponse:
        if not request.path.startswith(_RPC + "/"):
            return web.Response(status=404)
        return await _durable_response(request, _RPC, self._durable)


async def _durable_response(request: web.Request, base: str, durable: Answer) -> web.Response:
    raw_path = request.rel_url.raw_path
    if base == _RPC:
        raw_path = raw_path.replace("+", "%20")  # as the extension's own listener reads it
    answer = await durable(
        DurableRequest(
            method=request.method,
            path=raw_path[len(base) :],
            query={key: ",".join(request.query.getall(key)) for key in request.query},
            headers={**request.headers, URL_HEADER: str(request.url)},
            body=await request.read(),
        )
    )
    return web.Response(status=answer.status, headers=dict(answer.headers), body=answer.body)


def _json(status: int, value: object) -> web.Response:
    return web.Response(status=status, text=json.dumps(value), content_type="application/json")
