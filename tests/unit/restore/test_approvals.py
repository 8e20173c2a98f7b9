"""What a person sends to decide, who may, and what it means."""

import json
from datetime import UTC, datetime

import pytest

from restore import approvals, decisions
from restore.contracts import Approval, Permit
from restore.errors import InvalidRequest

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
WANTED = Permit(rule="replace", approval=True, until=NOW)


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


@pytest.mark.parametrize(
    ("asked_by", "approver", "own"),
    [("ann", "ANN", True), ("ann", "bob", False), (None, "ann", False), ("ann", None, False),
     (None, None, False)],
)  # fmt: skip
def test_a_request_is_ones_own_only_if_both_are_known(
    asked_by: str | None, approver: str | None, own: bool
) -> None:
    assert approvals.is_own(asked_by, approver) is own


def test_only_what_needs_an_approval_can_be_refused_for_want_of_it() -> None:
    assert approvals.refusal(Permit(rule="new"), None) is None
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
    assert "by 2026-11-23T03:00:00Z; the rule 'replace' demands it" in failure.message
