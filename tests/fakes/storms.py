"""Storms of alerts over a fleet, and what became of them."""

from typing import Any

from storage import alert_switch
from tests.alert_samples import common, vm
from tests.fakes.alert_door import AlertDoor
from tests.fakes.app_harness import AppHarness

FLEET = [vm(f"vm-{number:04d}") for number in range(1, 201)]


def storm(harness: AppHarness, door: AlertDoor, *vms: str, **more: Any) -> list[dict[str, Any]]:
    taken = door.post(common(*(vms or FLEET), **more))
    assert taken.status == 202
    harness.run_for(60)
    found: list[dict[str, Any]] = door.show(taken.body["alertId"]).body["decisions"]
    return found


def outcomes(decisions: list[dict[str, Any]]) -> dict[str, int]:
    listed = [each["outcome"] for each in decisions]
    return {outcome: listed.count(outcome) for outcome in sorted(set(listed))}


def held(door: AlertDoor) -> list[dict[str, Any]]:
    value = door.holds().body["value"]
    return value[0]["held"] if value else []


def stop_at(harness: AppHarness, place: str) -> None:
    """Somebody throws the switch whenever the app comes to this place."""

    def at(where: str) -> None:
        if where == place:
            stopped = alert_switch.Stopped(at=harness.clock.now(), reason="now")
            alert_switch.stop(harness.documents, stopped)

    harness.at_boundary = at
