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


@pytest.mark.parametrize("length", [0, 1, 500, 501])
def test_a_reason_has_one_to_five_hundred_characters(length: int) -> None:
    body = json.dumps({"reason": "x" * length}).encode()
    if 1 <= length <= 500:
        assert parse_order(body).reason == "x" * length
        assert decision(decision="refuse", reason="x" * length).reason == "x" * length
    else:
        said = "must be a text of 1 to 500 characters, on one line"
        assert wrong(decision="refuse", reason="x" * length) == {"$.reason": said}
        with pytest.raises(InvalidRequest):
            parse_order(body)


def test_as_many_vms_may_be_named_as_are_held() -> None:
    vms = [vm(f"vm-{number}") for number in range(1001)]
    assert decision(decision="approve", vms=vms[:1000]).vms == tuple(vms[:1000])
    assert wrong(decision="approve", vms=vms) == {"$.vms": "must have 1 to 1000 entries"}


def test_a_decision_has_half_a_megabyte_at_most() -> None:
    body = json.dumps({"reason": "because", "decision": "refuse"}).encode()
    assert parse_decision(body.ljust(512 * 1024)).outcome == "refused"
    with pytest.raises(InvalidRequest, match="is larger than 512 KB"):
        parse_decision(body.ljust(512 * 1024 + 1))
