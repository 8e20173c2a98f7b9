"""Whoever throws the switch, or sets the setting, stops all restores that alerts ask for."""

from collections.abc import Iterator

import pytest

from activities import rules_in_force
from restore.settings import Settings
from simulated_azure.seed import fleet_state
from storage import alert_switch
from tests import alert_samples as samples
from tests.alert_samples import common, rule
from tests.fakes.alert_door import AlertDoor
from tests.fakes.app_harness import START, AppHarness
from tests.fakes.front_door import FrontDoor
from tests.fakes.storms import FLEET, held, outcomes, stop_at, storm


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness(restore_rules=samples.restore_rules()).open() as world:
        world.simulator.state = fleet_state(START, 200)
        yield world


@pytest.fixture
def door(harness: AppHarness) -> AlertDoor:
    return AlertDoor(harness)


def test_the_switch_stops_what_comes_and_what_was_accepted(
    harness: AppHarness, door: AlertDoor
) -> None:
    taken = door.post(common(*FLEET[:3]))
    harness.run_for(0.1)
    stopped = door.stop()
    assert (stopped.status, stopped.body["automaticRestores"]) == (200, "stopped")
    harness.run_for(3600)
    assert harness.posts() == []
    codes, taken_ids = set(), list[str]()
    for decision in door.show(taken.body["alertId"]).body["decisions"]:
        if decision["outcome"] == "restore":
            taken_ids.append(decision["requestId"])
            codes.add(harness.verdict(decision["requestId"]).error.code)  # type: ignore[union-attr]
        else:
            codes.add(decision["code"])
    assert codes == {"AlertsStopped"}
    text = harness.verdict(taken_ids[0]).text
    assert text.endswith("or ask yourself, if it is still wanted.")
    (later,) = storm(harness, door, FLEET[9], fired=harness.clock.now())
    assert later["code"] == "AlertsStopped"
    listed = door.list().body["stopped"]
    assert (listed["by"], listed["reason"]) == ("bob (id-of-bob)", "a storm")


def waiting(harness: AppHarness) -> str:
    """Return a restore that waits for a person, as its alert's rule wants."""
    rules = samples.restore_rules(rules=[rule(approval=True)])
    harness.restore_rules = rules
    with rules_in_force.use(rules):
        (asked,) = storm(harness, AlertDoor(harness), FLEET[0])
    assert FrontDoor(harness).show(asked["requestId"]).body["phase"] == "WaitingForApproval"
    return str(asked["requestId"])


def test_what_waits_says_that_it_is_stopped_and_nobody_approves_it(
    harness: AppHarness, door: AlertDoor
) -> None:
    request_id, restores = waiting(harness), FrontDoor(harness)
    assert "stopped" not in restores.show(request_id).body
    door.stop()
    shown = restores.show(request_id).body["stopped"]
    assert (shown["by"], shown["reason"]) == ("bob (id-of-bob)", "a storm")
    refused = restores.decide(request_id, "approve")
    assert (refused.status, refused.body["code"]) == (409, "AlertsStopped")
    door.resume()
    assert "stopped" not in restores.show(request_id).body
    assert restores.decide(request_id, "approve").status == 200
    harness.run_for(3600)
    door.stop()
    assert "stopped" not in restores.show(request_id).body, "it is over"


def test_who_refuses_is_heard_while_alerts_are_stopped(
    harness: AppHarness, door: AlertDoor
) -> None:
    request_id = waiting(harness)
    door.stop()
    assert FrontDoor(harness).decide(request_id, "refuse").status == 200


def test_the_switch_is_asked_right_before_a_restore_is_sent(
    harness: AppHarness, door: AlertDoor
) -> None:
    door.post(common(FLEET[0]))
    begun: list[str] = []

    def at(where: str) -> None:
        if where == "trigger_restore: begun" and not begun:
            begun.append(where)
            door_stops()

    def door_stops() -> None:
        alert_switch.stop(
            harness.documents, alert_switch.Stopped(at=harness.clock.now(), reason="now")
        )

    harness.at_boundary = at
    harness.run_for(3600)
    assert begun
    assert harness.posts() == []


def test_others_than_alerts_go_on_while_alerts_are_stopped(
    harness: AppHarness, door: AlertDoor
) -> None:
    door.stop()
    request = samples.DISKS | {"requestId": "r1", "sourceResourceId": FLEET[0]}
    harness.ask(request, source="http")
    harness.run_for(3600)
    assert harness.verdict("r1").verdict == "Completed"


def test_nothing_is_approved_while_alerts_are_stopped(harness: AppHarness, door: AlertDoor) -> None:
    storm(harness, door, *FLEET[:5])
    named = [each["vm"] for each in held(door)]
    door.stop()
    decided = door.decide("disks", {"decision": "approve", "reason": "x", "vms": named})
    assert (decided.status, decided.body["code"]) == (409, "AlertsStopped")
    resumed = door.resume()
    assert (resumed.status, resumed.body["automaticRestores"]) == (200, "on")
    again = door.decide("disks", {"decision": "approve", "reason": "x", "vms": named})
    harness.run_for(3600)
    assert again.status == 202
    assert len(harness.posts()) == 5


def test_what_is_held_is_refused_while_alerts_are_stopped(
    harness: AppHarness, door: AlertDoor
) -> None:
    storm(harness, door, *FLEET[:5])
    door.stop()
    assert door.decide("disks", {"decision": "refuse", "reason": "x"}).status == 202
    assert held(door) == []


def test_what_was_approved_while_somebody_stopped_all_stays_held(
    harness: AppHarness, door: AlertDoor
) -> None:
    storm(harness, door, *FLEET[:5])
    named = [each["vm"] for each in held(door)]

    stop_at(harness, "judge_alert: begun")
    decided = door.decide("disks", {"decision": "approve", "reason": "x", "vms": named})
    shown = door.show(decided.body["alertId"]).body["decisions"]
    assert {each["code"] for each in shown} == {"AlertsStopped"}
    assert [each["vm"] for each in held(door)] == named
    harness.at_boundary = lambda _: None
    door.resume()
    door.decide("disks", {"decision": "approve", "reason": "x", "vms": named})
    harness.run_for(3600)
    assert len(harness.posts()) == 5


def test_what_was_refused_meanwhile_restores_only_if_it_is_sent_again(
    harness: AppHarness, door: AlertDoor
) -> None:
    door.stop()
    assert [each["code"] for each in storm(harness, door, FLEET[0])] == ["AlertsStopped"]
    assert "only if its alert is sent again" in door.resume().body["text"]
    harness.run_for(600)
    assert harness.posts() == []
    assert outcomes(storm(harness, door, FLEET[0])) == {"restore": 1}


def test_a_restore_that_was_refused_meanwhile_stays_so(
    harness: AppHarness, door: AlertDoor
) -> None:
    stop_at(harness, "trigger_restore: begun")
    (first,) = storm(harness, door, FLEET[0])
    harness.run_for(600)
    door.resume()
    (again,) = storm(harness, door, FLEET[0])
    assert (again["outcome"], again["code"]) == ("repeated", "AlertKnown")
    assert again["text"] == "The same alert came before. Look what became of its restore."
    assert harness.verdict(first["requestId"]).error.code == "AlertsStopped"  # type: ignore[union-attr]
    assert harness.posts() == []


def test_a_setting_stops_them_too_and_nobody_resumes_them_over_http(harness: AppHarness) -> None:
    door = AlertDoor(harness, Settings(restore_alerts_stopped=True))
    assert door.resume().body["automaticRestores"] == "stopped"
    assert "RESTORE_ALERTS_STOPPED" in door.list().body["stopped"]["reason"]


def test_the_switch_wants_a_reason(door: AlertDoor) -> None:
    assert door.stop("").status == 400
    assert door.resume("").status == 400
