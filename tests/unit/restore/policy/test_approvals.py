"""What a person sends to decide, who may, and what it means."""

import json
from datetime import UTC, datetime

import pytest

from restore.messages.errors import InvalidRequest, PolicyRefused
from restore.messages.model import Approval, Authorization, Caller
from restore.policy import approvals, decisions
from restore.policy.judging import Allowed

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
WANTED = Authorization(rule="replace", approval=True, until=NOW)


@pytest.mark.parametrize(("word", "outcome"), [("approve", "approved"), ("refuse", "refused")])
def test_a_decision_is_one_word_and_a_reason(word: str, outcome: str) -> None:
    parsed = decisions.parse(json.dumps({"decision": word, "reason": "checked"}))
    assert (parsed.outcome, parsed.reason) == (outcome, "checked")


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ("{}", {"$.decision", "$.reason"}),
        ('{"decision": "yes", "reason": ""}', {"$.decision", "$.reason"}),
        ('{"decision": "approve", "reason": "a", "by": "me"}', {"$.by"}),
        ('{"decision": "approve", "reason": "a\\nb"}', {"$.reason"}),
        ("[]", {"$"}),
        ("", {"$"}),
    ],
)
def test_everything_wrong_with_a_decision_is_said(body: str, paths: set[str]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        decisions.parse(body)
    assert {problem.path for problem in caught.value.problems} == paths


ANN, BOB = Caller(id="a1", name="ann"), Caller(id="b2", name="bob")


@pytest.mark.parametrize(
    ("asked_by", "approver", "against"),
    [
        (ANN, BOB, None),
        (BOB, ANN, None),
        (ANN, Caller(id="b2", name="ann"), None),
        (ANN, ANN, "own"),
        (ANN, Caller(id="A1", name="Ann of another name"), "own"),
        (ANN, Caller(id="a1"), "own"),
        (ANN, Caller(name="bob"), "unknown"),
        (ANN, None, "unknown"),
        (Caller(name="ann"), BOB, "unknown"),
        (None, ANN, None),
        (None, None, None),
    ],
)
def test_who_approves_is_told_from_who_asked_by_the_id_alone(
    asked_by: Caller | None, approver: Caller | None, against: str | None
) -> None:
    assert approvals.against(asked_by, approver) == against


@pytest.mark.parametrize(
    ("approval", "code"),
    [
        (None, "ApprovalMissing"),
        (Approval(decision="refused", at=NOW, plan_hash="h"), "ApprovalMissing"),
        (Approval(decision="approved", at=NOW, plan_hash="other"), "ApprovalOutdated"),
        (Approval(decision="approved", at=NOW), "ApprovalOutdated"),
    ],
)
def test_only_what_was_approved_may_be_sent_where_the_rule_demands_it(
    approval: Approval | None, code: str
) -> None:
    approvals.require(Allowed("free", approval=False), approval, "h")
    with pytest.raises(PolicyRefused) as caught:
        approvals.require(Allowed("asking", approval=True), approval, "h")
    assert caught.value.code == code


def test_what_was_approved_may_be_sent() -> None:
    approved = Approval(decision="approved", at=NOW, plan_hash="h" * 64)
    approvals.require(Allowed("asking", approval=True), approved, "".join(["h"] * 64))


def test_only_what_needs_an_approval_can_be_refused_for_want_of_it() -> None:
    assert approvals.refusal(Authorization(rule="new"), None) is None
    assert approvals.refusal(WANTED, Approval(decision="approved", at=NOW)) is None


def test_a_refusal_says_who_when_and_why() -> None:
    refused = Approval(decision="refused", at=NOW, by="bob", reason="wrong VM.")
    failure = approvals.refusal(WANTED, refused)
    assert failure is not None
    assert failure.code == "ApprovalRefused"
    assert failure.message == "bob refused this restore at 2026-11-23T03:00:00Z: wrong VM."


def test_an_expired_approval_names_the_rule_and_the_time() -> None:
    failure = approvals.refusal(WANTED, Approval(decision="expired", at=NOW))
    assert failure is not None
    assert (failure.code, failure.category) == ("ApprovalExpired", "PolicyRefused")
    assert "by 2026-11-23T03:00:00Z. The rule 'replace' requires an approval" in failure.message


@pytest.mark.parametrize(("chars", "is_good"), [(0, False), (1, True), (500, True), (501, False)])
def test_a_reason_has_one_to_five_hundred_characters(chars: int, is_good: bool) -> None:
    body = json.dumps({"decision": "refuse", "reason": "x" * chars})
    if is_good:
        assert decisions.parse(body).reason == "x" * chars
        return
    with pytest.raises(InvalidRequest) as caught:
        decisions.parse(body)
    (problem,) = caught.value.problems
    assert problem.message == "must be a text of 1 to 500 characters, on one line"
