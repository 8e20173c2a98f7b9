"""Calls HTTP functions of the loaded app as the worker does, gate included."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import azure.functions as func

from devhost.language_worker.loaded import LoadedFunction
from tests.fakes.app_harness import AppHarness

ADDRESS = "https://restore.example/api"
URL = f"{ADDRESS}/restores"


class Answer(NamedTuple):
    """What came: the status, and the code of a refusal."""

    status: int
    code: Any


def answer_of(
    function: LoadedFunction,
    harness: AppHarness,
    headers: Mapping[str, str],
    *,
    method: str = "POST",
    body: Any = None,
) -> Answer:
    """Call a function, which the host has let through."""
    request = func.HttpRequest(
        method,
        URL,
        headers={"prefer": "respond-async", **headers},
        route_params={"id": "r1"},
        body=b"" if body is None else json.dumps(body).encode(),
    )
    client = harness.api.client_binding()
    told = function.function(**{"req": request} | dict.fromkeys(function.clients, client))
    reply = asyncio.run(told)
    said = json.loads(reply.get_body() or b"{}")
    return Answer(reply.status_code, said.get("code"))
