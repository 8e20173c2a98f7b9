"""Runs scenarios on the published engine, side by side, and records them in the files' form.

A request goes to the engine's RPC port at the time that a script gives it or, where the script is a
recording, as soon as its instance has had as many turns as it had then: a busy machine tells the
same history more slowly. A look that was answered with an end is repeated until it ends; one at an
instance that hangs is taken once, a while after what came before.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import aiohttp
from yarl import URL

from devhost.engine.history import Kind
from devhost.engine.rendering import parse_time
from tests.contract.golden.running import Recording
from tests.contract.life_cycle.harness import RunnableApp, published

HANG_S = 20.0
"""How long after the last request a hang is taken for one, where the recording waited longer."""
APART_S = 0.6
"""Between the starts of two scenarios: many at once delay each other by seconds."""
SETTLE_S = 1.0
"""Between an end and the look at it that is recorded."""
TURNS_MAX = 8
"""Whatever goes round more often than that does so by the machine's clock."""
_ROUNDED_S = 0.15
"""A turn so shortly before a request may be what the request brought about."""
_END_S_MAX = 60.0
_LOOK_S = 0.3
_RUNNING = 202
Request = dict[str, Any]


@dataclass(frozen=True)
class Script:
    """A scenario's requests: `after_s` from the first, and the status of the answer."""

    name: str
    requests: Sequence[Request]


def script_of(recording: Recording) -> Script:
    """A recording's requests, each with the `turns` that its instance had had before it."""
    calls = [(_instance(call), _turn_began(call)) for call in recording["orchestrator_calls"]]
    began = parse_time(recording["orchestrator_calls"][0]["context"]["history"][1]["Timestamp"])
    requests = []
    for request in recording["http"]:
        moment = began + timedelta(seconds=request["after_s"] - _ROUNDED_S)
        instance_id = request["path"].partition("?")[0].split("/")[2]
        turns = sum(1 for who, at in calls if who == instance_id and at < moment)
        requests.append({**request, "turns": min(turns, TURNS_MAX)})
    return Script(recording["scenario"], requests)


class AppThatIsRecorded(RunnableApp, Protocol):
    """An app on a worker, with every call of an orchestrator."""

    @property
    def calls(self) -> Sequence[Recording]: ...


async def play_all(
    executable: str, worker: AppThatIsRecorded, scripts: Sequence[Script]
) -> dict[str, Recording]:
    """Run scripts on one engine with a fresh emulator; raises BadStart."""
    async with published(executable, worker) as bases, aiohttp.ClientSession() as session:
        caller = _Caller(session, bases["rpc"], worker.calls)
        await _warm_up(caller, worker)
        runs = (_Run(caller, script).run(n * APART_S) for n, script in enumerate(scripts))
        replies = await asyncio.gather(*runs)
    return {
        script.name: {
            "scenario": script.name,
            "http": http,
            "orchestrator_calls": _calls_of(script, worker.calls),
        }
        for script, http in zip(scripts, replies, strict=True)
    }


@dataclass(frozen=True)
class _Caller:
    session: aiohttp.ClientSession
    base: str
    calls: Sequence[Recording]

    async def send(self, request: Request) -> tuple[int, Any]:
        url = URL(self.base + request["path"], encoded=True)
        data = (request["body"] or "").encode()
        headers = {"Content-Type": "application/json"} if data else {}
        async with self.session.request(
            request["method"], url, data=data, headers=headers
        ) as answer:
            text = await answer.text()
        return answer.status, json.loads(text) if text else ""

    async def until_it_runs(self, instance_id: str) -> None:
        look = {"method": "GET", "path": f"/instances/{instance_id}", "body": None}
        give_up = time.monotonic() + _END_S_MAX
        while (await self.send(look))[1]["runtimeStatus"] == "Pending":
            assert time.monotonic() < give_up, f"{instance_id} stays Pending"
            await asyncio.sleep(0.05)

    async def until_turn(self, instance_id: str, turns: int) -> None:
        give_up = time.monotonic() + _END_S_MAX
        while sum(_instance(call) == instance_id for call in self.calls) < turns:
            if time.monotonic() > give_up:
                return  # what is missing is missed by the comparison
            await asyncio.sleep(0.05)


class _Run:
    """One script's requests, one after the other."""

    def __init__(self, caller: _Caller, script: Script) -> None:
        self._caller = caller
        self._script = script
        self._replies: list[Recording] = []
        self._began = self._zero = 0.0
        """When it began, and when it would have if the recording had had this machine's delays."""

    async def run(self, wait_s: float) -> list[Recording]:
        await asyncio.sleep(wait_s)
        self._began = self._zero = time.monotonic()
        before = 0.0
        for request in self._script.requests:
            await self._take(request, request["after_s"] - before)
            before = request["after_s"]
        return self._replies

    async def _take(self, request: Request, gap_s: float) -> None:
        if request["method"] == "GET" and request["status"] != _RUNNING:
            await self._look_until(request)
        elif request["method"] == "GET":
            began = time.monotonic()
            if "turns" in request:
                await self._wait(request)
            await asyncio.sleep(began + min(gap_s, HANG_S) - time.monotonic())
            await self._send(request)
        else:
            await self._wait(request)
            await self._send(request)
            await self._until_it_runs(request)

    async def _wait(self, request: Request) -> None:
        if "turns" in request:
            instance_id = request["path"].partition("?")[0].split("/")[2]
            await self._caller.until_turn(instance_id, request["turns"])
        else:
            await asyncio.sleep(self._zero + request["after_s"] - time.monotonic())

    async def _send(self, request: Request) -> int:
        at = time.monotonic() - self._began if self._replies else 0.0
        status, response = await self._caller.send(request)
        sent = {key: request[key] for key in ("method", "path", "body")}
        reply = {"after_s": round(at, 1), **sent, "status": status, "response": response}
        self._replies.append(reply)
        return status

    async def _look_until(self, request: Request) -> None:
        give_up = time.monotonic() + _END_S_MAX
        while await self._send(request) != request["status"] and time.monotonic() < give_up:
            self._replies.pop()
            await asyncio.sleep(_LOOK_S)
        if "turns" not in request:
            # Then another machine, or the virtual clock, may be a little slower.
            await asyncio.sleep(SETTLE_S)
            self._replies.pop()
            await self._send(request)
        self._zero = time.monotonic() - request["after_s"]

    async def _until_it_runs(self, request: Request) -> None:
        """A busy engine is late with a start: what comes next must find it running."""
        _, kind, *rest = request["path"].partition("?")[0].split("/")
        if kind == "orchestrators" and self._replies[-1]["status"] == _RUNNING:
            await self._caller.until_it_runs(rest[1])


async def _warm_up(caller: _Caller, worker: AppThatIsRecorded) -> None:
    """Until the engine has all partitions of its hub, first turns come seconds late."""
    for number in range(8):
        path = f"/orchestrators/{worker.orchestrator_names()[0]}/warm-{number}"
        await caller.send({"method": "POST", "path": path, "body": ""})
    for number in range(8):
        await caller.until_it_runs(f"warm-{number}")


def _instance(call: Recording) -> str:
    return str(call["context"]["instanceId"])


def _turn_began(call: Recording) -> datetime:
    turns = [e for e in call["context"]["history"] if e["EventType"] == Kind.OrchestratorStarted]
    return parse_time(turns[-1]["Timestamp"])


def _calls_of(script: Script, calls: Iterable[Recording]) -> list[Recording]:
    """The calls of the instances that a script started or restarted, and of their children."""
    parts = [request["path"].partition("?")[0].split("/") for request in script.requests]
    family = {part[3] for part in parts if part[1] == "orchestrators"}
    kept = []
    for call in calls:
        context = call["context"]
        of_whom = {context[key] for key in ("instanceId", "parentInstanceId", "sourceInstanceId")}
        if of_whom & family:
            family.add(context["instanceId"])
            kept.append(call)
    return kept
