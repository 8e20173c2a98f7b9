"""Whatever is sent as an alert, and whatever the rules are: nothing raises, nothing that does not
fire restores, and what restores is what the template says of the VM that is named."""

import json
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from restore.alerts import judging, recognising, restore_rules_text, templates
from restore.alerts.alert import Alert
from restore.alerts.decision import AlertDecision
from restore.alerts.restore_rules import RestoreRules
from restore.request import parsing
from restore.request.json_text import json_of
from restore.values.arm_ids import kind_problem
from tests import alert_samples as samples
from tests.fuzz import alerts
from tests.fuzz.amounts import count, drawn
from tests.fuzz.decoders import DECODERS

NOW = samples.FIRED + timedelta(minutes=5)
RULES = samples.restore_rules()
_TAGS = st.none() | st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)


def check(decision: AlertDecision, alert: Alert, restore_rules: RestoreRules) -> None:
    """What must hold of anything that is to be restored."""
    json.dumps(decision.as_json())
    if decision.outcome != "restore":
        assert decision.request is None
        assert decision.code
        return
    assert alert.state == "fired"
    assert alert.fired_at is not None
    assert alert.fault is None
    assert timedelta(minutes=-5) <= NOW - alert.fired_at <= timedelta(days=8)
    target = decision.vm_id
    assert target is not None
    assert kind_problem(target, "virtual machine") is None
    (rule,) = (each for each in restore_rules.rules if each.name == decision.rule)
    template = judging.template_of(restore_rules, rule)
    request = parsing.parse_request(decision.request or "", default_request_id="other")
    assert request.request_id == decision.request_id
    assert request.source_resource_id == target
    assert request.recovery_type == template.restore["recoveryType"]
    again = templates.request_of(template, target, alert.fired_at, request.request_id)
    assert again == request, "no word of the alert is in it"


@drawn("an alert", slice_=200, share=1)
@given(alerts.BODIES, _TAGS)
def test_a_body_is_alerts_of_which_only_what_fires_restores(body: bytes, tags: Any) -> None:
    count("an alert")
    DECODERS["alerts"].give(body)
    for alert in recognising.alerts_of(body, RULES.mappings):
        for target in alert.targets or (None,):
            check(judging.judge(RULES, alert, target, tags, NOW), alert, RULES)


@drawn("rules for alerts", slice_=120, share=1)
@given(alerts.RULES_TEXTS, st.sampled_from(alerts.EVENTS))
def test_a_text_is_rules_that_can_judge_or_is_refused_with_its_reasons(
    text: bytes, event: Any
) -> None:
    count("rules for alerts")
    if not DECODERS["rules"].give(text):
        return
    restore_rules = restore_rules_text.parse(text.decode(errors="replace"))
    body = json.dumps(event).encode()
    for alert in recognising.alerts_of(body, restore_rules.mappings):
        for target in alert.targets or (None,):
            check(judging.judge(restore_rules, alert, target, None, NOW), alert, restore_rules)


_STATES: st.SearchStrategy[Any] = st.sampled_from(
    ("Resolved", "resolved", "", "FIRED ", "fired\u200b", "Fired\x00", "New", "Closed", None, 1, [])
)


@given(_STATES)
def test_what_is_not_said_to_fire_restores_nothing(state: Any) -> None:
    """An oracle of its own: Azure Monitor's word, read from the body itself."""
    body = json.dumps(samples.common(monitorCondition=state)).encode()
    said = json_of(body)["data"]["essentials"]["monitorCondition"]
    if isinstance(said, str) and said.strip().lower() == "fired":
        return
    (alert,) = recognising.alerts_of(body, RULES.mappings)
    decision = judging.judge(RULES, alert, samples.vm(), None, NOW)
    assert decision.outcome == "ignored"


def test_the_samples_are_not_all_refused() -> None:
    found = [
        judging.judge(RULES, alert, target, None, NOW).outcome
        for event in alerts.EVENTS
        for alert in recognising.alerts_of(json.dumps(event).encode(), RULES.mappings)
        for target in alert.targets or (None,)
    ]
    assert found.count("restore") >= 12
