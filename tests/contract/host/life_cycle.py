"""Sends the recorded life-cycle requests on an engine, by HTTP, on both its ports.

The recorder's hub held two instances more than its file tells of. `w2` shows in line 60. Of the
other only the purge in line 62 knows, which counts nine: the published engine, sent the same 63
requests and w2, counts eight. It was Completed by then (line 60 would show it Running or Failed)
and its id sorts behind `@foo` (line 59). Both are started here too; nothing else is added.
"""

import asyncio
import base64
import json
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
from yarl import URL

from devhost.clock import Clock
from devhost.durable_api import DurableApi
from devhost.durable_payloads import WEBHOOKS
from devhost.engine.embedded import EmbeddedEngine
from devhost.http_server import AppServer, RpcServer
from devhost.worker import Worker
from tests.contract.golden.normal import normal

DATA = Path(__file__).parents[2] / "data" / "golden"
HUB = "golden7"
_SETTLE_S = 0.1
"""Between a change and the look at it: a turn takes some 10 ms here."""
_GUID = re.compile(r"[0-9a-f]{32}")
_PORT = re.compile(r"127\.0\.0\.1:\d+")
_KNOWN = re.compile(r"(known orchestrator functions: )[^.]*\.")
_TOKEN = "x-ms-continuation-token"
_HEADERS = ("Content-Type", "Location", "Retry-After", _TOKEN)
_UNRECORDED = ("/orchestrators/waits/w2", "/orchestrators/no_yield/w3")
_PASSED_S = 10.0
"""What the recorder let pass before it listed: a child slept until then."""

Line = dict[str, Any]


def recorded() -> list[Line]:
    lines = (DATA / "http.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


class ShiftedClock:
    """The machine's clock, some time ahead."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift


class RecordersGuids:
    """GUIDs that begin as the recorder's did: lists are ordered by id."""

    def __init__(self) -> None:
        self._numbers = count()
        self._first_digit = 0

    def follow(self, line: Line) -> None:
        """Begin from now on as the id does that this line's reply gives out, if it gives one."""
        given = line["response"].get("id", "") if isinstance(line["response"], dict) else ""
        if _GUID.fullmatch(given):
            self._first_digit = int(given[0], 16)

    def __call__(self) -> UUID:
        return UUID(int=(self._first_digit << 124) + next(self._numbers))


@asynccontextmanager
async def served(
    folder: Path, clock: Clock, guids: Callable[[], UUID]
) -> AsyncIterator[dict[str, str]]:
    """The scenarios' app behind both servers; gives the base URL of each endpoint."""
    shutil.copy(DATA / "scenarios_app.py.txt", folder / "scenarios_app.py")
    worker = Worker(folder, "scenarios_app.py")
    engine = EmbeddedEngine(worker, clock=clock, new_guid=guids)
    api = DurableApi(engine, hub=HUB, origins=lambda: (app.origin, rpc.origin))
    app, rpc = AppServer(api.handle, dict), RpcServer(api.handle)
    await app.listen(0)
    await rpc.listen(0)
    await api.start()
    try:
        yield {"webhook": app.origin + WEBHOOKS, "rpc": rpc.origin + "/durabletask"}
    finally:
        await app.close()
        await rpc.close()
        await api.stop()


async def replay(folder: Path) -> list[tuple[Line, Line]]:
    """Every recorded line with what it gives here."""
    pairs = []
    clock, guids = ShiftedClock(), RecordersGuids()
    async with served(folder, clock, guids) as bases, aiohttp.ClientSession() as session:
        for line in recorded():
            guids.follow(line)
            if line["case"] == "list":
                clock.shift += timedelta(seconds=_PASSED_S)
                await _start_unrecorded(session, bases["rpc"])
                await asyncio.sleep(_SETTLE_S)
            pairs.append((line, await _send(session, bases[line["endpoint"]], line)))
            if line["method"] != "GET":
                await asyncio.sleep(_SETTLE_S)
    return pairs


def comparable(line: Line) -> Line:
    """A line without times, GUIDs, ports and what is the recorder's own; bodies as texts.

    Texts, because the order of keys counts too.
    """
    text = _PORT.sub("127.0.0.1:PORT", json.dumps(line))
    # The app has gained scenarios since, and .NET lists the names in no order.
    kept = json.loads(_KNOWN.sub(r"\1(names).", text))
    # A blank at the end of a header's value is its line's, not the value's: some clients cut it.
    headers = {key: kept["headers"][key].strip() for key in _HEADERS if key in kept["headers"]}
    if headers.get(_TOKEN):  # the next id, which may be a GUID
        headers[_TOKEN] = base64.b64decode(headers[_TOKEN]).decode()
    response = kept["response"]
    if isinstance(response, dict) and "StackTrace" in response:
        response = {**response, "StackTrace": ""}
    # As one value: an id in a header and the same one in the body stay the same.
    found = normal({"headers": headers, "response": response})
    body = json.dumps(found["response"])
    return {"status": kept["status"], "headers": found["headers"], "response": body}


async def _start_unrecorded(session: aiohttp.ClientSession, base: str) -> None:
    for path in _UNRECORDED:
        async with session.post(base + path) as answer:
            assert answer.status == 202


async def _send(session: aiohttp.ClientSession, base: str, line: Line) -> Line:
    headers = {}
    if line["body"] is not None:
        is_form = line["case"] == "raise-form"
        kind = "application/x-www-form-urlencoded" if is_form else "application/json"
        headers["Content-Type"] = kind
    url = URL(base + line["path"], encoded=True)
    body = (line["body"] or "").encode()
    async with session.request(line["method"], url, data=body, headers=headers) as answer:
        text = await answer.text()
        given = {"status": answer.status, "headers": dict(answer.headers)}
        return {**line, **given, "response": json.loads(text) if text else ""}
