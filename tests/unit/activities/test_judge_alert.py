"""An alert is judged once: by the rules, the switch, the tags and what its rule has begun."""

import base64
import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from activities import clock, judge_alert, rules_in_force
from arm import connection as arm_connection
from restore.alerts.record import AlertRecord, Release, recorded
from restore.alerts.restore_rules import RestoreRules
from restore.messages import rejection
from restore.messages.alert_io import Judged
from restore.messages.errors import AccessDenied, NotFound
from restore.messages.model import Outcome
from restore.settings import Settings
from storage import alert_usage, alerts, connection
from storage.ledger import Ledger
from tests import alert_samples as samples
from tests.fakes import log
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments, MemoryEvents

ID = rejection.id_of(START, "m1")


class World:
    """An app with these rules, and VMs with tags."""

    def __init__(self, rules: RestoreRules) -> None:
        self.rules, self.events = rules, MemoryEvents()
        self.documents = MemoryDocuments()
        self.ledger = Ledger(self.documents, lambda: START)
        self.tags: dict[str, Any] = {}
        self.read: list[str] = []
        self.now = START

    def tags_of(self, vm_id: str) -> Any:
        self.read.append(vm_id)
        found = self.tags.get(vm_id, NotFound("No VM.", code="ResourceNotFound"))
        if isinstance(found, Exception):
            raise found
        return found

    def judge(self, settings: Settings | None = None, **order: Any) -> Judged:
        vms = SimpleNamespace(tags=self.tags_of)
        with ExitStack() as stack:
            stack.enter_context(connection.use(self.ledger, self.events))
            stack.enter_context(arm_connection.use(SimpleNamespace(vms=vms)))  # type: ignore[arg-type]
            stack.enter_context(clock.use(lambda: self.now))
            stack.enter_context(rules_in_force.use(self.rules))
            found = judge_alert.judge_alert({"alertId": ID} | order, settings or Settings())
        outcome = Outcome.from_json(found)
        assert outcome.kind == "done", outcome
        return Judged.from_json(outcome.value)

    def keep(self, *values: Any) -> None:
        body = json.dumps(list(values)).encode()
        alerts.keep(self.documents, recorded(ID, "http", START, body))

    def record(self) -> AlertRecord:
        kept = alerts.read(self.documents, ID)
        assert kept is not None
        return kept.record

    def decided(self) -> list[tuple[str, str | None]]:
        return [(each.outcome, each.code) for each in self.record().decisions]

    def is_open(self) -> bool:
        return alerts.note_of(self.documents, ID) is not None


@pytest.fixture
def worlds() -> Callable[..., World]:
    def made(*rules: dict[str, Any]) -> World:
        return World(samples.restore_rules(rules=[samples.rule(**each) for each in rules]))

    return made


Worlds = Callable[..., World]


def test_what_a_rule_wants_stays_open_until_it_is_started(
    worlds: Worlds, caplog: pytest.LogCaptureFixture
) -> None:
    log.listen(caplog)
    world = worlds({"when": {}})
    world.keep(samples.common(), samples.common(samples.vm("db-01"), monitorCondition="Resolved"))
    assert world.judge().counts == {"restore": 1, "ignored": 1}
    assert world.record().judged_at == START
    assert world.is_open()
    (line,) = log.lines(caplog, "alert-judged")
    assert line["text"] == "1 ignored, 1 restore"


def test_what_asks_for_nothing_is_closed(worlds: Worlds) -> None:
    world = worlds({"when": {}})
    world.keep(samples.common(monitorCondition="Resolved"))
    assert world.judge().counts == {"ignored": 1}
    assert not world.is_open()


def test_it_is_judged_once(worlds: Worlds) -> None:
    world = worlds({"when": {}})
    world.keep(samples.common())
    world.judge()
    first = world.record()
    world.rules = samples.restore_rules(rules=[samples.rule(when={"severities": ["Sev0"]})])
    assert world.judge().counts == {"restore": 1}
    assert world.record() == first


def test_an_alert_that_was_deleted_is_nothing(worlds: Worlds) -> None:
    assert worlds({"when": {}}).judge() == Judged()


def test_while_alerts_are_stopped_what_would_be_restored_is_refused(worlds: Worlds) -> None:
    world = worlds({"when": {}})
    world.keep(samples.common(), samples.common(samples.vm("db-01"), monitorCondition="Resolved"))
    world.judge(Settings(restore_alerts_stopped=True))
    assert [each[0] for each in world.decided()] == ["refused", "ignored"]
    assert world.decided()[0][1] == "AlertsStopped"
    assert "RESTORE_ALERTS_STOPPED" in world.record().decisions[0].text


def test_what_is_held_is_asked_for_at_once(worlds: Worlds) -> None:
    world = worlds({"when": {}, "name": "a", "restoresPerHour": 1})
    world.keep(samples.common(samples.vm(), samples.vm("db-01"), samples.vm("db-02")))
    assert world.judge().counts == {"restore": 1, "held": 2}
    kinds = [event["type"].split(".")[1] for event in world.events.sent]
    assert kinds == ["restores-held"]


def test_what_was_held_too_long_ends_before_more_of_its_rule_is_held(worlds: Worlds) -> None:
    world = worlds({"when": {}, "name": "a", "restoresPerHour": 0})
    world.keep(samples.common())
    world.judge()
    world.now = START + timedelta(hours=4)
    body = json.dumps(samples.common(samples.vm("db-01"), fired=world.now, alert="a2")).encode()
    other = rejection.id_of(START, "m2")
    alerts.keep(world.documents, recorded(other, "http", world.now, body))
    assert world.judge(alertId=other).counts == {"held": 1}
    ended = alerts.read(world.documents, rejection.id_of(world.now, "expired-a"))
    assert ended is not None
    assert [each.code for each in ended.record.decisions] == ["HoldExpired"]
    hold = alert_usage.rule(world.documents, "a").hold
    assert hold is not None
    assert [each.vm_id.rpartition("/")[2] for each in hold.held] == ["db-01"]


def test_where_nothing_is_held_nobody_is_asked(worlds: Worlds) -> None:
    world = worlds({"when": {}})
    world.keep(samples.common())
    world.judge()
    assert world.events.sent == []


def test_a_decision_of_a_person_is_judged_as_an_alert_is(worlds: Worlds) -> None:
    world = worlds({"when": {}, "name": "a", "restoresPerHour": 0})
    world.keep(samples.common())
    world.judge()
    (held,) = world.record().decisions
    release = Release(rule="a", decision="approved", request_ids=(str(held.request_id),))
    other = rejection.id_of(START, "m2")
    record = AlertRecord(id=other, way="app", received_at=START, release=release)
    alerts.keep(world.documents, record)
    assert world.judge(alertId=other).counts == {"restore": 1}
    assert alert_usage.rule(world.documents, "a").leaving == ()
    kept = alerts.read(world.documents, other)
    assert kept is not None
    assert kept.record.decisions[0].request_id == held.request_id


def test_a_dry_run_says_what_would_happen_and_writes_nothing(worlds: Worlds) -> None:
    world = worlds({"when": {}, "restoresPerHour": 1})
    body = json.dumps(samples.common(samples.vm(), samples.vm("db-01"))).encode()
    found = world.judge(body=base64.b64encode(body).decode())
    assert [each["outcome"] for each in found.decisions] == ["restore", "held"]
    assert found.counts == {}
    assert world.documents.kept == {}
    stopped = Settings(restore_alerts_stopped=True)
    found = world.judge(stopped, body=base64.b64encode(body).decode())
    assert [each["code"] for each in found.decisions] == ["AlertsStopped"] * 2


TAGGED = {"when": {"tags": {"restore": "auto"}}}


@pytest.mark.parametrize(
    ("tags", "outcome"),
    [
        ({"restore": "auto"}, "restore"),
        ({"restore": "never"}, "ignored"),
        (NotFound("No VM.", code="ResourceNotFound"), "ignored"),
        (AccessDenied("No.", code="Forbidden"), "refused"),
    ],
)
def test_a_rule_may_ask_for_tags(worlds: Worlds, tags: Any, outcome: str) -> None:
    world = worlds(TAGGED)
    world.tags[samples.vm().lower()] = tags
    world.keep(samples.common(samples.vm()))
    world.judge()
    assert [each[0] for each in world.decided()] == [outcome]
    assert len(world.read) == 1


@pytest.mark.parametrize(
    ("rules", "alert"),
    [
        ([{"when": {}}], samples.common()),
        ([{"when": {}, "name": "a"}, TAGGED], samples.common()),
        ([TAGGED], samples.common(monitorCondition="Resolved")),
        ([TAGGED], samples.common("/not/a/vm")),
        ([TAGGED], samples.common(alertTargetIDs=[])),
    ],
)
def test_tags_are_read_only_where_they_decide(
    worlds: Worlds, rules: list[dict[str, Any]], alert: Any
) -> None:
    world = worlds(*rules)
    world.keep(alert)
    world.judge()
    assert world.read == []


def test_a_vms_tags_are_read_once_and_of_fifty_vms_at_most(worlds: Worlds) -> None:
    world = worlds(TAGGED | {"restoresPerHour": 100})
    vms = [samples.vm(f"vm-{number}").lower() for number in range(52)]
    world.tags = {each: {"restore": "auto"} for each in vms}
    world.keep(samples.common(*vms, alert="a1"), samples.common(vms[0], alert="a2"))
    world.judge()
    assert world.read == vms[:50]
    outcomes = [each[0] for each in world.decided()]
    assert outcomes[:52] == ["restore"] * 50 + ["refused"] * 2


def test_the_same_alert_twice_in_one_body_is_decided_alike(worlds: Worlds) -> None:
    world = worlds({"when": {}, "restoresPerHour": 1})
    world.keep(samples.common(), samples.common())
    world.judge()
    one, other = world.record().decisions
    assert (one, one.outcome) == (other, "restore")
