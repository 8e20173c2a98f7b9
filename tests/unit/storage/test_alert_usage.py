"""Of two that change what a rule has begun, or what is noted of a VM, none is lost."""

from typing import Any

import pytest
from msgspec.structs import replace

from restore.alerts.decision import AlertDecision
from restore.alerts.rate_limits import Begun, Hold, RuleUsage, VmUsage
from restore.messages.errors import ServiceUnavailable
from storage import alert_usage
from storage.documents import Changed, Taken
from tests.alert_samples import vm
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments

HELD = Hold(
    since=START, until=START, alert_id="a",
    held=(AlertDecision(outcome="held"), AlertDecision(outcome="held")),
)  # fmt: skip


class Raced(MemoryDocuments):
    """Documents that somebody else changes right before a write, so many times."""

    def __init__(self, times: int, error: type[Exception]) -> None:
        super().__init__()
        self.left, self.tries, self._error = times, 0, error

    def _race(self, name: str) -> None:
        self.tries += 1
        if self.left:
            self.left -= 1
            raise self._error(name)

    def create(self, name: str, document: Any, labels: Any) -> str:
        self._race(name)
        return super().create(name, document, labels)

    def replace(self, name: str, document: Any, version: str, labels: Any) -> str:
        self._race(name)
        return super().replace(name, document, version, labels)


def begin(number: int) -> Any:
    begun = Begun(request_id=f"r{number}", at=START, alert_id="a")
    return lambda known: (replace(known, begun=(*known.begun, begun)), f"said {number}")


def noted(request_id: str) -> Any:
    return lambda before: VmUsage(vm=vm(), rule="x", request_id=request_id, at=START)


def test_what_was_changed_is_there_and_its_answer_is_returned() -> None:
    documents = MemoryDocuments()
    assert alert_usage.rule(documents, "x") == RuleUsage()
    assert [alert_usage.change_rule(documents, "x", begin(number)) for number in (1, 2)] == [
        "said 1", "said 2",
    ]  # fmt: skip
    assert [each.request_id for each in alert_usage.rule(documents, "x").begun] == ["r1", "r2"]
    assert alert_usage.rule(documents, "y") == RuleUsage()


def test_what_changes_nothing_writes_nothing() -> None:
    documents = Raced(0, Changed)
    assert alert_usage.change_rule(documents, "x", lambda known: (replace(known), "same")) == "same"
    assert documents.tries == 0
    alert_usage.change_vm(documents, vm(), lambda before: before)
    alert_usage.change_vm(documents, vm(), noted("r1"))
    alert_usage.change_vm(documents, vm(), noted("r1"))
    alert_usage.change_vm(documents, vm(), lambda before: None)
    assert documents.tries == 1


def becomes(usage: RuleUsage) -> Any:
    return lambda known: (usage, None)


def test_rules_that_hold_something_are_found() -> None:
    documents = MemoryDocuments()
    for name, hold in (("a", HELD), ("b", None), ("c", HELD)):
        begun = (Begun(request_id="r", at=START, alert_id="a"),)
        made = RuleUsage(hold=hold, begun=begun)
        alert_usage.change_rule(documents, name, becomes(made))
    assert list(alert_usage.holding(documents)) == ["a", "c"]
    alert_usage.change_rule(documents, "a", becomes(RuleUsage()))
    assert list(alert_usage.holding(documents)) == ["c"]


def test_what_is_noted_of_a_vm_is_replaced_by_what_comes_later() -> None:
    documents = MemoryDocuments()
    assert alert_usage.vm(documents, vm()) is None
    for each in ("r1", "r2"):
        alert_usage.change_vm(documents, vm(), noted(each))
        known = alert_usage.vm(documents, vm().upper())
        assert known is not None
        assert known.request_id == each
    assert alert_usage.vm(documents, vm("db-01")) is None


@pytest.mark.parametrize("error", [Changed, Taken])
@pytest.mark.parametrize("existing", [False, True])
def test_a_lost_race_is_run_again(error: type[Exception], existing: bool) -> None:
    documents = Raced(0, error)
    if existing:
        alert_usage.change_rule(documents, "x", begin(0))
        alert_usage.change_vm(documents, vm(), noted("r0"))
    documents.left, documents.tries = 2, 0
    assert alert_usage.change_rule(documents, "x", begin(1)) == "said 1"
    assert documents.tries == 3
    assert alert_usage.rule(documents, "x").begun[-1].request_id == "r1"
    documents.left = 2
    alert_usage.change_vm(documents, vm(), noted("r1"))
    known = alert_usage.vm(documents, vm())
    assert known is not None
    assert known.request_id == "r1"


def test_races_without_an_end_are_given_up() -> None:
    documents = Raced(10**6, Changed)
    with pytest.raises(ServiceUnavailable, match="rule"):
        alert_usage.change_rule(documents, "x", begin(1))
    with pytest.raises(ServiceUnavailable, match="VM"):
        alert_usage.change_vm(documents, vm(), noted("r1"))


def test_a_hold_is_found_behind_the_rules_of_many_earlier_files() -> None:
    documents = MemoryDocuments()
    for number in range(201):
        documents.create(f"alert-rules/a-{number:04}", RuleUsage().as_json(), {})
    alert_usage.change_rule(documents, "z", becomes(RuleUsage(hold=HELD)))
    assert list(alert_usage.holding(documents)) == ["z"]


@pytest.mark.parametrize(("rules", "calls"), [(200, 1), (201, 2)])
def test_two_hundred_rules_are_listed_with_one_call(rules: int, calls: int) -> None:
    documents = MemoryDocuments()
    for number in range(rules):
        documents.create(f"alert-rules/{number:04}", RuleUsage().as_json(), {})
    listed = documents.count_calls()
    assert list(alert_usage.holding(documents)) == []
    assert listed == ["page alert-rules/"] * calls
