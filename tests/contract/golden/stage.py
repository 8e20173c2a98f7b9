"""Plays a recorded scenario on the embedded engine, by a virtual clock, and records it too."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from devhost.clock import VirtualClock
from devhost.engine.dispatcher import Core
from devhost.engine.history import shown
from devhost.engine.rendering import parsed_or_text, time_text
from devhost.engine.seam import FINISHED, HistoryUnreadable
from devhost.engine.store import Store
from devhost.engine.virtual import STEP_S, VirtualDriver
from devhost.worker import Worker, WorkerFailure

DATA = Path(__file__).parents[2] / "data" / "golden"
SCENARIOS = sorted(path.stem for path in (DATA / "scenarios").glob("*.json"))

_STEP_S = {"persistent_event": 0.0605, "cancel_pattern": 0.06}
"""How long a turn took, where the outcome hangs on how many turns fit between two requests."""

Recording = dict[str, Any]


def recorded(name: str) -> Recording:
    """A scenario as the real engine played it."""
    value: Recording = json.loads((DATA / "scenarios" / f"{name}.json").read_text("utf-8"))
    return value


def load_app(directory: Path) -> RecordingWorker:
    """A fresh copy of the scenarios' app: it keeps counts in a module variable."""
    shutil.copy(DATA / "scenarios_app.py.txt", directory / "scenarios_app.py")
    return RecordingWorker(directory, "scenarios_app.py")


def play(name: str, directory: Path) -> Recording:
    """Replay a scenario's requests at their times; the answer has the recording's form."""
    clock = VirtualClock()
    worker = load_app(directory)
    driver = VirtualDriver(Core(Store(), worker), worker, clock, _STEP_S.get(name, STEP_S))
    requests, replies, moment = recorded(name)["http"], [], clock.now()

    def send(request: dict[str, Any]) -> None:
        replies.append(_send(driver, request))

    for request in requests:
        moment = clock.now() + timedelta(seconds=request["after_s"])
        driver.at(moment, lambda request=request: send(request))  # type: ignore[misc]
    driver.run_until(moment)
    assert len(replies) == len(requests)
    return {"scenario": name, "http": replies, "orchestrator_calls": worker.calls}


class RecordingWorker(Worker):
    """The real worker, with every orchestrator call kept in the recordings' form."""

    def __init__(self, app_dir: Path, script: str) -> None:
        super().__init__(app_dir, script)
        self.calls: list[dict[str, Any]] = []

    def run_orchestrator(self, name: str, context_json: str) -> str:
        call: dict[str, Any] = {"function": name, "context": json.loads(context_json)}
        self.calls.append(call)
        try:
            text = super().run_orchestrator(name, context_json)
        except WorkerFailure as failure:
            call |= {"ok": False, "result": str(failure)}
            raise
        call |= {"ok": True, "result": json.loads(text)}
        return text


def _send(driver: VirtualDriver, request: dict[str, Any]) -> dict[str, Any]:
    path, _, _ = request["path"].partition("?")
    match [unquote(part) for part in path.strip("/").split("/")]:
        case ["orchestrators", name, instance_id]:
            driver.client.start_new(name, request["body"] or None, instance_id)
            return {"status": 202, "response": {"id": instance_id}}
        case ["instances", instance_id, "raiseEvent", name]:
            driver.client.raise_event(instance_id, name, request["body"])
            return {"status": 202, "response": ""}
        case ["instances", instance_id]:
            return _status(driver, instance_id)
    raise AssertionError(f"no such request in the recordings: {path}")


def _status(driver: VirtualDriver, instance_id: str) -> dict[str, Any]:
    row = driver.client.get(instance_id)
    assert row is not None
    try:
        events = shown(driver.core.store.history(instance_id), show_input=True, show_output=True)
    except HistoryUnreadable as error:
        return {"status": 400, "response": {"ExceptionMessage": str(error)}}
    response = {
        "name": row.name,
        "instanceId": row.instance_id,
        "runtimeStatus": row.runtime_status,
        "input": parsed_or_text(row.input_text),
        "customStatus": parsed_or_text(row.custom_status_text),
        "output": parsed_or_text(row.output_text),
        "createdTime": time_text(row.created),
        "lastUpdatedTime": time_text(row.last_updated),
        "historyEvents": events,
    }
    return {"status": 200 if row.runtime_status in FINISHED else 202, "response": response}
