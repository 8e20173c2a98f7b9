"""An approval names each VM that is meant; a refusal may mean all."""

import json
from typing import Any

import pytest

from restore.alerts.hold_decisions import HoldDecision, parse_decision, parse_order
from restore.messages.errors import InvalidRequest
from tests.alert_samples import vm


def decision(**fields: Any) -> HoldDecision:
    return parse_decision(json.dumps({"reason": "because"} | fields).encode())


def wrong(**fields: Any) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        decision(**fields)
    return {problem.path: problem.message for problem in caught.value.problems}


def test_an_approval_names_its_vms() -> None:
    found = decision(decision="approve", vms=[vm()])
    assert (found.outcome, found.vms, found.reason) == ("approved", (vm(),), "because")
    assert wrong(decision="approve") == {"$.vms": "is required: name each VM that you approve"}


def test_a_refusal_may_mean_all() -> None:
    assert decision(decision="refuse").vms is None
    assert decision(decision="refuse").outcome == "refused"
    assert decision(decision="refuse", vms=[vm()]).vms == (vm(),)


def test_what_is_wrong_is_said_of_each_field() -> None:
    assert set(wrong(decision="maybe")) == {"$.decision"}
    assert set(wrong(decision="approve", vms=["web-01"], more=1)) == {"$.vms[0]", "$.more"}
    assert set(wrong(decision="approve", vms=[])) == {"$.vms"}


def test_an_order_to_the_switch_has_a_reason() -> None:
    assert parse_order(b'{"reason": "a storm"}').reason == "a storm"
    for odd in (b"{}", b'{"reason": ""}', b'{"reason": "x", "more": 1}', b"[]"):
        with pytest.raises(InvalidRequest):
            parse_order(odd)
