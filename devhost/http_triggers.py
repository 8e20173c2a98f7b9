"""HTTP triggers: finds the function of a request, feeds it, and turns its answer into a response.

Keys are not asked for, whatever the authLevel: Core Tools asks for none on a laptop either.
"""

import logging
import time
from collections.abc import Iterable
from typing import Any

from aiohttp import web
from azure.functions.meta import Datum

from devhost.invoke import Invoker
from devhost.routes import RouteTable
from devhost.worker import LoadedFunction, WorkerFailure

_log = logging.getLogger(__name__)


class HttpTriggers:
    """The HTTP functions of one app."""

    def __init__(self, functions: Iterable[LoadedFunction], prefix: str, invoker: Invoker) -> None:
        self._invoker = invoker
        self._table: RouteTable[LoadedFunction] = RouteTable()
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
            _log.error("%s failed: %s\n%s", function.name, failure.message, failure.stack.rstrip())
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

    def _add(self, function: LoadedFunction, prefix: str) -> None:
        route = function.trigger.get("route")
        route = function.name if route is None else str(route)
        methods = [str(item) for item in function.trigger.get("methods") or []]
        template = "/".join(part for part in (prefix, route.strip("/")) if part)
        self._table.add(template, methods, function)
        self.lines.append(f"{','.join(methods) or 'ANY'} /{template} -> {function.name}")


async def _request_value(request: web.Request, parameters: dict[str, str]) -> Datum:
    """The request as the worker gets it: body in bytes, empty headers and query values dropped."""
    return Datum(
        {
            "method": Datum(request.method, "string"),
            "url": Datum(str(request.url), "string"),
            "headers": _texts({key.lower(): value for key, value in request.headers.items()}),
            "query": _texts({key: ",".join(request.query.getall(key)) for key in request.query}),
            "params": _texts(parameters),
            "body": Datum(await request.read(), "bytes"),
        },
        "http",
    )


def _texts(values: dict[str, str]) -> dict[str, Datum]:
    return {key: Datum(value, "string") for key, value in values.items() if value}


def _response(answer: Datum | None) -> web.Response:
    if answer is None:
        return web.Response(status=204)
    if answer.type != "http":
        return web.Response(text=str(answer.value))
    value: dict[str, Any] = answer.value
    response = web.Response(
        status=int(value["status_code"].value),
        headers={name: item.value for name, item in value["headers"].items()},
        body=value["body"].value,
    )
    for cookie in value["cookies"] or []:
        for morsel in cookie.values():
            response.headers.add("Set-Cookie", morsel.OutputString())
    return response
