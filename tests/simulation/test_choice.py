"""The running app explains its choice: in the list of points, the plan, the status, the events."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import pytest

from restore.messages import names
from restore.messages.plan_io import MakePlan, ShowPoints
from restore.request import parsing
from restore.values.decoding import encode
from simulated_azure.state import Disk, Point
from tests import six_points
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import FrontDoor

INCIDENT = (datetime.fromisoformat("2026-11-23T03:00:00+00:00") - six_points.INCIDENT).isoformat()


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as it:
        yield it


def give(harness: AppHarness, points: dict[str, Any]) -> None:
    items = harness.simulator.state.vaults[VAULT.lower()].items
    items[vm().lower()].points = msgspec.convert(points, dict[str, Point])


def run(harness: AppHarness, orchestrator: str, order: Any) -> Any:
    text = msgspec.json.encode(msgspec.json.encode(encode(order)).decode()).decode()
    harness.driver.client.start_new(orchestrator, text, "look")
    harness.run_for(600)
    row = harness.driver.client.get("look")
    assert row is not None
    outcome = msgspec.json.decode(row.output_text or "null")
    assert outcome["kind"] == "done", outcome
    return outcome["value"]


def is_explained(point: dict[str, Any]) -> None:
    assert point["id"] == six_points.CHOSEN
    told = {each["recoveryPoint"]: each["reason"] for each in point["passedOver"]}
    assert told == six_points.REASONS
    assert point["dataLoss"]["windowS"] == six_points.LOST_S


def test_of_six_mixed_points_status_and_events_tell_the_reasons(harness: AppHarness) -> None:
    give(harness, six_points.in_vault(harness.clock.now()))
    door = FrontDoor(harness)
    door.ask(
        request_for("RestoreDisks", "r1", recoveryPoint=six_points.CHOICE, incidentAt=INCIDENT)
    )
    harness.run_for(30)
    is_explained(door.show("r1").body["recoveryPoint"])
    harness.run_for(7200)
    (finished,) = harness.sent("finished")
    is_explained(finished["recoveryPoint"])
    harness.purge()
    is_explained(door.show("r1").body["recoveryPoint"])


def test_of_six_mixed_points_a_plan_tells_the_reasons(harness: AppHarness) -> None:
    give(harness, six_points.in_vault(harness.clock.now()))
    fields = request_for("RestoreDisks", "r1", recoveryPoint=six_points.CHOICE)
    request = parsing.parse_request(fields | {"incidentAt": INCIDENT}, default_request_id="x")
    plan = run(harness, names.PLAN_RESTORE, MakePlan(request=request, source="http"))
    choice = plan["choice"]
    is_explained(choice | {"id": choice["point"]["name"]})


def test_a_plan_warns_of_a_point_that_may_hold_the_damage(harness: AppHarness) -> None:
    give(harness, six_points.in_vault(harness.clock.now()))
    fields = request_for("RestoreDisks", "r1", recoveryPoint={"id": "100001"})
    request = parsing.parse_request(fields | {"incidentAt": INCIDENT}, default_request_id="x")
    plan = run(harness, names.PLAN_RESTORE, MakePlan(request=request, source="http"))
    (finding,) = [each for each in plan["findings"] if each["code"] == "PointAfterIncident"]
    assert finding["severity"] == "warning"
    assert plan["allowed"]


def test_the_list_tells_the_reason_of_each_point_of_a_page(harness: AppHarness) -> None:
    now = harness.clock.now()
    give(harness, six_points.in_vault(now))
    asked = ShowPoints(
        source_resource_id=vm(), vault_id=VAULT, incident_at=now - six_points.INCIDENT
    )
    told = run(harness, names.SHOW_RECOVERY_POINTS, asked)
    assert told["choice"]["point"]["name"] == "100003", "whoever only looks asks for no consistency"
    assert told["choice"]["dataLoss"]["windowS"] == 1.5 * 3600
    assert told["reasons"] == {
        "100001": "AfterIncident", "100002": "ThreatWarning", "100004": "NeedsRehydration",
        "100005": "OlderThanChosen", "100006": "OlderThanChosen",
    }  # fmt: skip


def test_of_ten_thousand_points_each_page_tells_its_own_reasons(harness: AppHarness) -> None:
    now = harness.clock.now()
    sound = six_points.in_vault(now)[six_points.CHOSEN]
    give(
        harness,
        {
            str(n): sound | {"name": str(n), "time": (now - n * six_points.HOUR).isoformat()}
            for n in range(10_000, 19_999)
        },
    )
    asked = ShowPoints(source_resource_id=vm(), vault_id=VAULT)
    told = run(harness, names.SHOW_RECOVERY_POINTS, asked)
    assert (told["total"], len(told["points"])) == (9_999, 200)
    assert told["choice"]["point"]["name"] == "10000"
    assert set(told["reasons"]) == {point["name"] for point in told["points"]} - {"10000"}
    assert set(told["reasons"].values()) == {"OlderThanChosen"}
    assert told["choice"]["passedOverCounts"] == {"OlderThanChosen": 9_998}


OS, DATA = Disk(name="os"), Disk(name="d0", lun=0)


def hold(harness: AppHarness, disks: dict[str, bool]) -> None:
    """Have points, the newest first; each holds the data disk, or was made without."""
    sound = six_points.in_vault(harness.clock.now())[six_points.CHOSEN]
    hours = dict(zip(disks, range(1, 99), strict=False))
    now = harness.clock.now()
    give(
        harness,
        {
            name: sound | {"name": name, "time": (now - hours[name] * six_points.HOUR).isoformat()}
            for name in disks
        },
    )
    points = harness.simulator.state.vaults[VAULT.lower()].items[vm().lower()].points
    for name, is_whole in disks.items():
        points[name].disks = [OS, DATA] if is_whole else [OS]
        points[name].excluded_disks = [] if is_whole else [DATA]


@pytest.mark.parametrize(
    ("kind", "fields"), [("AlternateLocation", {}), ("RestoreDisks", {"restoreDiskLunList": [0]})]
)
def test_a_point_that_lacks_a_disk_is_passed_over_for_the_next(
    harness: AppHarness, kind: str, fields: dict[str, Any]
) -> None:
    """A list counts a point's disks; which they are, only the point itself says."""
    hold(harness, {"100001": False, "100002": False, "100003": True})
    harness.ask(request_for(kind, "r1", **fields))
    harness.run_for(7200)
    verdict = harness.verdict("r1")
    assert (verdict.verdict, verdict.recovery_point) == ("Completed", "100003")
    (finished,) = harness.sent("finished")
    reasons = [each["reason"] for each in finished["recoveryPoint"]["passedOver"]]
    assert reasons == ["DisksMissing", "DisksMissing"]


def test_not_every_point_is_read_to_find_a_disk(harness: AppHarness) -> None:
    hold(harness, {str(100_000 + n): False for n in range(30)})
    harness.ask(request_for("RestoreDisks", "r1", restoreDiskLunList=[0]))
    harness.run_for(7200)
    verdict = harness.verdict("r1")
    assert (verdict.verdict, verdict.error and verdict.error.code) == ("Rejected", "LunNotInPoint")
    reads = [call for call in harness.calls() if "/recoveryPoints/" in call["path"]]
    assert len(reads) == 5
