"""What rules have begun and hold is found again, however many rules there ever were."""

from restore.alerts.decision import AlertDecision
from restore.alerts.rate_limits import Hold, RuleUsage
from storage import alert_usage
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments


def test_a_hold_is_found_behind_the_rules_of_many_earlier_files() -> None:
    documents = MemoryDocuments()
    for number in range(alert_usage._PAGE_SIZE + 1):
        documents.create(f"alert-rules/a-{number:04}", RuleUsage().as_json(), {})
    held = AlertDecision(outcome="held", request_id="r1")
    hold = Hold(since=START, until=START, alert_id="a1", held=(held,))
    alert_usage.change_rule(documents, "z", lambda _: (RuleUsage(hold=hold), None))
    assert list(alert_usage.holding(documents)) == ["z"]
