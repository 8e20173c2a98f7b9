"""What is told of the recovery point, where another one was restored than was chosen at first."""

from datetime import timedelta

from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import FrontDoor
from tests.unit.orchestrators.falling_back import HOUR, ask, points, policy, refused, vanishing


def test_status_and_event_tell_the_point_that_was_restored_and_what_is_lost_by_it(
    harness: AppHarness,
) -> None:
    vanishing(harness)
    incident = harness.clock.now() - timedelta(hours=1)
    with policy():
        ask(harness, incidentAt=incident.isoformat())
        harness.run_for(2 * HOUR)
    verdict, door = harness.verdict("r1"), FrontDoor(harness)
    first, second = verdict.attempts
    (told,) = harness.sent("finished")
    for shown in (door.show("r1").body, told):
        point = shown["recoveryPoint"]
        assert point["id"] == second.recovery_point != first.recovery_point
        lost = incident - points(harness)[point["id"]].time
        assert point["dataLoss"]["windowS"] == lost.total_seconds()
    assert "choice" not in told["verdict"], "recoveryPoint tells it"


def test_disks_of_the_same_point_are_told_with_the_reasons_of_the_first_choice(
    harness: AppHarness,
) -> None:
    refused(harness, share=0.1)
    with policy():
        ask(harness)
        harness.run_for(3 * HOUR)
    (told,) = harness.sent("finished")
    assert told["verdict"]["attempts"][1]["rung"] == "disks"
    assert told["recoveryPoint"]["passedOverCounts"] == {"OlderThanChosen": 2}
