"""A night's log, as the app really wrote it: everything that a query asks for happens in it once.

Each request id says what becomes of it. The reconciler ticks every five minutes, as it does.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from unittest.mock import patch

import azure.functions as func
import msgspec
from azure.functions.queue import QueueMessage

from activities import policies
from restore.messages import names
from restore.messages.errors import ServiceUnavailable
from restore.policy import rules
from restore.result import conclude
from restore.settings import Settings
from simulated_azure.faults import Fault
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import FrontDoor
from tests.simulation.log_scenarios import Row, recorded
from triggers import access, health, log, restores

FIVE_MINUTES = 300.0
_POST = {"method": "POST", "path": "/restore$"}


@cache
def night() -> tuple[Row, ...]:
    """Return the records of the night, in order."""
    harness = AppHarness()
    with harness.open(), recorded(harness) as rows:
        for act in (_well, _throttled, _failed, _refused, _broken, _left, _unsent, _door, _unwell):
            act(harness)
        _stuck(harness)
        _undecided(harness)
    return tuple(rows)


def _tick(harness: AppHarness, minutes: float) -> None:
    for _ in range(int(minutes * 60 / FIVE_MINUTES)):
        harness.run_for(FIVE_MINUTES)
        harness.reconcile()


def _well(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "done"))
    _tick(harness, 40)


def _throttled(harness: AppHarness) -> None:
    fault = {"match": _POST, "kind": "throttle", "retry_after": 60, "times": 2}
    harness.simulator.faults.add([msgspec.convert(fault, Fault)])
    harness.ask(request_for("AlternateLocation", "throttled"))
    _tick(harness, 60)


def _failed(harness: AppHarness) -> None:
    jobs = harness.simulator.state.jobs
    jobs.outcome = "Failed"
    harness.ask(request_for("OriginalLocation", "failed"))
    _tick(harness, 60)
    jobs.outcome = "Completed"
    harness.ask(request_for("RestoreDisks", "cancelled"))
    harness.run_for(300)
    harness.cancel("cancelled")
    _tick(harness, 30)


def _refused(harness: AppHarness) -> None:
    fault = {"match": _POST, "kind": "status", "status": 403}
    harness.simulator.faults.add([msgspec.convert(fault, Fault)])
    harness.ask(request_for("RestoreDisks", "refused"))
    _tick(harness, 10)


def _broken(harness: AppHarness) -> None:
    def breaks(*_: Any) -> None:
        raise KeyError("ours")

    with patch.object(conclude, "of_watched", breaks):
        harness.ask(request_for("RestoreDisks", "broken"))
        _tick(harness, 60)


def _left(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "left"))
    harness.run_for(120)
    harness.driver.client.terminate(names.instance_id("left"), "by hand")
    _tick(harness, 60)


def _unsent(harness: AppHarness) -> None:
    def refuse() -> None:
        raise ServiceUnavailable("No answer.", code="ServerBusy")

    before, harness.events.before_send = harness.events.before_send, refuse
    harness.ask(request_for("RestoreDisks", "unsent"))
    _tick(harness, 40)
    harness.events.before_send = before
    _tick(harness, 10)


def _door(harness: AppHarness) -> None:
    """What comes in by queue and HTTP, and does not become a restore."""
    door = FrontDoor(harness)
    door.take(b"{nonsense", "m1")
    door.poison(b"{}", "p1")

    @log.entered
    async def start_restore(req: func.HttpRequest) -> func.HttpResponse:
        return await restores.start(req, None, Settings())  # type: ignore[arg-type]

    bad = func.HttpRequest("POST", "/api/restores", body=b"{}")
    asyncio.run(start_restore(req=bad))  # type: ignore[arg-type]
    body = json.dumps(request_for("RestoreDisks", "queued")).encode()
    put = harness.clock.now() - timedelta(seconds=90)
    with _messages_put(put):
        door.take(body, "m2")
    _tick(harness, 40)


@contextmanager
def _messages_put(at: datetime) -> Iterator[None]:
    """What is taken meanwhile was put on its queue then."""

    def message(id: str, body: bytes) -> Any:
        return QueueMessage(id=id, body=body, insertion_time=at)  # type: ignore[no-untyped-call]

    with patch.object(func, "QueueMessage", message):
        yield


def _unwell(harness: AppHarness) -> None:
    del harness

    def away() -> None:
        raise ServiceUnavailable("It does not answer.", code="NoAnswer")

    asyncio.run(health.Health(Settings(), {"blob": away}).show())
    access.log_wrong_settings(Settings(problems=("RESTORE_POLICY must be JSON.",)))


def _stuck(harness: AppHarness) -> None:
    """Somebody suspends it, and forgets it."""
    harness.ask(request_for("RestoreDisks", "stuck"))
    harness.run_for(600)
    instance = names.instance_id("stuck")
    for each in (instance, names.watch_id(instance)):
        harness.driver.client.suspend(each, "for a moment")
    _tick(harness, 120)


def _undecided(harness: AppHarness) -> None:
    with policies.use(rules.DEFAULT):
        harness.ask(request_for("OriginalLocation", "undecided"))
        _tick(harness, 40)
