"""Runs a recorded scenario on the embedded engine, by a virtual clock, and records it too."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from devhost.clock import VirtualClock
from devhost.durable_api import DurableApi
from devhost.durable_request import URL_HEADER
from devhost.engine.dispatcher import Core
from devhost.engine.embedded import EmbeddedEngine
from devhost.engine.seam import DurableRequest
from devhost.engine.store import Store
from devhost.engine.virtual import STEP_S, VirtualDriver
from devhost.language_worker.failures import WorkerFailure
from devhost.worker import Worker

DATA = Path(__file__).parents[2] / "data" / "golden"
OWN = DATA / "own"
OWN_APP = DATA.parent / "apps" / "own_scenarios"
GIVEN_SCENARIOS = sorted(path.stem for path in (DATA / "scenarios").glob("*.json"))
OWN_SCENARIOS = sorted(path.stem for path in OWN.glob("*.json"))
SCENARIOS = GIVEN_SCENARIOS + OWN_SCENARIOS

_ORIGIN = "http://127.0.0.1:1"
_STEP_S = {"persistent_event": 0.0685, "cancel_pattern": 0.06}
"""How long a turn took, where the outcome hangs on how many turns fit between two requests."""

_REQUEST_S = 0.02
"""How long a request took: those that a recording gives one time came one after the other."""

Recording = dict[str, Any]


def recorded(name: str) -> Recording:
    """A scenario as the real engine ran it."""
    folder = OWN if name in OWN_SCENARIOS else DATA / "scenarios"
    value: Recording = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return value


def copy_app(directory: Path) -> None:
    """A fresh copy of the scenarios' app, given and own: it keeps counts in module variables."""
    shutil.copytree(OWN_APP, directory, dirs_exist_ok=True)
    shutil.copy(DATA / "scenarios_app.py.txt", directory / "scenarios_app.py")


def load_app(directory: Path) -> RecordingWorker:
    """A fresh copy of the scenarios' app, loaded."""
    copy_app(directory)
    sys.modules.pop("scenarios_app", None)
    return RecordingWorker(directory, "own_scenarios_app.py")


def run_scenario(name: str, directory: Path) -> Recording:
    """Replay a scenario's requests at their times; the answer has the recording's form."""
    clock = VirtualClock()
    worker = load_app(directory)
    driver = VirtualDriver(Core(Store(), worker), worker, clock, _STEP_S.get(name, STEP_S))
    api = DurableApi(VirtualEngine(driver), hub="golden", origins=lambda: (_ORIGIN, _ORIGIN))
    requests, replies, moment = recorded(name)["http"], [], clock.now()

    def send(request: dict[str, Any]) -> None:
        replies.append(_send(api, request))

    begun = moment
    for request in requests:
        due = begun + timedelta(seconds=request["after_s"])
        moment = max(due, moment + timedelta(seconds=_REQUEST_S))
        driver.at(moment, lambda request=request: send(request))  # type: ignore[misc]
    driver.run_until(moment)
    assert len(replies) == len(requests)
    return {"scenario": name, "http": replies, "orchestrator_calls": worker.calls}


class Recorder:
    """Runs turns and keeps each call in the recordings' form."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def turn(self, run: Callable[[str, str], str], name: str, context_json: str) -> str:
        """Run a turn and note it. Raises WorkerFailure."""
        call: dict[str, Any] = {"function": name, "context": json.loads(context_json)}
        self.calls.append(call)
        try:
            text = run(name, context_json)
        except WorkerFailure as failure:
            call |= {"ok": False, "result": str(failure)}
            raise
        call |= {"ok": True, "result": json.loads(text)}
        return text


class RecordingWorker(Worker):
    """Our worker, with every orchestrator call kept in the recordings' form.

    Its failures have no stack: those of the recordings' worker were frames and nothing else, and a
    text that stands in the stack once more is what the extension would find first.
    """

    def __init__(self, app_dir: Path, script: str) -> None:
        super().__init__(app_dir, script)
        self._recorder = Recorder()
        self.calls = self._recorder.calls

    def run_orchestrator(self, name: str, context_json: str) -> str:
        run = partial(_without_stack, super().run_orchestrator)
        return self._recorder.turn(run, name, context_json)

    def run_activity(self, name: str, input_text: str, client: str | None = None) -> str:
        return _without_stack(super().run_activity, name, input_text, client)


def _without_stack(run: Callable[..., str], *given: str | None) -> str:
    try:
        return run(*given)
    except WorkerFailure as failure:
        raise WorkerFailure(failure.message, "") from failure


class VirtualEngine(EmbeddedEngine):
    """The embedded engine's client calls over a driver whose clock is the test's."""

    def __init__(self, driver: VirtualDriver) -> None:
        self._lock = threading.RLock()
        self._store, self._client = driver.core.store, driver.client

    @contextmanager
    def _changing(self) -> Iterator[None]:
        yield  # the driver looks for itself


def _send(api: DurableApi, request: dict[str, Any]) -> dict[str, Any]:
    path, _, query = request["path"].partition("?")
    headers = {"Content-Type": "application/json", URL_HEADER: _ORIGIN + request["path"]}
    body = (request["body"] or "").encode()
    asked = DurableRequest(request["method"], path, dict(parse_qsl(query)), headers, body)
    reply = asyncio.run(api.handle(asked))
    return {"status": reply.status, "response": json.loads(reply.body) if reply.body else ""}
