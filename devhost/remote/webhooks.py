"""Passes requests on to the engine's webhooks; its links come back with the origin of the asker."""

from collections.abc import Iterable
from urllib.parse import urlsplit

import aiohttp

from devhost.durable_payloads import WEBHOOKS
from devhost.durable_request import URL_HEADER
from devhost.engine.seam import DurableReply, DurableRequest

_NOT_PASSED_ON = {"host", "connection", "content-length", "transfer-encoding", URL_HEADER}


async def forward(
    session: aiohttp.ClientSession, base: str, request: DurableRequest
) -> DurableReply:
    """Ask the engine at `base` and return its answer. Raises aiohttp.ClientError."""
    parts = urlsplit(request.headers[URL_HEADER])
    target = base + parts.path + (f"?{parts.query}" if parts.query else "")
    async with session.request(
        request.method, target, headers=_kept(request.headers.items()), data=request.body
    ) as answer:
        body = await answer.read()
        headers = _kept(answer.headers.items())
    origin = f"{parts.scheme}://{parts.netloc}"
    headers = {key: value.replace(base, origin) for key, value in headers.items()}
    body = body.replace((base + WEBHOOKS).encode(), (origin + WEBHOOKS).encode())
    return DurableReply(answer.status, headers, body)


def _kept(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {key: value for key, value in headers if key.lower() not in _NOT_PASSED_ON}
