"""A storm stops at the rule's limit, asks once, and goes on only where a person says so."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from arm.compute import Vms
from restore.messages.errors import AccessDenied
from simulated_azure.seed import fleet_state
from tests import alert_samples as samples
from tests.alert_samples import FIRED, rule, vm
from tests.fakes.alert_door import AlertDoor
from tests.fakes.app_harness import START, AppHarness
from tests.fakes.storms import FLEET, held, outcomes, storm


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness(restore_rules=samples.restore_rules()).open() as world:
        world.simulator.state = fleet_state(START, 200)
        yield world


@pytest.fixture
def door(harness: AppHarness) -> AlertDoor:
    return AlertDoor(harness)


def test_a_storm_over_two_hundred_vms_stops_at_the_limit_and_asks_once(
    harness: AppHarness, door: AlertDoor
) -> None:
    assert outcomes(storm(harness, door)) == {"held": 197, "restore": 3}
    assert outcomes(storm(harness, door)) == {"held": 197, "repeated": 3}
    assert outcomes(storm(harness, door, alert="a2")) == {"held": 197, "refused": 3}
    harness.run_for(2 * 3600)
    assert len(harness.posts()) == 3
    (asked,) = harness.sent("restores-held")
    assert (asked["rule"], asked["held"], len(asked["vms"])) == ("disks", 197, 197)
    assert asked["decideAt"] == "/api/holds/disks/decision"
    assert len(held(door)) == 197


def test_it_goes_on_only_for_those_whom_a_person_names(
    harness: AppHarness, door: AlertDoor
) -> None:
    storm(harness, door)
    named = [each["vm"] for each in held(door)[:30]]
    decided = door.decide("disks", {"decision": "approve", "reason": "they are", "vms": named})
    assert decided.status == 202
    shown = door.show(decided.body["alertId"]).body
    assert outcomes(shown["decisions"]) == {"restore": 30}
    assert shown["way"] == "person"
    assert shown["release"]["reason"] == "they are"
    harness.run_for(3 * 3600)
    assert len(harness.posts()) == 33
    assert len(held(door)) == 167
    entry = harness.ledger.read(shown["decisions"][0]["requestId"])
    assert entry is not None
    assert entry.entry.alerted is not None
    assert entry.entry.alerted.released_by == "bob (id-of-bob)"


def test_what_is_refused_stays_refused_and_the_same_storm_does_not_ask_again(
    harness: AppHarness, door: AlertDoor
) -> None:
    storm(harness, door)
    refused = door.decide("disks", {"decision": "refuse", "reason": "a false alarm"})
    shown = door.show(refused.body["alertId"]).body["decisions"]
    assert {each["code"] for each in shown} == {"HoldRefused"}
    assert held(door) == []
    again = storm(harness, door)
    assert {each.get("code") for each in again} == {"AlertKnown", "HoldRefused"}
    assert held(door) == []
    harness.run_for(3600)
    assert len(harness.posts()) == 3
    assert len(harness.sent("restores-held")) == 1


def test_a_hold_that_nobody_decides_about_expires(harness: AppHarness, door: AlertDoor) -> None:
    storm(harness, door, *FLEET[:5])
    harness.run_for(4 * 3600)
    harness.reconcile()
    harness.run_for(60)
    assert held(door) == []
    (line,) = door.list(way="app").body["value"]
    shown = door.show(line["id"]).body
    assert {each["code"] for each in shown["decisions"]} == {"HoldExpired"}
    late = door.decide("disks", {"decision": "refuse", "reason": "x"})
    assert (late.status, late.body["code"]) == (404, "NotHeld")
    assert len(harness.posts()) == 3


def test_an_approval_after_its_time_starts_nothing(harness: AppHarness, door: AlertDoor) -> None:
    storm(harness, door, *FLEET[:5])
    named = [each["vm"] for each in held(door)]
    harness.run_for(4 * 3600)
    decided = door.decide("disks", {"decision": "approve", "reason": "x", "vms": named})
    shown = door.show(decided.body["alertId"]).body["decisions"]
    assert {each["code"] for each in shown} == {"HoldExpired"}
    harness.run_for(3600)
    assert len(harness.posts()) == 3


def test_of_two_who_decide_the_first_counts(harness: AppHarness, door: AlertDoor) -> None:
    storm(harness, door, *FLEET[:5])
    named = [each["vm"] for each in held(door)]
    door.decide("disks", {"decision": "refuse", "reason": "no", "vms": named[:1]})
    second = door.decide("disks", {"decision": "approve", "reason": "yes", "vms": named})
    assert second.status == 400, "one of them is not held any more"
    assert second.body["problems"][0]["path"] == "$.vms[0]"
    third = door.decide("disks", {"decision": "approve", "reason": "yes", "vms": named[1:]})
    harness.run_for(3600)
    assert outcomes(door.show(third.body["alertId"]).body["decisions"]) == {"restore": 1}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"decision": "approve", "reason": "x"}, "$.vms"),
        ({"decision": "approve", "reason": "x", "vms": []}, "$.vms"),
        ({"decision": "approve", "reason": "x", "vms": ["web-01"]}, "$.vms[0]"),
        ({"decision": "approve", "reason": "x", "vms": [vm("other")]}, "$.vms[0]"),
        ({"decision": "maybe", "reason": "x"}, "$.decision"),
        ({"decision": "refuse"}, "$.reason"),
        ({"decision": "refuse", "reason": ""}, "$.reason"),
        (b"{", "$"),
    ],
)
def test_a_decision_that_is_none_is_refused_with_its_place(
    harness: AppHarness, door: AlertDoor, body: Any, path: str
) -> None:
    storm(harness, door, *FLEET[:5])
    refused = door.decide("disks", body)
    assert refused.status == 400
    assert refused.body["problems"][0]["path"] == path
    assert len(held(door)) == 2


@pytest.mark.parametrize("name", ["nobody", "..", "a/b"])
def test_of_a_rule_that_holds_nothing_nothing_is_decided(door: AlertDoor, name: str) -> None:
    assert door.decide(name, {"decision": "refuse", "reason": "x"}).status == 404


def test_another_incident_of_the_same_vm_has_quiet(harness: AppHarness, door: AlertDoor) -> None:
    storm(harness, door, FLEET[0])
    (later,) = storm(harness, door, FLEET[0], fired=FIRED + timedelta(minutes=1))
    assert (later["outcome"], later["code"]) == ("refused", "QuietPeriod")


def test_two_rules_do_not_both_restore_one_vm(harness: AppHarness) -> None:
    harness.restore_rules = samples.restore_rules(
        rules=[rule(name="a", when={"severities": ["Sev0"]}), rule(name="b", when={})]
    )
    with harness.open():
        door = AlertDoor(harness)
        (first,) = storm(harness, door, FLEET[0], severity="Sev0")
        (second,) = storm(harness, door, FLEET[0], severity="Sev3", alert="a2")
    assert (first["rule"], second["rule"]) == ("a", "b")
    assert second["code"] == "QuietPeriod"


def test_a_rule_may_want_an_approval_that_the_policy_does_not(harness: AppHarness) -> None:
    harness.restore_rules = samples.restore_rules(rules=[rule(approval=True)])
    with harness.open():
        door = AlertDoor(harness)
        (decision,) = storm(harness, door, FLEET[0])
        request_id = decision["requestId"]
        harness.run_for(600)
        assert harness.posts() == []
        harness.decide(request_id, "approved", "bob")
        harness.run_for(3600)
        assert harness.verdict(request_id).verdict == "Completed"


def test_tags_of_the_vm_decide_where_a_rule_asks_for_them(harness: AppHarness) -> None:
    harness.restore_rules = samples.restore_rules(rules=[rule(when={"tags": {"restore": "auto"}})])
    key = next(key for key in harness.simulator.state.vms if "vm-0001" in key)
    harness.simulator.state.vms[key].tags = {"Restore": "auto"}
    with harness.open():
        door = AlertDoor(harness)
        decisions = storm(harness, door, FLEET[0], FLEET[1], vm("gone"))
    assert [each["outcome"] for each in decisions] == ["restore", "ignored", "ignored"]
    assert {each["code"] for each in decisions[1:]} == {"NoRule"}
    read = [call for call in harness.calls() if call["path"].lower().endswith(("0001", "0002"))]
    assert read


CAREFUL = [
    rule(name="careful", when={"tags": {"restore": "ask"}}, restoresPerHour=0),
    rule(name="all", when={}, restoresPerHour=100),
]
"""What is tagged so is held; all else is restored."""


def test_tags_that_are_too_many_to_read_let_no_other_rule_in(harness: AppHarness) -> None:
    harness.restore_rules = samples.restore_rules(rules=CAREFUL)
    for vm_state in harness.simulator.state.vms.values():
        vm_state.tags = {"restore": "ask"}
    with harness.open():
        decisions = storm(harness, AlertDoor(harness), *FLEET[:60])
    assert outcomes(decisions) == {"held": 50, "refused": 10}
    assert {each["code"] for each in decisions[50:]} == {"TagsNotRead"}
    assert "It reads those of 50 VMs of one alert." in decisions[-1]["text"]


def test_tags_that_may_not_be_read_let_no_other_rule_in(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(self: Vms, vm_id: str) -> dict[str, str]:
        raise AccessDenied("The client may not read it.", code="AuthorizationFailed")

    monkeypatch.setattr(Vms, "tags", denied)
    harness.restore_rules = samples.restore_rules(rules=CAREFUL)
    with harness.open():
        (decision,) = storm(harness, AlertDoor(harness), FLEET[0])
    assert (decision["outcome"], decision["code"]) == ("refused", "TagsNotRead")
    assert "The client may not read it. Give the app's identity" in decision["text"]


def test_who_decides_waits_five_seconds_for_what_it_starts(
    harness: AppHarness, door: AlertDoor
) -> None:
    storm(harness, door, *FLEET[:5])
    before = harness.clock.now()
    door.decide("disks", {"decision": "refuse", "reason": "x"})
    assert harness.clock.now() - before == timedelta(seconds=5)


def test_an_unknown_rule_is_told_by_the_beginning_of_its_name(door: AlertDoor) -> None:
    reply = door.decide("q" * 200, {"decision": "refuse", "reason": "x"})
    assert reply.body["detail"].count("q") == 60
