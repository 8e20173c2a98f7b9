"""What a VM had before, and what a rule may still begin, decides about each that is wanted."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from activities import alert_counting
from restore.alerts import rate_limits
from restore.alerts.decision import AlertDecision
from restore.alerts.rate_limits import VmUsage
from restore.alerts.restore_rules import RestoreRules
from restore.messages.ledger_entry import LedgerEntry
from storage import alert_usage
from storage.ledger import Ledger
from tests.alert_samples import DISKS, FIRED, restore_rules, rule, vm
from tests.fakes.storage import MemoryDocuments

HOUR = timedelta(hours=1)
RULES = restore_rules(rules=[rule(name="disks", restoresPerHour=2), rule(name="other")])


def wanted(number: int, incident: int = 0, rule: str = "disks") -> AlertDecision:
    request_id = f"alert-{number}-{incident}"
    request = DISKS | {"requestId": request_id, "sourceResourceId": vm(f"vm-{number}")}
    return AlertDecision(
        outcome="restore", rule=rule, request_id=request_id, request=request,
        target=vm(f"vm-{number}"),
    )  # fmt: skip


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(MemoryDocuments(), lambda: FIRED)


def count(
    ledger: Ledger, *asked: AlertDecision, now: datetime = FIRED, rules: RestoreRules = RULES
) -> list[tuple[str, str | None]]:
    found = alert_counting.begin(ledger, rules, asked, now, "a")
    return [
        (found[str(each.request_id)].outcome, found[str(each.request_id)].code) for each in asked
    ]


def test_the_first_begin_and_the_rest_is_held(ledger: Ledger) -> None:
    found = count(ledger, *(wanted(number) for number in range(4)))
    assert found == [("restore", None)] * 2 + [("held", "RuleLimitReached")] * 2
    for number in range(4):
        known = alert_usage.vm(ledger.documents, vm(f"vm-{number}"))
        assert known is not None
        assert (known.rule, known.request_id, known.at) == ("disks", f"alert-{number}-0", FIRED)


def test_each_rule_counts_by_itself(ledger: Ledger) -> None:
    asked = [*(wanted(number) for number in range(3)), wanted(9, rule="other")]
    assert [each[0] for each in count(ledger, *asked)] == ["restore", "restore", "held", "restore"]


def test_another_alert_about_the_vm_comes_too_early(ledger: Ledger) -> None:
    count(ledger, wanted(1))
    assert count(ledger, wanted(1, 1), now=FIRED + HOUR) == [("refused", "QuietPeriod")]
    assert count(ledger, wanted(1, 1, rule="other")) == [("refused", "QuietPeriod")]
    assert count(ledger, wanted(1), now=FIRED + HOUR) == [("restore", None)], "the same one again"
    known = alert_usage.vm(ledger.documents, vm("vm-1"))
    assert known is not None
    assert known.at == FIRED, "it has quiet since it came first"
    assert count(ledger, wanted(1, 1), now=FIRED + 7 * HOUR) == [("restore", None)]


def test_another_alert_about_a_vm_that_is_held_joins_the_first(ledger: Ledger) -> None:
    count(ledger, *(wanted(number) for number in range(4)))
    found = alert_counting.begin(ledger, RULES, [wanted(3, 1)], FIRED + HOUR / 2, "b")
    joined = found["alert-3-1"]
    assert (joined.outcome, joined.request_id) == ("held", "alert-3-0")
    assert count(ledger, wanted(3, 1, rule="other")) == [("refused", "QuietPeriod")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [("alert", ("repeated", "AlertKnown")), ("queue", ("refused", "RequestIdReused"))],
)
def test_what_the_ledger_knows_already_is_not_begun_again(
    ledger: Ledger, source: str, expected: tuple[str, str]
) -> None:
    entry = LedgerEntry(
        request_id="alert-1-0", request_hash="h", request={}, source=source, accepted_at=FIRED
    )
    ledger.accept(entry)
    assert count(ledger, wanted(1)) == [expected]
    assert alert_usage.vm(ledger.documents, vm("vm-1")) is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [("alert", ("repeated", "AlertKnown")), ("queue", ("refused", "RequestIdReused"))],
)
def test_what_the_ledger_knows_is_not_held_with_another_alert_about_its_vm(
    ledger: Ledger, source: str, expected: tuple[str, str]
) -> None:
    count(ledger, *(wanted(number) for number in (1, 2, 3)))
    assert count(ledger, wanted(3, 1)) == [("held", "RuleLimitReached")]
    entry = LedgerEntry(
        request_id="alert-3-1", request_hash="h", request={}, source=source, accepted_at=FIRED
    )
    ledger.accept(entry)
    assert count(ledger, wanted(3, 1)) == [expected]


def test_the_same_alert_twice_is_counted_once(ledger: Ledger) -> None:
    found = count(ledger, wanted(1), wanted(1), wanted(2))
    assert [each[0] for each in found] == ["restore", "restore", "restore"]


def refused(ledger: Ledger, held: AlertDecision, code: Any = "HoldRefused") -> VmUsage:
    alert_counting.refuse(ledger.documents, held, code, FIRED + HOUR)
    known = alert_usage.vm(ledger.documents, held.vm_id)
    assert known is not None
    return known


def test_what_was_refused_is_noted_of_the_vm(ledger: Ledger) -> None:
    count(ledger, *(wanted(number) for number in range(3)))
    known = refused(ledger, wanted(2))
    assert (known.request_id, known.refused, known.at) == ("alert-2-0", "HoldRefused", FIRED)
    assert count(ledger, wanted(2)) == [("refused", "HoldRefused")]


def test_what_nobody_noted_is_noted_with_its_refusal(ledger: Ledger) -> None:
    known = refused(ledger, wanted(2), "HoldExpired")
    expected = ("alert-2-0", "disks", "HoldExpired", FIRED + HOUR)
    assert (known.request_id, known.rule, known.refused, known.at) == expected


@pytest.mark.parametrize("other", ["alert-1-9", "alert-3-0"])
def test_a_vm_that_another_alert_has_taken_keeps_its_own(ledger: Ledger, other: str) -> None:
    taken = replace(wanted(2), request_id=other, rule="other")
    count(ledger, taken)
    known = refused(ledger, wanted(2))
    assert (known.request_id, known.rule, known.refused) == (other, "other", None)


@pytest.mark.parametrize("other", ["alert-1-9", "alert-0-0"])
def test_of_two_alerts_that_come_at_once_the_first_has_the_vm(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    """The other one is noted after this one has looked, and before it notes itself."""
    change_rule = alert_usage.change_rule

    def meanwhile(*given: Any) -> Any:
        answer = change_rule(*given)
        taken = VmUsage(vm=vm("vm-1"), rule="other", request_id=other, at=FIRED)
        alert_usage.change_vm(ledger.documents, vm("vm-1"), lambda before: before or taken)
        return answer

    monkeypatch.setattr(alert_usage, "change_rule", meanwhile)
    assert count(ledger, wanted(1), wanted(2)) == [("refused", "QuietPeriod"), ("restore", None)]
    known = alert_usage.vm(ledger.documents, vm("vm-1"))
    assert known is not None
    assert known.request_id == other


@pytest.mark.parametrize("other", ["alert-9-9", "alert-0-0"])
def test_what_is_held_stays_held_though_another_has_the_vm(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    count(ledger, wanted(5), wanted(6))
    change_rule = alert_usage.change_rule

    def meanwhile(*given: Any) -> Any:
        answer = change_rule(*given)
        taken = VmUsage(vm=vm("vm-1"), rule="other", request_id=other, at=FIRED)
        alert_usage.change_vm(ledger.documents, vm("vm-1"), lambda before: before or taken)
        return answer

    monkeypatch.setattr(alert_usage, "change_rule", meanwhile)
    assert count(ledger, wanted(1)) == [("held", "RuleLimitReached")]


def test_what_is_let_go_has_quiet_from_then_on(ledger: Ledger) -> None:
    count(ledger, *(wanted(number) for number in range(3)))
    alert_counting.let_go(ledger.documents, wanted(2), FIRED + HOUR)
    known = alert_usage.vm(ledger.documents, vm("vm-2"))
    assert known is not None
    assert (known.request_id, known.refused, known.at) == ("alert-2-0", None, FIRED + HOUR)
    taken = replace(wanted(3), request_id="alert-3-9", rule="other")
    count(ledger, taken)
    alert_counting.let_go(ledger.documents, wanted(3), FIRED + HOUR)
    known = alert_usage.vm(ledger.documents, vm("vm-3"))
    assert known is not None
    assert (known.request_id, known.at) == ("alert-3-9", FIRED)


def test_what_is_refused_is_not_noted_of_its_vm(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "HELD_MAX", 1)
    found = count(ledger, *(wanted(number) for number in range(4)))
    assert found[3] == ("refused", "HoldFull")
    assert alert_usage.vm(ledger.documents, vm("vm-2")) is not None
    assert alert_usage.vm(ledger.documents, vm("vm-3")) is None
