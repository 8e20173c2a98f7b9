"""The running app says which point it chose, why not each other one, and what is lost."""

import uuid
from datetime import UTC, datetime
from typing import Any

from tests import six_points
from tests.end_to_end.harness import VAULT, HostHarness, request_for, vm

NAME = f"six-{uuid.uuid4().hex[:6]}"


def give_six(harness: HostHarness) -> datetime:
    """Give the vault a VM with the six points; return the time of the incident."""
    now = datetime.now(UTC)
    item = {"vm_id": vm(NAME), "points": six_points.in_vault(now)}
    machine = {"id": vm(NAME), "location": "westeurope"}
    patch = {
        "vaults": {VAULT.lower(): {"items": {vm(NAME).lower(): item}}},
        "vms": {vm(NAME).lower(): machine},
    }
    harness.vault("PUT", "state", patch)
    return now - six_points.INCIDENT


def is_explained(point: dict[str, Any]) -> None:
    assert point["id"] == six_points.CHOSEN
    told = {each["recoveryPoint"]: each["reason"] for each in point["passedOver"]}
    assert told == six_points.REASONS
    assert abs(point["dataLoss"]["windowS"] - six_points.LOST_S) < 1


def test_six_mixed_points_are_explained_wherever_they_are_told(harness: HostHarness) -> None:
    incident_at = give_six(harness).isoformat().replace("+00:00", "Z")
    request_id = f"r-{NAME}"
    fields = request_for("RestoreDisks", request_id, name=NAME) | {
        "recoveryPoint": six_points.CHOICE,
        "incidentAt": incident_at,
    }
    plan = harness.call("POST", "restores/plan", fields).body
    is_explained(plan["choice"] | {"id": plan["choice"]["point"]["name"]})
    harness.call("POST", "restores", fields)
    view = harness.finished(request_id)
    assert view["verdict"] == "Completed"
    is_explained(view["recoveryPoint"])
    is_explained(harness.event("finished", request_id)["data"]["recoveryPoint"])
    query = f"sourceResourceId={vm(NAME)}&vaultId={VAULT}&incidentAt={incident_at}"
    listed = harness.call("GET", f"recovery-points?{query}").body
    assert listed["choice"]["dataLoss"]["isBeforeIncident"]
    assert listed["reasons"]["100001"] == "AfterIncident"
    assert set(listed["reasons"]) == set(six_points.REASONS) - {"100003"} | {"100005"}
