"""The other side of the engine seam: a running durable-engine, the published extension's binary.

devhost plays its worker (orchestrators and activities by HTTP) and passes the webhooks on. Given a
path, it starts the executable; given a URL, it uses one that runs already and was told to find its
worker at WORKER_PORT. Needs Azurite with all three services.
"""

import asyncio
import json
import logging
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from devhost.children import start_child, stop_child
from devhost.durable_payloads import WEBHOOKS
from devhost.durable_request import URL_HEADER
from devhost.engine.seam import DurableReply, DurableRequest
from devhost.http_server import LocalServer
from devhost.starting import BadStart, free_port
from devhost.storage_account import connection_of
from devhost.worker import Worker, WorkerFailure

_log = logging.getLogger(__name__)
WORKER_PORT = 7900
READY_S_MAX = 60.0
LOG, PID = "engine.log", "engine.pid"
"""In the host's state folder: what the engine printed, and its process id."""
_THREADS = 32
_HOP_BY_HOP = {"host", "connection", "content-length", "transfer-encoding", URL_HEADER}


class RemoteEngine:
    """An `Engine` in another process."""

    def __init__(
        self,
        path_or_url: str,
        worker: Worker,
        *,
        app_dir: Path,
        state_dir: Path,
        hub: str,
        environ: Mapping[str, str],
    ) -> None:
        self._given = path_or_url
        self._is_url = path_or_url.startswith("http://")
        self._worker = worker
        self._app_dir = app_dir
        self._state_dir = state_dir
        self._hub = hub
        self._environ = environ
        self._base = path_or_url.rstrip("/")
        self._binding = ""
        self._server = LocalServer(self._work)
        self._pool = ThreadPoolExecutor(_THREADS, "engine-work")
        self._session: aiohttp.ClientSession | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._cleanup = ExitStack()

    async def start(self) -> None:
        """Be its worker, start it unless it runs, and wait until it hands out client bindings."""
        self._session = aiohttp.ClientSession(auto_decompress=False)
        await self._server.listen(WORKER_PORT if self._is_url else 0)
        if not self._is_url:
            self._start_process()
        give_up = time.monotonic() + READY_S_MAX
        while not await self._is_ready():
            if self._process is not None and self._process.poll() is not None:
                raise BadStart(f"{self._given} ended at its start (code {self._process.poll()}).")
            if time.monotonic() > give_up or self._is_url:
                raise BadStart(f"The durable-engine at {self._base} does not answer.")
            await asyncio.sleep(0.2)
        _log.info("Orchestrations run on the durable-engine at %s", self._base)

    async def stop(self) -> None:
        if self._process is not None:
            await asyncio.to_thread(stop_child, self._process, 1.0)
        await self._server.close()
        if self._session is not None:
            await self._session.close()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._cleanup.close()

    def client_binding(self) -> str:
        assert self._binding, "the engine has not started"
        return self._binding

    async def handle(self, request: DurableRequest) -> DurableReply:
        """Pass a webhook request on, and give its links the origin by which it came."""
        assert self._session is not None
        url = request.headers[URL_HEADER]
        parts = urlsplit(url)
        target = self._base + parts.path + (f"?{parts.query}" if parts.query else "")
        kept = {k: v for k, v in request.headers.items() if k.lower() not in _HOP_BY_HOP}
        async with self._session.request(
            request.method, target, headers=kept, data=request.body
        ) as answer:
            body = await answer.read()
            headers = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP_BY_HOP}
        origin = f"{parts.scheme}://{parts.netloc}"
        headers = {key: value.replace(self._base, origin) for key, value in headers.items()}
        body = body.replace((self._base + WEBHOOKS).encode(), (origin + WEBHOOKS).encode())
        return DurableReply(answer.status, headers, body)

    def _start_process(self) -> None:
        path = Path(self._given)
        if not path.is_file():
            raise BadStart(f"There is no durable-engine at {path}.")
        functions = self._state_dir / "engine-functions.json"
        functions.write_text(json.dumps(self._functions()))
        log = self._cleanup.enter_context((self._state_dir / LOG).open("wb"))
        port = free_port()
        self._base = f"http://127.0.0.1:{port}"
        command = [str(path), "--functions", str(functions), "--worker", self._server.origin]
        command += ["--port", str(port), "--hub", self._hub]
        host_json = self._app_dir / "host.json"
        if host_json.is_file():
            command += ["--host-json", str(host_json)]
        storage = connection_of("AzureWebJobsStorage", self._environ)
        environ = {**self._environ, "AzureWebJobsStorage": storage}
        self._process = start_child(command, output=log, environ=environ)
        (self._state_dir / PID).write_text(f"{self._process.pid}\n")

    def _functions(self) -> dict[str, list[str]]:
        def names(kind: str) -> list[str]:
            return [item.registered_name for item in self._worker.functions if item.kind == kind]

        return {
            "orchestrators": names("orchestrationTrigger"),
            "activities": names("activityTrigger"),
        }

    async def _is_ready(self) -> bool:
        assert self._session is not None
        try:
            async with self._session.get(f"{self._base}/client") as answer:
                self._binding = await answer.text()
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def _work(self, request: web.Request) -> web.Response:
        """Run one orchestrator turn or one activity for the engine."""
        runs: dict[str, Callable[[str, str], str]] = {
            "orchestrator": self._worker.run_orchestrator,
            "activity": self._worker.run_activity,
        }
        _, kind, name = request.path.split("/", 2)
        if request.method != "POST" or kind not in runs:
            return web.Response(status=404)
        text = await request.text()
        loop = asyncio.get_running_loop()
        try:
            result = await loop.run_in_executor(self._pool, runs[kind], name, text)
        except WorkerFailure as failure:
            return web.Response(status=500, text=str(failure))
        return web.Response(text=result, content_type="application/json")
