"""What becomes of an alert before anybody looks at what was restored: by state, time and rule."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from restore.alerts import judging, matching
from restore.alerts.alert import Alert, Fault
from restore.request import parsing
from tests.alert_samples import DISKS, FIRED, restore_rules, rule, vm

ALERT = Alert(
    source="azure-monitor", id="a1", rule="vm-gone", severity="Sev1", state="fired", fired_at=FIRED
)
NOW = FIRED + timedelta(minutes=5)


def judged(alert: Alert = ALERT, target: str | None = vm(), now: Any = NOW, **changes: Any) -> Any:
    return judging.judge(restore_rules(**changes), alert, target, None, now)


def test_a_rule_makes_a_request_that_anybody_could_have_sent() -> None:
    decision = judged()
    assert (decision.outcome, decision.code, decision.rule) == ("restore", None, "disks")
    request = parsing.parse_request(decision.request, default_request_id="x")
    assert request.request_id == decision.request_id
    assert request.source_resource_id == vm() == decision.vm_id
    assert decision.fired_at == FIRED


@pytest.mark.parametrize(
    ("change", "outcome", "code"),
    [
        ({"state": "resolved"}, "ignored", "AlertResolved"),
        ({"state": "unknown", "why": "odd"}, "ignored", "AlertStateUnknown"),
        ({"id": None}, "refused", "AlertIncomplete"),
        ({"fired_at": None}, "refused", "AlertIncomplete"),
        ({"fired_at": NOW - timedelta(hours=1, seconds=1)}, "refused", "AlertTooOld"),
        ({"fired_at": NOW + timedelta(minutes=5, seconds=1)}, "refused", "AlertFromFuture"),
        ({"fault": Fault(code="AlertNotUnderstood", text="x")}, "refused", "AlertNotUnderstood"),
    ],
)
def test_what_is_not_firing_now_asks_no_rule(
    change: dict[str, Any], outcome: str, code: str
) -> None:
    decision = judged(replace(ALERT, **change))
    assert (decision.outcome, decision.code) == (outcome, code)
    assert decision.request is None
    assert decision.rule is None
    assert decision.text


@pytest.mark.parametrize("fired_at", [NOW - timedelta(hours=1), NOW + timedelta(minutes=5)])
def test_the_bounds_of_time_are_inclusive(fired_at: Any) -> None:
    assert judged(replace(ALERT, fired_at=fired_at)).outcome == "restore"


def test_how_old_an_alert_may_be_is_a_rule() -> None:
    late = FIRED + timedelta(hours=5)
    assert judged(now=late).code == "AlertTooOld"
    assert judged(now=late, maxAlertAge="PT6H").outcome == "restore"


@pytest.mark.parametrize(
    ("target", "code"),
    [(None, "AlertIncomplete"), (f"{vm()}/extensions/x", "TargetNotVm"), ("web-01", "TargetNotVm")],
)
def test_what_is_about_no_vm_is_refused(target: str | None, code: str) -> None:
    assert judged(target=target).code == code


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (f"{vm()}/", "it must be the ARM id of a virtual machine, /subscriptions/…"),
        (vm().replace("virtualMachines", "disks"), "this is the id of a disk"),
        (f"/{'x' * 3000}", "it must have at most 2048 characters"),
    ],
)
def test_a_target_that_is_no_vm_is_told_by_what_is_wrong_with_it(target: str, said: str) -> None:
    text = judged(target=target).text
    assert text.startswith("The target is no virtual machine: it must ")
    assert said in text


def test_without_a_rule_nothing_is_done() -> None:
    decision = judged(rules=[rule(when={"severities": ["Sev0"]})])
    assert (decision.outcome, decision.code, decision.request) == ("ignored", "NoRule", None)


def test_a_template_that_makes_no_id_of_this_vm_is_refused_with_all_its_problems() -> None:
    other = vm().replace("000000000001", "000000000002")
    group = "/subscriptions/{vm.subscription}/resourceGroups/rg"
    decision = judged(
        target=other,
        rules=[rule(when={})],
        templates=[{"name": "disks", "restore": DISKS | {"targetResourceGroupId": group}}],
    )
    assert (decision.outcome, decision.code) == ("refused", "TemplateRefused")
    assert decision.problems
    assert decision.request_id is None


def test_what_is_shown_of_an_alert_is_on_one_line_and_holds_no_secret() -> None:
    odd = replace(ALERT, rule="gone\nhttps://x/?sig=" + "a" * 400)
    decision = judged(odd)
    assert "\n" not in decision.alert_rule
    assert "sig=a" not in decision.alert_rule
    assert len(decision.alert_rule) <= 200


def test_rules_are_asked_only_for_what_fires_now() -> None:
    known = restore_rules()
    assert judging.is_for_rules(known, ALERT, vm(), NOW)
    assert not judging.is_for_rules(known, replace(ALERT, state="resolved"), vm(), NOW)
    assert not judging.is_for_rules(known, ALERT, "web-01", NOW)


def test_what_is_shown_of_an_alert_is_cut() -> None:
    shown = "say " * 50
    assert judged(replace(ALERT, rule=shown.strip())).alert_rule == shown.strip()
    assert judged(replace(ALERT, rule=shown * 2)).alert_rule == f"{shown[:199]}…"
    assert judged(target=shown * 8).target == f"{shown * 3}{shown[:199]}…"
    assert judged(replace(ALERT, rule=None)).alert_rule is None


@pytest.mark.parametrize(
    ("change", "target", "said"),
    [
        ({"id": None, "fired_at": None}, None, "The alert has no id and no time and no VM that"),
        ({"fired_at": None}, vm(), "The alert has no time that can be read."),
        ({}, None, "The alert has no VM that can be read."),
    ],
)
def test_what_an_alert_lacks_is_named(change: Any, target: str | None, said: str) -> None:
    assert judged(replace(ALERT, **change), target=target).text.startswith(said)


@pytest.mark.parametrize("names", [("a", "b", "c"), ("c", "b", "a")])
@pytest.mark.parametrize("wanted", ["a", "b", "c"])
def test_a_rule_has_the_template_that_it_names(names: tuple[str, ...], wanted: str) -> None:
    known = restore_rules(
        rules=[rule(template=wanted)],
        templates=[{"name": name, "restore": DISKS} for name in names],
    )
    assert judging.template_of(known, known.rules[0]).name == wanted


def test_tags_that_were_not_read_refuse_what_a_rule_might_want() -> None:
    decision = judging.judge(restore_rules(), ALERT, vm(), matching.Unread("No right."), NOW)
    assert (decision.outcome, decision.code) == ("refused", "TagsNotRead")
    assert decision.text.endswith("No right.")


def test_a_rule_may_want_a_persons_approval() -> None:
    assert judged().approval is False
    assert judged(rules=[rule(approval=True)]).approval is True
