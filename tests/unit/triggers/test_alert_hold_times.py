"""What is held begins, ends and is quiet by the clock: when it was let go, and when its time is
over."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from simulated_azure.seed import fleet_state
from tests import alert_samples as samples
from tests.alert_samples import common, rule
from tests.fakes import storms
from tests.fakes.alert_door import AlertDoor
from tests.fakes.app_harness import START, AppHarness
from tests.fakes.log import lines, listen
from tests.fakes.storms import FLEET, held, stop_at


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    rules = samples.restore_rules(rules=[rule(quietPeriod="PT1H")])
    with AppHarness(restore_rules=rules).open() as world:
        world.simulator.state = fleet_state(START, 20)
        yield world


@pytest.fixture
def door(harness: AppHarness) -> AlertDoor:
    return AlertDoor(harness)


def storm(harness: AppHarness, door: AlertDoor, *vms: str, **more: Any) -> list[dict[str, Any]]:
    return storms.storm(harness, door, *vms, fired=harness.clock.now(), **more)


def outcomes(decisions: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(each["outcome"], each.get("code")) for each in decisions]


def test_a_vm_has_quiet_from_when_a_person_let_it_go(harness: AppHarness, door: AlertDoor) -> None:
    storm(harness, door, *FLEET[:5])
    named = [each["vm"] for each in held(door)]
    harness.run_for(2 * 3600)
    door.decide("disks", {"decision": "approve", "reason": "they are", "vms": named})
    harness.run_for(300)
    assert len(harness.posts()) == 5
    again = storm(harness, door, named[0], alert="a2")
    assert outcomes(again) == [("refused", "QuietPeriod")]
    harness.run_for(3600)
    assert outcomes(storm(harness, door, named[0], alert="a3")) == [("restore", None)]


def test_what_comes_after_the_time_of_a_hold_is_asked_about_anew(
    harness: AppHarness, door: AlertDoor
) -> None:
    storm(harness, door, *FLEET[:5])
    harness.run_for(4 * 3600)  # nobody has decided; and the reconciler has not come by yet
    (later,) = storm(harness, door, FLEET[9], alert="a2")
    harness.reconcile()
    harness.run_for(60)
    shown = door.show(door.list(way="app").body["value"][0]["id"]).body["decisions"]
    assert {each["requestId"] for each in shown}.isdisjoint({later["requestId"]})
    assert later["outcome"] == "restore", "the rule has begun none in the last hour"


def test_a_dry_run_says_of_one_vm_in_two_alerts_what_the_run_does(
    harness: AppHarness, door: AlertDoor
) -> None:
    now = harness.clock.now()
    both = [common(FLEET[0], fired=now), common(FLEET[0], fired=now, alert="a2")]
    tried = door.post(both, dryRun="true").body["decisions"]
    assert len(list(door.list().body["value"])) == 0
    taken = door.post(both)
    harness.run_for(60)
    shown = door.show(taken.body["alertId"]).body["decisions"]
    assert outcomes(tried) == outcomes(shown) == [("restore", None), ("refused", "QuietPeriod")]


def test_a_dry_run_after_the_time_of_a_hold_ends_none_and_tells_of_none(
    harness: AppHarness, door: AlertDoor, caplog: pytest.LogCaptureFixture
) -> None:
    storm(harness, door, *FLEET[:5])
    harness.run_for(4 * 3600)
    listen(caplog)
    tried = door.post(common(FLEET[9], fired=harness.clock.now()), dryRun="true").body["decisions"]
    assert outcomes(tried) == [("restore", None)]
    assert len(held(door)) == 2
    assert lines(caplog, "alert-judged") == []


def test_what_is_approved_too_late_has_expired_though_all_is_stopped_as_well(
    harness: AppHarness, door: AlertDoor
) -> None:
    storm(harness, door, *FLEET[:5])
    named = [each["vm"] for each in held(door)]
    harness.run_for(4 * 3600)

    stop_at(harness, "judge_alert: begun")
    decided = door.decide("disks", {"decision": "approve", "reason": "x", "vms": named})
    shown = door.show(decided.body["alertId"]).body["decisions"]
    assert {each["code"] for each in shown} == {"HoldExpired"}
    assert held(door) == []


def test_a_second_storm_after_the_time_of_the_first_asks_a_second_time(
    harness: AppHarness, door: AlertDoor
) -> None:
    storm(harness, door, *FLEET[:5])
    harness.run_for(4 * 3600)
    second = storm(harness, door, *FLEET[5:10], alert="a2")
    assert outcomes(second) == [("restore", None)] * 3 + [("held", "RuleLimitReached")] * 2
    first, again = harness.sent("restores-held")
    assert again["until"] > first["until"]
    assert len(held(door)) == 2
    (ended,) = door.list(way="app").body["value"]
    codes = [each["code"] for each in door.show(ended["id"]).body["decisions"]]
    assert codes == ["HoldExpired"] * 2
    harness.run_for(timedelta(minutes=10).total_seconds())
    assert len(harness.posts()) == 6
