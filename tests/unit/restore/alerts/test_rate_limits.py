"""A storm stops at the rule's limit, asks once, and counts nothing twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from restore.alerts import rate_limits
from restore.alerts.decision import AlertDecision
from restore.alerts.rate_limits import RuleUsage, VmUsage
from restore.alerts.restore_rules import RestoreRule, When
from tests.alert_samples import DISKS, FIRED, vm

RULE = RestoreRule(name="disks", when=When(), template="disks", restores_per_hour=3)
HOLD_S = 4 * 3600.0


def alert(number: int = 1) -> str:
    """An id that is equal to another one and not the same object, as ids that are read are."""
    return "-".join(("alert", str(number)))


def wanted(number: int, incident: int = 0) -> AlertDecision:
    request_id = f"alert-{number}-{incident}"
    request = DISKS | {"requestId": request_id, "sourceResourceId": vm(f"vm-{number}")}
    return AlertDecision(outcome="restore", rule="disks", request_id=request_id, request=request)


def admit(
    known: RuleUsage, *numbers: int, now: datetime = FIRED, incident: int = 0, rule: Any = RULE
) -> tuple[RuleUsage, list[str]]:
    asked = [wanted(number, incident) for number in numbers]
    known, decided = rate_limits.admit(known, rule, asked, now, alert(), HOLD_S)
    return known, [each.outcome for each in decided]


def test_beyond_the_limit_everything_is_held_once() -> None:
    known, outcomes = admit(RuleUsage(), *range(200))
    assert outcomes == ["restore"] * 3 + ["held"] * 197
    assert known.hold is not None
    assert len(known.hold.held) == 197
    assert known.hold.until == FIRED + timedelta(hours=4)


def test_the_same_storm_again_counts_nothing_twice() -> None:
    first, outcomes = admit(RuleUsage(), *range(200))
    again, same = admit(first, *range(200), now=FIRED + timedelta(minutes=1))
    assert (again, same) == (first, outcomes)


def test_what_is_held_already_is_told_as_it_was() -> None:
    first, _ = admit(RuleUsage(), *range(5))
    _, decided = rate_limits.admit(first, RULE, [wanted(4)], FIRED, alert(), HOLD_S)
    assert first.hold is not None
    assert decided == first.hold.held[-1:]


def test_another_delivery_of_the_same_alert_is_told_to_be_one() -> None:
    first, _ = admit(RuleUsage(), 1)
    for other in (alert(0), alert(2)):
        _, decided = rate_limits.admit(first, RULE, [wanted(1)], FIRED, other, HOLD_S)
        assert (decided[0].outcome, decided[0].code) == ("repeated", "AlertKnown")


def test_the_next_storm_over_the_same_vms_joins_what_is_held() -> None:
    first, _ = admit(RuleUsage(), *range(10))
    known, decided = rate_limits.admit(first, RULE, [wanted(9, 1)], FIRED, "b", HOLD_S)
    assert known == first
    assert (decided[0].outcome, decided[0].request_id) == ("held", "alert-9-0")
    assert "held for alert-9-0 already" in decided[0].text


def test_while_something_is_held_nothing_goes_on_by_itself() -> None:
    first, _ = admit(RuleUsage(), *range(4))
    known, outcomes = admit(first, 50, now=FIRED + timedelta(hours=2))
    assert outcomes == ["held"]
    assert known.hold is not None
    assert known.hold.since == FIRED
    assert known.begun == ()


def test_an_hour_later_a_rule_may_again() -> None:
    first, _ = admit(RuleUsage(), 1, 2, 3)
    assert admit(first, 4, now=FIRED + timedelta(minutes=59))[1] == ["held"]
    assert admit(first, 4, now=FIRED + timedelta(minutes=60))[1] == ["restore"]


def test_a_rule_that_allows_none_holds_everything() -> None:
    assert admit(RuleUsage(), 1, rule=replace(RULE, restores_per_hour=0))[1] == ["held"]


def test_more_than_a_vault_protects_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "HELD_MAX", 5)
    known, outcomes = admit(RuleUsage(), *range(10))
    assert outcomes == ["restore"] * 3 + ["held"] * 5 + ["refused"] * 2
    _, decided = rate_limits.admit(known, RULE, [wanted(77)], FIRED, "a", HOLD_S)
    assert decided[0].code == "HoldFull"


def test_what_a_person_lets_go_counts_and_the_rest_stays_held() -> None:
    known, _ = admit(RuleUsage(), *range(6))
    later = FIRED + timedelta(minutes=30)
    wanted_ids = ["alert-3-0", "alert-77-0"]
    let_go, leaving = rate_limits.decided(known, "d1", wanted_ids, later, released=True)
    assert [each.request_id for each in leaving.held] == ["alert-3-0"]
    assert [each.request_id for each in let_go.begun[3:]] == ["alert-3-0"]
    assert let_go.hold is not None
    assert [each.request_id for each in let_go.hold.held] == ["alert-4-0", "alert-5-0"]
    assert rate_limits.decided(let_go, "d1", wanted_ids, later, released=False) == (let_go, leaving)
    refused, _ = rate_limits.decided(
        let_go, "d2", ["alert-4-0", "alert-5-0"], later, released=False
    )
    assert (refused.hold, refused.begun) == (None, let_go.begun)
    after, nothing = rate_limits.decided(refused, "d3", ["alert-4-0"], later, released=True)
    assert (after, nothing.held) == (refused, ())


def test_what_was_refused_does_not_come_back_before_its_record_tells_so() -> None:
    known, _ = admit(RuleUsage(), *range(4))
    later = FIRED + timedelta(hours=2)
    refused, _ = rate_limits.decided(known, "d1", ["alert-3-0"], later, released=False)
    _, decisions = rate_limits.admit(refused, RULE, [wanted(3)], later, "a", HOLD_S)
    assert (decisions[0].outcome, decisions[0].code) == ("refused", "HoldRefused")
    assert admit(refused, 1, 5, now=later)[1] == ["restore", "restore"]
    assert rate_limits.told(refused, "".join(("d", "1"))).leaving == ()
    for other in ("d0", "d2"):
        assert rate_limits.told(refused, other) == refused


def test_a_hold_expires_at_its_time() -> None:
    known, _ = admit(RuleUsage(), *range(4))
    assert not rate_limits.expired(known, FIRED + timedelta(hours=4, seconds=-1))
    assert rate_limits.expired(known, FIRED + timedelta(hours=4))
    assert rate_limits.expired(known, FIRED + timedelta(hours=5))
    assert not rate_limits.expired(RuleUsage(), FIRED)


def vm_usage(request_id: str, refused: Any = None) -> VmUsage:
    return VmUsage(vm=vm("vm-1"), rule="other", request_id=request_id, at=FIRED, refused=refused)


@pytest.mark.parametrize(
    ("before", "after_h", "code"),
    [
        (None, 0, None),
        (vm_usage("alert-1-0"), 1, None),
        (vm_usage("alert-1-0", "HoldRefused"), 1, "HoldRefused"),
        (vm_usage("alert-1-0", "HoldRefused"), 100, "HoldRefused"),
        (vm_usage("alert-9-9"), 5.9, "QuietPeriod"),
        (vm_usage("alert-0-9"), 5.9, "QuietPeriod"),
        (vm_usage("alert-9-9", "HoldExpired"), 5.9, "QuietPeriod"),
        (vm_usage("alert-9-9"), 6, None),
        (vm_usage("alert-9-9"), 7, None),
    ],
)
def test_a_vm_has_quiet_after_an_alert_and_the_same_alert_is_no_other(
    before: VmUsage | None, after_h: float, code: str | None
) -> None:
    found = rate_limits.against(before, RULE, wanted(1), FIRED + timedelta(hours=after_h))
    assert (found.code if found else None) == code
    assert found is None or found.outcome == "refused"


@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(0, 20), min_size=1, max_size=8), st.integers(0, 90),
            st.integers(0, 2), st.booleans(),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_whatever_comes_no_more_than_the_limit_begins_in_an_hour_by_itself(
    storms: list[tuple[list[int], int, int, bool]],
) -> None:
    known, now = RuleUsage(), FIRED
    began: dict[str, datetime] = {}
    for numbers, minutes, incident, decides in storms:
        now += timedelta(minutes=minutes)
        if rate_limits.expired(known, now) or (decides and known.hold):
            assert known.hold is not None
            ids = [each.request_id for each in known.hold.held if each.request_id]
            known, _ = rate_limits.decided(known, f"d{now}", ids, now, released=False)
            known = rate_limits.told(known, f"d{now}")
        asked = [wanted(number, incident) for number in numbers]
        known, decided = rate_limits.admit(known, RULE, asked, now, "a", HOLD_S)
        for each in decided:
            assert each.request_id is not None
            if each.outcome == "restore":
                began.setdefault(each.request_id, now)
    for at in began.values():
        within = [each for each in began.values() if at <= each < at + rate_limits.HOUR]
        assert len(within) <= RULE.restores_per_hour


@pytest.mark.parametrize(
    ("code", "by", "said"),
    [
        ("HoldExpired", None, "It was held, and nobody let it go in time."),
        ("HoldRefused", "ann", "It was held, and ann refused it."),
        ("HoldRefused", None, "It was held, and somebody refused it."),
    ],
)
def test_what_is_not_let_go_says_why(code: Any, by: str | None, said: str) -> None:
    found = rate_limits.refused(wanted(1), code, by)
    assert (found.outcome, found.code, found.released_by) == ("refused", code, by)
    assert found.text == said


def test_a_rule_knows_of_which_hold_people_were_told() -> None:
    known, _ = admit(RuleUsage(), *range(5))
    assert known.hold is not None
    others = [replace(known.hold, alert_id=alert(number)) for number in (0, 2)]
    assert not known.hold.is_told
    same = replace(known.hold, alert_id="".join(known.hold.alert_id))
    asked = rate_limits.asked(known, same)
    assert asked.hold == replace(known.hold, is_told=True)
    for other in others:
        assert rate_limits.asked(known, other) == known
        assert rate_limits.asked(RuleUsage(), other) == RuleUsage()


def test_a_decision_about_nothing_that_is_held_changes_nothing() -> None:
    known, _ = admit(RuleUsage(), *range(5))
    after, leaving = rate_limits.decided(known, "d1", ["alert-77-0"], FIRED, released=True)
    assert (after, leaving.held) == (known, ())
    after, leaving = rate_limits.decided(RuleUsage(), "d1", ["alert-77-0"], FIRED, released=True)
    assert (after, leaving.held) == (RuleUsage(), ())


def test_each_decision_is_known_by_its_own_id() -> None:
    known, _ = admit(RuleUsage(), *range(6))
    first, one = rate_limits.decided(known, "d2", ["alert-3-0"], FIRED, released=True)
    second, two = rate_limits.decided(first, "d1", ["alert-4-0"], FIRED, released=False)
    assert [each.request_id for each in two.held] == ["alert-4-0"]
    assert (one.is_released, two.is_released) == (True, False)
    again = "".join(("d", "1"))
    assert rate_limits.decided(second, again, [], FIRED, released=True) == (second, two)
    assert rate_limits.decided(second, "d2", [], FIRED, released=False) == (second, one)


def test_where_more_has_begun_than_the_rule_allows_now_the_rest_is_held() -> None:
    known, _ = admit(RuleUsage(), 1, 2, 3)
    assert admit(known, 4, rule=replace(RULE, restores_per_hour=2))[1] == ["held"]


def test_the_same_vm_is_held_for_the_alert_that_came_first() -> None:
    known, _ = admit(RuleUsage(), *range(6))
    _, decided = rate_limits.admit(known, RULE, [wanted(5, 1)], FIRED, "b", HOLD_S)
    assert decided[0].request_id == "alert-5-0"
    assert decided[0].request == wanted(5).request


@pytest.mark.parametrize(
    ("count", "outcome"), [(999, "held"), (1000, "refused"), (1001, "refused")]
)
def test_of_a_rule_as_many_are_held_as_a_vault_protects(count: int, outcome: str) -> None:
    held = tuple(wanted(number) for number in range(count))
    hold = rate_limits.Hold(since=FIRED, until=FIRED, alert_id=alert(), held=held)
    assert admit(RuleUsage(hold=hold), 5000)[1] == [outcome]


def test_of_a_decision_that_cannot_be_carried_out_nothing_leaves_the_hold() -> None:
    known, _ = admit(RuleUsage(), *range(5))
    after, leaving = rate_limits.decided(
        known, "d1", ["alert-3-0"], FIRED, released=True, stays=True
    )
    assert after == known
    assert [each.request_id for each in leaving.held] == ["alert-3-0"]
