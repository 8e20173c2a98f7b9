"""An app and a vault in memory, and a clock that never waits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from devhost.demo.asked import Asked, tour
from devhost.demo.following import Pulse
from simulated_azure import names

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
JOB = "53e1001b-4015-4096-b165-70bb7068cdb7"
TIMES = ("2026-11-23T04:00:01.5Z", "2026-11-23T04:00:21Z")


class FakePulse(Pulse):
    """Time passes only by waiting."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += seconds


def running(phase: str = "Transferring", **more: Any) -> dict[str, Any]:
    """A view as GET /api/restores/{id} shows it on the way."""
    return {"requestId": "demo-web-01", "phase": phase, "acceptedAt": TIMES[0], **more}


def ended(verdict: str = "Completed", **more: Any) -> dict[str, Any]:
    """A view as GET /api/restores/{id} shows it at the end, with what the last look left in it."""
    point = {
        "id": "316242334751090",
        "time": "2026-11-15T23:58:27Z",
        "consistency": "AppConsistent",
        "tier": "VaultStandard",
        "why": "It is the newest that fits.",
        "considered": 8,
        "passedOverCounts": {"TooNew": 2, "SoftDeleted": 1},
    }
    job = {"id": JOB, "status": "InProgress", "percent": 67.3, "remainingS": 3.9}
    view = running(verdict, percent=67.3, remainingS=3.9, recoveryPoint=point, job=job)
    view |= {"verdict": verdict, "text": "The disks are restored.", "finishedAt": TIMES[1]}
    return {name: value for name, value in (view | more).items() if value is not None}


def post(vm_id: str) -> dict[str, Any]:
    """A restore POST as /simulator/requests shows it."""
    item = names.protected_item_name(vm_id)
    path = f"/subscriptions/x/protectedItems/{item}/recoveryPoints/1/restore"
    return {"method": "POST", "operation": "restore", "path": path}


def event(kind: str, request_id: str, **data: Any) -> dict[str, Any]:
    """A CloudEvent of the app."""
    return {
        "type": f"azure-vm-restore.{kind}.v1",
        "time": TIMES[1],
        "data": {"requestId": request_id, **data},
    }


@dataclass
class FakeApp:
    """Answers each look with the next view of its script; the last one stays."""

    scripts: dict[str, list[dict[str, Any] | None]]
    told: list[dict[str, Any]] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)
    sent: list[Asked] = field(default_factory=list)

    def send(self, asked: Asked) -> str:
        self.sent.append(asked)
        return "hand"

    def view(self, request_id: str) -> dict[str, Any] | None:
        script = self.scripts[request_id]
        return script.pop(0) if len(script) > 1 else script[0]

    def events(self) -> list[dict[str, Any]]:
        return self.told

    def calls(self) -> list[dict[str, Any]]:
        return self.seen

    def protected_vms(self) -> list[str]:
        return [asked.vm_id for asked in tour(NOW)]


@pytest.fixture
def two() -> Sequence[Asked]:
    return tour(NOW)


@pytest.fixture
def app_with(two: Sequence[Asked]) -> Callable[..., FakeApp]:
    """Make an app in which both restores end as given, each after one POST."""

    def make(first: dict[str, Any] | None = None, second: dict[str, Any] | None = None) -> FakeApp:
        views = (first or ended(), second or ended())
        scripts: dict[str, list[dict[str, Any] | None]] = {
            asked.request_id: [None, running(), view]
            for asked, view in zip(two, views, strict=True)
        }
        told = [event("finished", asked.request_id) for asked in two]
        return FakeApp(scripts, told, [post(asked.vm_id) for asked in two])

    return make
