"""HTTP triggers: finds the function of a request, feeds it, and turns its answer into a response.

Keys are not asked for, whatever the authLevel: Core Tools asks for none on a laptop either.
"""

import logging
import time
from collections.abc import Iterable
from email.utils import formatdate
from urllib.parse import quote

from aiohttp import web

from devhost.invoke import Invoker
from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.functions import Function
from devhost.language_worker.messages import (
    Cookie,
    Data,
    HttpRequest,
    HttpResponse,
    Json,
    Text,
    Value,
)
from devhost.routes import RouteTable

_log = logging.getLogger(__name__)


def set_cookie(cookie: Cookie) -> str:
    """A cookie as the Functions host writes it: attributes in small letters, in ASP.NET Core's
    order, the value percent-encoded."""
    parts = [f"{cookie.name}={quote(cookie.value, safe='-._~')}"]
    if cookie.expires is not None:
        parts.append(f"expires={formatdate(cookie.expires, usegmt=True)}")
    if cookie.max_age_s is not None:
        parts.append(f"max-age={int(cookie.max_age_s)}")
    parts += [f"domain={cookie.domain}"] * bool(cookie.domain)
    parts += [f"path={cookie.path}"] * bool(cookie.path)
    parts += ["secure"] * cookie.secure
    parts += [f"samesite={cookie.same_site.lower()}"] * bool(cookie.same_site)
    parts += ["httponly"] * cookie.http_only
    return "; ".join(parts)


class HttpTriggers:
    """The HTTP functions of one app."""

    def __init__(self, functions: Iterable[Function], prefix: str, invoker: Invoker) -> None:
        self._invoker = invoker
        self._table: RouteTable[Function] = RouteTable()
        self.lines: list[str] = []
        """`POST /api/restores -> start_restore`, one per function, for the banner."""
        for function in functions:
            if function.kind == "httpTrigger":
                self._add(function, prefix)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a request that nothing of the host's own wanted."""
        found = self._table.match(request.method, request.rel_url.raw_path)
        if found is None:
            return web.Response(status=404)
        function, parameters = found
        value = await _request_value(request, parameters)
        begun = time.perf_counter()
        try:
            answer = await self._invoker.call(function, value)
            response = _response(answer)
        except WorkerFailure as failure:
            _log.error("%s failed: %s", function.name, failure.told)
            response = web.Response(status=500)
        spent_ms = (time.perf_counter() - begun) * 1000
        # The query is left out: it may carry a key.
        _log.info(
            "%s %s -> %d (%s, %.0f ms)",
            request.method,
            request.path,
            response.status,
            function.name,
            spent_ms,
        )
        return response

    def _add(self, function: Function, prefix: str) -> None:
        route = function.trigger.get("route")
        route = function.name if route is None else str(route)
        methods = [str(item) for item in function.trigger.get("methods") or []]
        template = "/".join(part for part in (prefix, route.strip("/")) if part)
        self._table.add(template, methods, function)
        self.lines.append(f"{','.join(methods) or 'ANY'} /{template} -> {function.name}")


async def _request_value(request: web.Request, parameters: dict[str, str]) -> HttpRequest:
    """The request as the worker gets it: body in bytes, empty headers and query values dropped."""
    return HttpRequest(
        method=request.method,
        url=str(request.url),
        headers=_filled({key.lower(): value for key, value in request.headers.items()}),
        query=_filled({key: ",".join(request.query.getall(key)) for key in request.query}),
        params=_filled(parameters),
        body=await request.read(),
    )


def _filled(values: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}


def _response(answer: Value | None) -> web.Response:
    if answer is None:
        return web.Response(status=204)
    if isinstance(answer, Text | Json):
        return web.Response(text=answer.value)
    if isinstance(answer, Data):
        return web.Response(body=answer.value)
    assert isinstance(answer, HttpResponse), "no function answers with a request"
    response = web.Response(status=answer.status, headers=answer.headers, body=answer.body)
    for cookie in answer.cookies:
        response.headers.add("Set-Cookie", set_cookie(cookie))
    return response
