"""What a rule holds is told once, and let go, refused or expired: once, and noted of its VM."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from activities import alert_counting, alert_releases
from restore.alerts.decision import AlertDecision
from restore.alerts.record import AlertRecord, Release
from restore.messages import names, rejection
from storage import alert_usage, alerts
from storage.ledger import Ledger
from tests.alert_samples import DISKS, FIRED, restore_rules, rule, vm
from tests.fakes import log
from tests.fakes.storage import MemoryDocuments

HOUR = timedelta(hours=1)
UNTIL = FIRED + 4 * HOUR
RULES = restore_rules(rules=[rule(name="a", restoresPerHour=0), rule(name="b", restoresPerHour=0)])


class Outbox:
    """Keeps what is published."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def publish(self, event: dict[str, Any]) -> None:
        self.sent.append(event)


@pytest.fixture
def documents() -> MemoryDocuments:
    return MemoryDocuments()


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


def hold(documents: MemoryDocuments, *numbers: int, name: str = "a", hours: float = 0) -> None:
    wanted = [
        AlertDecision(
            outcome="restore",
            rule=name,
            request_id=f"alert-{number}",
            request=DISKS
            | {"requestId": f"alert-{number}", "sourceResourceId": vm(f"vm-{number}")},
        )
        for number in numbers
    ]
    now = FIRED + hours * HOUR
    alert_counting.begin(Ledger(documents), RULES, wanted, now, f"storm-{name}")


def release(*numbers: int, decision: Any = "approved", by: str | None = "ann") -> Release:
    ids = tuple(f"alert-{number}" for number in numbers)
    return Release(rule="a", decision=decision, request_ids=ids, by=by)


def decide(
    documents: MemoryDocuments, wanted: Release, hours: float = 1, why_not: str | None = None
) -> list[tuple[str | None, str, str | None]]:
    now = FIRED + hours * HOUR
    found = alert_releases.decide(documents, "d1", wanted, now, why_not)
    return [(each.request_id, each.outcome, each.code) for each in found]


def held(documents: MemoryDocuments, name: str = "a") -> list[str | None]:
    known = alert_usage.rule(documents, name).hold
    return [each.request_id for each in known.held] if known else []


def refused(documents: MemoryDocuments, number: int) -> str | None:
    known = alert_usage.vm(documents, vm(f"vm-{number}"))
    assert known is not None
    return known.refused


def test_what_a_person_lets_go_is_restored_and_the_rest_stays(documents: MemoryDocuments) -> None:
    hold(documents, 1, 2, 3)
    assert decide(documents, release(1, 3)) == [
        ("alert-1", "restore", None), ("alert-3", "restore", None),
    ]  # fmt: skip
    assert held(documents) == ["alert-2"]
    assert [refused(documents, number) for number in (1, 2, 3)] == [None, None, None]


@pytest.mark.parametrize(("by", "who"), [("ann", "ann"), (None, "somebody unknown")])
def test_it_says_who_has_let_it_go(documents: MemoryDocuments, by: str | None, who: str) -> None:
    hold(documents, 1)
    (found,) = alert_releases.decide(documents, "d1", release(1, by=by), FIRED, None)
    assert (found.text, found.released_by) == (f"It was held, and {who} let it go.", by)


def test_the_same_decision_again_is_the_same(documents: MemoryDocuments) -> None:
    hold(documents, 1, 2)
    first = decide(documents, release(1))
    assert decide(documents, release(1)) == first
    assert len(alert_usage.rule(documents, "a").begun) == 1


def test_what_is_refused_is_noted_of_its_vm(documents: MemoryDocuments) -> None:
    hold(documents, 1, 2)
    assert decide(documents, release(1, decision="refused")) == [
        ("alert-1", "refused", "HoldRefused"),
    ]
    assert (refused(documents, 1), refused(documents, 2)) == ("HoldRefused", None)
    assert held(documents) == ["alert-2"]


@pytest.mark.parametrize(("decision", "hours"), [("expired", 4), ("approved", 4), ("approved", 5)])
def test_what_comes_too_late_has_expired(
    documents: MemoryDocuments, decision: str, hours: float
) -> None:
    hold(documents, 1)
    wanted = release(1, decision=decision)
    assert decide(documents, wanted, hours) == [("alert-1", "refused", "HoldExpired")]
    assert refused(documents, 1) == "HoldExpired"


def test_just_in_time_is_in_time(documents: MemoryDocuments) -> None:
    hold(documents, 1)
    assert decide(documents, release(1), 3.999) == [("alert-1", "restore", None)]


@pytest.mark.parametrize("decision", ["approved", "refused", "expired"])
def test_while_alerts_are_stopped_nothing_is_let_go(
    documents: MemoryDocuments, decision: str
) -> None:
    hold(documents, 1)
    found = decide(documents, release(1, decision=decision), why_not="It is stopped.")
    codes = {"approved": "AlertsStopped", "refused": "HoldRefused", "expired": "HoldExpired"}
    assert found == [("alert-1", "refused", codes[decision])]
    expected = None if decision == "approved" else codes[decision]
    assert refused(documents, 1) == expected


def test_what_is_not_held_is_said_unless_nobody_asked(documents: MemoryDocuments) -> None:
    hold(documents, 1)
    assert decide(documents, release(1, 9, 8)) == [
        ("alert-1", "restore", None),
        ("alert-8", "refused", "NotHeld"),
        ("alert-9", "refused", "NotHeld"),
    ]
    other = MemoryDocuments()
    hold(other, 1)
    assert decide(other, release(1, 9, decision="expired"), 4) == [
        ("alert-1", "refused", "HoldExpired"),
    ]
    assert decide(MemoryDocuments(), release(7, decision="refused")) == [
        ("alert-7", "refused", "NotHeld"),
    ]


def test_a_rule_remembers_a_decision_until_its_record_tells_it(documents: MemoryDocuments) -> None:
    hold(documents, 1, 2)
    wanted = release(1)
    alert_id = rejection.id_of(FIRED, "d1")
    for of_it in (None, wanted):
        record = AlertRecord(id=alert_id, way="app", received_at=FIRED, release=of_it)
        alerts.keep(documents, record)
        kept = alerts.read(documents, alert_id)
        assert kept is not None
        if of_it is None:
            alert_releases.write(documents, kept, replace(record, judged_at=FIRED))
            documents.remove(f"{names.ALERTS}{alert_id}")
            continue
        decisions = alert_releases.decide(documents, alert_id, wanted, FIRED, None)
        assert len(alert_usage.rule(documents, "a").leaving) == 1
        alert_releases.write(documents, kept, replace(record, decisions=decisions))
        assert alert_usage.rule(documents, "a").leaving == ()
        after = alerts.read(documents, alert_id)
        assert after is not None
        assert after.record.decisions == decisions


def test_people_are_told_of_each_hold_once(documents: MemoryDocuments, outbox: Outbox) -> None:
    hold(documents, 1, 2)
    hold(documents, 3, name="b")
    for _ in range(2):
        alert_releases.ask(documents, outbox)  # type: ignore[arg-type]
    assert [event["data"]["rule"] for event in outbox.sent] == ["a", "b"]
    first = outbox.sent[0]
    assert first["type"] == "azure-vm-restore.restores-held.v1"
    assert first["data"]["held"] == 2
    assert first["data"]["vms"] == [vm("vm-1"), vm("vm-2")]
    assert first["data"]["until"] == "2026-11-23T06:55:10Z"
    assert first["data"]["decideAt"] == "/api/holds/a/decision"
    assert first["data"]["requestId"] is None


def test_an_event_names_two_hundred_vms_at_most(documents: MemoryDocuments, outbox: Outbox) -> None:
    hold(documents, *range(202))
    alert_releases.ask(documents, outbox)  # type: ignore[arg-type]
    (event,) = outbox.sent
    assert (event["data"]["held"], len(event["data"]["vms"])) == (202, 200)


def test_what_nobody_decided_about_in_time_expires_with_a_record(
    documents: MemoryDocuments, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    log.listen(caplog)
    hold(documents, 1, name="b", hours=1)
    hold(documents, 2, 3, name="a")
    alert_releases.revive(documents, outbox, UNTIL - timedelta(seconds=1))  # type: ignore[arg-type]
    assert (held(documents, "a"), held(documents, "b")) == (["alert-2", "alert-3"], ["alert-1"])
    assert len(outbox.sent) == 2, "their alert died before it told of them"
    alert_releases.revive(documents, outbox, UNTIL)  # type: ignore[arg-type]
    assert (held(documents, "a"), held(documents, "b")) == ([], ["alert-1"])
    made = rejection.id_of(UNTIL, "expired-a")
    kept = alerts.read(documents, made)
    assert kept is not None
    assert (kept.record.way, kept.record.received_at) == ("app", UNTIL)
    assert kept.record.judged_at == UNTIL
    assert kept.record.release == Release(
        rule="a", decision="expired", request_ids=("alert-2", "alert-3")
    )
    assert [each.code for each in kept.record.decisions] == ["HoldExpired"] * 2
    assert alerts.note_of(documents, made) is None
    assert alert_usage.rule(documents, "a").leaving == ()
    assert [refused(documents, number) for number in (1, 2, 3)] == [
        None, "HoldExpired", "HoldExpired",
    ]  # fmt: skip
    alert_releases.revive(documents, outbox, UNTIL + HOUR)  # type: ignore[arg-type]
    assert held(documents, "b") == []
    assert len(outbox.sent) == 2
    lines = log.lines(caplog, "alert-judged")
    assert [line["text"] for line in lines] == ["its hold has expired"] * 2
    assert lines[0]["instanceId"] == names.alert_instance_id(made)


def test_an_end_that_was_cut_short_is_gone_on_with(
    documents: MemoryDocuments,
) -> None:
    hold(documents, 1)
    assert alert_releases.end_expired(documents, "a", UNTIL - timedelta(seconds=1)) is None
    assert alert_releases.end_expired(documents, "b", UNTIL) is None
    made = alert_releases.end_expired(documents, "a", UNTIL)
    assert made == rejection.id_of(UNTIL, "expired-a")
    before = alerts.read(documents, str(made))
    hold(documents, 2)
    known = alert_usage.rule(documents, "a").hold
    assert known is not None
    alert_usage.change_rule(
        documents, "a", lambda usage: (replace(usage, hold=replace(known, until=UNTIL)), None)
    )
    alert_releases.end_expired(documents, "a", UNTIL)
    assert alerts.read(documents, str(made)) == before, "what is judged is not judged again"
