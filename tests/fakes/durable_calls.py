"""The SDK's own durable client on an engine in this process: its HTTP calls end in devhost's API.

Nothing of the SDK's client is replaced but the three functions that would open a socket.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any, cast
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from devhost.durable_api import DurableApi
from devhost.engine import purge
from devhost.engine.client import Client
from devhost.engine.seam import DurableRequest

Wait = Callable[[], Awaitable[None]]


async def at_once() -> None:
    """A call that takes no time."""


class _Engine:
    """The client's side of an engine, with what EmbeddedEngine adds to it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def purge(self, instance_id: str) -> bool:
        return purge.purge(self._client, instance_id)


def api_of(client: Client) -> DurableApi:
    """Put the extension's HTTP API in front of an engine."""
    return DurableApi(
        cast(Any, _Engine(client)),
        hub="AzureVmRestore",
        origins=lambda: ("http://hooks.test", "http://rpc.test"),
    )


class Calls:
    """The HTTP functions of the SDK's client, ending in process."""

    def __init__(self, api: Callable[[], DurableApi], wait: Wait = at_once) -> None:
        self._api = api
        self._wait = wait

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Be what the SDK's client calls."""
        with ExitStack() as stack:
            for name in ("get", "post", "delete"):
                part = getattr(self, name)
                stack.enter_context(patch.object(sdk_module(), f"{name}_async_request", part))
            yield

    async def get(self, url: str, *_: Any, **more: Any) -> list[Any]:
        """GET a URL of the engine."""
        status, body = await self._call("GET", url)
        return [status, "" if body is None else body]

    async def post(self, url: str, data: Any = None, *_: Any, **more: Any) -> list[Any]:
        """POST to a URL of the engine."""
        return await self._call("POST", url, b"" if data is None else json.dumps(data).encode())

    async def delete(self, url: str, *_: Any, **more: Any) -> list[Any]:
        """DELETE a URL of the engine."""
        return await self._call("DELETE", url)

    async def _call(self, method: str, url: str, body: bytes = b"") -> list[Any]:
        await self._wait()
        parts = urlsplit(url)
        path = parts.path.partition("/durabletask")[2]
        headers = {"content-type": "application/json", "x-original-url": url}
        request = DurableRequest(method, path, dict(parse_qsl(parts.query)), headers, body)
        reply = await self._api().handle(request)
        await self._wait()
        return [reply.status, json.loads(reply.body) if reply.body.strip() else None]


def sdk_module() -> Any:
    """The module, not the class of the same name that its package puts in its place."""
    return import_module("azure.durable_functions.models.DurableOrchestrationClient")
