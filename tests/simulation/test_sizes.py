"""Whole restores of the largest kind: nothing that has to be told is lost, and each has its end."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from restore.policy import rules
from restore.request import parsing
from simulated_azure.parts import JobError
from simulated_azure.state import Point
from tests.end_to_end.harness import SUBSCRIPTION, VAULT, request_for, vm
from tests.fakes.app_harness import START, AppHarness
from tests.fakes.front_door import FrontDoor
from tests.simulation.test_plans import outcome_of

LONG = "n" * 260
GUARD = (
    f"{SUBSCRIPTION}/resourceGroups/{LONG}/providers/Microsoft.DataProtection/resourceGuards/{LONG}"
    f"/triggerRestoreRequests/{LONG}"
)
SET = f"{SUBSCRIPTION}/resourceGroups/{LONG}/providers/Microsoft.Compute/diskEncryptionSets/{LONG}"


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as world:
        yield world


def large(kind: str, sets: int = 64) -> dict[str, Any]:
    """A legal request of as many bytes as one may have."""
    per_disk = [{"lun": lun, "diskEncryptionSetId": SET} for lun in range(sets)]
    encryption = {"dataDiskEncryptionSettings": {"perDiskEncryptionSetIds": per_disk}}
    return request_for(kind, "r1") | {
        "resourceGuardOperationRequests": [GUARD] * 16,
        "securedVMDetails": encryption,
    }


def with_long_names(harness: AppHarness, count: int = 25) -> None:
    """So many recovery points, each with the longest name that one may have."""
    vault = harness.simulator.state.vaults[VAULT.lower()]
    (item,) = (item for item in vault.items.values() if item.vm_id == vm())
    item.points = {
        name: Point(name=name, time=START - timedelta(hours=number + 1))
        for number in range(count)
        for name in [f"{number:03}{'p' * 509}"]
    }


def as_json(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value))


def event(harness: AppHarness, kind: str) -> dict[str, Any]:
    (found,) = harness.sent(kind)
    return found


def whole(harness: AppHarness, event_id: str) -> Any:
    reply = FrontDoor(harness).event_data(event_id)
    assert reply.status == 200
    return reply.body


def test_a_request_of_60_kb_is_accepted_told_and_restored(harness: AppHarness) -> None:
    fields = large("RestoreDisks")
    assert len(msgspec.json.encode(fields)) > 55_000
    harness.ask(fields)
    harness.run_for(7200)
    assert harness.verdict("r1").verdict == "Completed"
    told = event(harness, "accepted")
    assert (told["requestId"], told["truncated"]) == ("r1", ["$.request"])
    request = whole(harness, "r1:accepted")["request"]
    assert request == as_json(parsing.parse_request(fields, default_request_id="x"))
    assert event(harness, "finished")["verdict"]["succeeded"]


def test_points_with_long_names_do_not_end_a_restore(harness: AppHarness) -> None:
    with_long_names(harness)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(7200)
    assert harness.verdict("r1").verdict == "Completed"
    status = harness.status("restore-r1")
    assert status["truncated"] == ["$.recoveryPoint.passedOver"]
    assert 0 < len(status["recoveryPoint"]["passedOver"]) < 20
    assert status["recoveryPoint"]["considered"] == 25
    view = FrontDoor(harness).show("r1").body
    assert view["truncated"] == ["$.recoveryPoint.passedOver"]
    assert len(event(harness, "finished")["recoveryPoint"]["passedOver"]) == 20


def test_somebody_is_told_that_a_large_request_waits_for_approval() -> None:
    with AppHarness(policy=rules.DEFAULT).open() as harness:
        door = FrontDoor(harness)
        assert door.ask(large("OriginalLocation"), who="ann@example.com").status == 202
        harness.run_for(60)
        told = event(harness, "approval-requested")
        assert told["decideAt"] == "/api/restores/r1/approval"
        assert told["disksToReplace"] == [{"name": "web-01-osdisk"}]
        assert whole(harness, "r1:approval-requested")["request"]["confirm"] == "web-01"
        assert door.decide("r1", "approve", "bob@example.com").status == 200
        harness.run_for(7200)
        assert harness.verdict("r1").verdict == "Completed"


def test_a_large_plan_is_published(harness: AppHarness) -> None:
    with_long_names(harness)
    outcome = outcome_of(harness, large("RestoreDisks"), source="queue")
    told = event(harness, "planned")
    assert told["plan"]["planHash"] == outcome.value["planHash"]
    assert told["plan"]["allowed"] is True
    assert "body" not in told["plan"]
    assert whole(harness, "plan-1:planned")["plan"]["body"] == outcome.value["body"]


def test_a_job_that_says_much_has_its_verdict_told(harness: AppHarness) -> None:
    jobs = harness.simulator.state.jobs
    jobs.outcome = "Failed"
    jobs.error = JobError(
        code=400001, title="T" * 3000, text="t" * 3000, recommendations=["語" * 3000] * 25
    )
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(7200)
    verdict = harness.verdict("r1")
    told = event(harness, "finished")["verdict"]
    assert (told["verdict"], told["text"]) == ("Failed", verdict.text)
    assert whole(harness, "r1:finished")["verdict"] == as_json(verdict)
