"""Alerts come in by HTTP and by the queue, are recorded first, and restore what the rules say."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from activities import judge_alert, start_alerted
from restore.alerts import recognising
from restore.alerts.decision import AlertDecision
from restore.alerts.record import AlertRecord
from restore.alerts.restore_rules import RestoreRules
from restore.messages import names
from restore.messages.errors import ServiceUnavailable
from restore.messages.ledger_entry import LedgerEntry
from restore.settings import Settings
from storage import alerts
from tests import alert_samples as samples
from tests.alert_samples import FIRED, common, rule, vm
from tests.fakes import callers
from tests.fakes.alert_door import AlertDoor
from tests.fakes.app_harness import AppHarness


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness(restore_rules=samples.restore_rules()).open() as world:
        yield world


@pytest.fixture
def door(harness: AppHarness) -> AlertDoor:
    return AlertDoor(harness)


def decisions(door: AlertDoor, alert_id: str) -> list[dict[str, Any]]:
    shown = door.show(alert_id).body
    assert shown["state"] == "judged"
    found: list[dict[str, Any]] = shown["decisions"]
    return found


def judged(harness: AppHarness, door: AlertDoor, alert: Any) -> list[dict[str, Any]]:
    taken = door.post(alert)
    assert taken.status == 202
    assert taken.body["headers"]["location"] == f"/api/alerts/{taken.body['alertId']}"
    harness.run_for(30)
    return decisions(door, taken.body["alertId"])


def test_an_alert_is_recorded_answered_and_restored_behind(
    harness: AppHarness, door: AlertDoor
) -> None:
    taken = door.post(common())
    assert taken.status == 202
    assert door.show(taken.body["alertId"]).body["state"] == "received"
    assert harness.calls() == [], "nothing was asked of Azure yet"
    harness.run_for(3600)
    (decision,) = decisions(door, taken.body["alertId"])
    assert (decision["outcome"], decision["rule"]) == ("restore", "disks")
    assert harness.verdict(decision["requestId"]).verdict == "Completed"
    held = harness.ledger.read(decision["requestId"])
    assert held is not None
    assert (held.entry.source, held.entry.asked_by) == ("alert", None)
    assert held.entry.alerted is not None
    assert held.entry.alerted.rule == "disks"
    assert harness.sent("accepted")[0]["alert"]["alertRule"] == "vm-gone"


@pytest.mark.parametrize(
    "alert",
    [
        samples.deleted("web-01"), samples.alertmanager(), samples.grafana(), samples.pagerduty(),
        samples.datadog(), samples.health_event("Unavailable"), [samples.log_alert(vm())],
        samples.logic_apps(common()),
    ],
)  # fmt: skip
def test_every_shape_restores(harness: AppHarness, door: AlertDoor, alert: Any) -> None:
    (decision,) = judged(harness, door, alert)
    harness.run_for(3600)
    assert harness.verdict(decision["requestId"]).verdict == "Completed"


def test_the_same_alert_five_times_is_one_restore_and_the_next_incident_another(
    harness: AppHarness,
) -> None:
    harness.restore_rules = samples.restore_rules(rules=[rule(quietPeriod="PT0S")])
    with harness.open():
        door = AlertDoor(harness)
        first = judged(harness, door, common())
        outcomes = [judged(harness, door, common())[0] for _ in range(4)]
        assert {each["outcome"] for each in outcomes} == {"repeated"}
        assert {each["requestId"] for each in outcomes} == {first[0]["requestId"]}
        (following,) = judged(harness, door, common(fired=FIRED + timedelta(minutes=2)))
        assert following["outcome"] == "restore"
        harness.run_for(3 * 3600)
        assert len(harness.posts()) == 2


def test_by_queue_and_http_at_once_it_is_one_restore(harness: AppHarness, door: AlertDoor) -> None:
    door.drop(common(), "m1")
    door.drop(common(), "m1")
    door.drop(base64.b64encode(json.dumps(common()).encode()), "m2")
    door.post(common())
    harness.run_for(3600)
    assert len(harness.posts()) == 1
    listed = door.list().body["value"]
    assert len(listed) == 3, "a message delivered twice is recorded once"
    assert {each["way"] for each in listed} == {"http", "queue"}


@pytest.mark.parametrize(
    ("alert", "code"),
    [
        (common(monitorCondition="Resolved"), "AlertResolved"),
        (samples.resource_health("Available"), "AlertResolved"),
        (samples.activity_log("Started"), "AlertStateUnknown"),
        (common(fired=FIRED - timedelta(hours=2)), "AlertTooOld"),
        (common(fired=FIRED + timedelta(hours=2)), "AlertFromFuture"),
        (common("/subscriptions/x"), "TargetNotVm"),
        (common(vm(group=samples.RESTORED)), "NoRule"),
        (common(alertId=None), "AlertIncomplete"),
    ],
)
def test_what_is_no_alert_of_now_is_recorded_and_nothing_is_done(
    harness: AppHarness, door: AlertDoor, alert: Any, code: str
) -> None:
    (decision,) = judged(harness, door, alert)
    assert decision["code"] == code
    harness.run_for(3600)
    assert harness.posts() == []


@pytest.mark.parametrize(
    ("alert", "status", "code"),
    [
        (b"{nonsense", 400, "AlertNotUnderstood"),
        ({"a": 1}, 400, "AlertNotUnderstood"),
        ({"recoveryType": "RestoreDisks"}, 400, "AlertNotUnderstood"),
        (b'"' + b"x" * 300_000 + b'"', 413, "AlertTooLarge"),
        (common(*[f"/{number}" for number in range(10_000)]), 400, "TooManyTargets"),
    ],
)
def test_what_no_rule_can_read_is_refused_at_once_and_recorded(
    harness: AppHarness, door: AlertDoor, alert: Any, status: int, code: str
) -> None:
    refused = door.post(alert)
    assert (refused.status, refused.body["code"]) == (status, code)
    shown = door.show(refused.body["alertId"]).body
    assert shown["decisions"][0]["code"] == code
    assert shown["original"]
    alert_id = names.alert_instance_id(refused.body["alertId"])
    assert harness.driver.client.get(alert_id) is None, "nothing is left to judge"
    harness.run_for(60)
    assert harness.posts() == []
    door.drop(alert)
    (line, _) = door.list().body["value"]
    assert line["decisions"] == {"refused": 1}


def test_a_dry_run_says_what_would_be_and_leaves_nothing(
    harness: AppHarness, door: AlertDoor
) -> None:
    before = dict(harness.documents.kept)
    tried = door.post(common(vm(), vm("db-01"), "/x"), dryRun="true")
    assert tried.status == 200
    assert [each["outcome"] for each in tried.body["decisions"]] == [
        "restore", "restore", "refused",
    ]  # fmt: skip
    assert tried.body["decisions"][0]["request"]["recoveryType"] == "RestoreDisks"
    harness.run_for(3600)
    assert harness.documents.kept == before
    assert harness.posts() == []


def test_a_dry_run_knows_what_was_restored(harness: AppHarness, door: AlertDoor) -> None:
    judged(harness, door, common())
    (again,) = door.post(common(), dryRun="true").body["decisions"]
    assert again["outcome"] == "repeated"
    (other,) = door.post(common(alert="a2"), dryRun="true").body["decisions"]
    assert other["code"] == "QuietPeriod"


@pytest.mark.parametrize("params", [{"dryRun": "yes"}, {"dryRun": ""}])
def test_a_word_misspelled_restores_nothing(
    harness: AppHarness, door: AlertDoor, params: dict[str, Any]
) -> None:
    assert door.post(common(), **params).status == 400
    harness.run_for(60)
    assert harness.documents.kept == {}


def test_a_word_in_another_case_is_the_same(door: AlertDoor) -> None:
    assert "decisions" in door.post(common(), dryrun="TRUE", code="k").body


def test_without_storage_nothing_is_taken(harness: AppHarness, door: AlertDoor) -> None:
    def fail(name: str) -> None:
        raise ServiceUnavailable("no", code="Busy")

    harness.documents.before_write = fail
    assert door.post(common()).status == 503
    with pytest.raises(ServiceUnavailable):
        door.drop(common())


def test_an_alert_whose_orchestration_did_not_start_is_judged_by_the_reconciler(
    harness: AppHarness, door: AlertDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no(*_: Any, **__: Any) -> None:
        raise RuntimeError("no engine")

    with monkeypatch.context() as patched:
        patched.setattr(harness.driver.client, "start_new", no)
        taken = door.post(common())
    assert taken.status == 202
    harness.run_for(120)
    harness.reconcile()
    harness.run_for(3600)
    assert decisions(door, taken.body["alertId"])[0]["outcome"] == "restore"
    assert len(harness.posts()) == 1


def test_an_alert_is_recorded_whatever_reading_it_dies_of(
    harness: AppHarness, door: AlertDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:

        def fail(*_: Any) -> None:
            raise RuntimeError("a bug of ours")

        broken.setattr(recognising, "alerts_of", fail)
        taken = door.post(common())
        door.drop(common(vm("web-02")))
    assert taken.status == 202
    assert {line["state"] for line in door.list().body["value"]} == {"received"}
    harness.run_for(3600)
    assert len(harness.posts()) == 2, "the next build reads them"


def give_up(harness: AppHarness) -> None:
    """Let the reconciler come by until it starts an alert no more."""
    for _ in range(5):
        harness.run_for(3600)
        harness.reconcile()


def test_an_alert_that_cannot_be_judged_is_told_to_be_so(
    harness: AppHarness, door: AlertDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(judge_alert, "_decisions", fail)
    taken = door.post(common())
    give_up(harness)
    assert [each["code"] for each in decisions(door, taken.body["alertId"])] == ["AlertNotJudged"]
    assert alerts.open_page(harness.documents, None).alert_ids == ()


def test_restores_that_cannot_be_started_are_told_to_be_so(
    harness: AppHarness, door: AlertDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = start_alerted._accept

    def fail(record: AlertRecord, decision: AlertDecision) -> LedgerEntry | None:
        if "web-01" in decision.vm_id:
            raise RuntimeError("a bug of ours")
        return whole(record, decision)

    monkeypatch.setattr(start_alerted, "_accept", fail)
    taken = door.post(common(vm("web-01"), vm("web-02")))
    give_up(harness)
    first, second = decisions(door, taken.body["alertId"])
    assert (first["outcome"], first["code"]) == ("refused", "AlertNotStarted")
    assert second["outcome"] == "restore"
    assert harness.verdict(second["requestId"]).verdict == "Completed"


@pytest.mark.parametrize("rules", [None, samples.restore_rules()])
@pytest.mark.parametrize("alert", [common(), b"{nonsense"])
def test_while_a_setting_is_wrong_alerts_are_recorded_and_nothing_is_judged(
    harness: AppHarness, rules: RestoreRules | None, alert: Any
) -> None:
    door = AlertDoor(harness, Settings(problems=("RESTORE_KEEP_D is wrong.",), restore_rules=rules))
    taken = door.post(alert)
    assert taken.status == 202
    harness.run_for(60)
    assert door.show(taken.body["alertId"]).body["state"] == "received"
    assert door.post(common(), dryRun="true").status == 503


def test_a_binary_cloud_event_is_read_by_its_headers(harness: AppHarness, door: AlertDoor) -> None:
    event = samples.deleted(cloud=True)
    headers = {f"ce-{name}": event[name] for name in ("id", "source", "type", "time", "subject")}
    taken = door.post(event["data"], headers=headers | {"ce-specversion": "1.0"})
    harness.run_for(30)
    assert decisions(door, taken.body["alertId"])[0]["outcome"] == "restore"


def test_every_alert_is_listed_the_newest_first_and_by_what_it_became(
    harness: AppHarness, door: AlertDoor
) -> None:
    judged(harness, door, common())
    harness.run_for(60)
    judged(harness, door, samples.alertmanager("db-01", status="resolved"))
    lines = door.list().body["value"]
    assert [each["source"] for each in lines] == ["alertmanager", "azure-monitor"]
    assert lines[1]["decisions"] == {"restore": 1}
    assert lines[1]["rule"] == "disks"
    assert [each["id"] for each in door.list(rule="disks").body["value"]] == [lines[1]["id"]]
    first = door.list(top="1").body
    assert len(first["value"]) == 1
    assert (
        door.list(top="1", continuationToken=first["continuationToken"]).body["value"][0]
        == (lines[1])
    )
    assert door.list(way="carrier").status == 400


def test_what_came_is_shown_without_secrets(harness: AppHarness, door: AlertDoor) -> None:
    alert = common(description="see https://x.example/?sig=" + "a1B2" * 12)
    taken = door.post(alert)
    shown = door.show(taken.body["alertId"]).body
    assert "sig=a1B2" not in shown["original"]
    assert "vm-gone" in shown["original"]


@pytest.mark.parametrize("alert_id", ["nobody", "..", "a/b", "x" * 200])
def test_an_alert_that_was_never_recorded_is_unknown(door: AlertDoor, alert_id: str) -> None:
    assert (door.show(alert_id).status, door.show(alert_id).body["code"]) == (404, "AlertNotFound")


def test_a_request_id_that_stands_for_somebody_elses_restore_starts_none(
    harness: AppHarness, door: AlertDoor
) -> None:
    (would,) = door.post(common(), dryRun="true").body["decisions"]
    harness.ask(would["request"])
    (decision,) = judged(harness, door, common())
    assert (decision["outcome"], decision["code"]) == ("refused", "RequestIdReused")


def test_an_alert_that_was_recorded_is_shown_with_its_state(
    harness: AppHarness, door: AlertDoor
) -> None:
    taken = door.post(samples.common())
    harness.run_for(60)
    reply = door.show(taken.body["alertId"])
    assert (reply.status, reply.body["state"]) == (200, "judged")


@pytest.mark.parametrize("who", ["ann", None])
def test_who_sends_an_alert_is_recorded_where_that_is_known(
    door: AlertDoor, who: str | None
) -> None:
    taken = door.post(common(), headers=callers.headers(who))
    assert door.show(taken.body["alertId"]).body.get("by") == callers.shown(who)


def test_of_several_that_are_no_alerts_the_first_is_answered(door: AlertDoor) -> None:
    refused = door.post([{"a": 1}, {"recoveryType": "RestoreDisks"}])
    assert (refused.status, refused.body["code"]) == (400, "AlertNotUnderstood")
    assert refused.body["detail"].startswith("This is no alert that the app knows")
    shown = door.show(refused.body["alertId"]).body["decisions"]
    assert [each["text"].partition(",")[0] for each in shown] == [
        "This is no alert that the app knows",
        "This is a restore request: send it to POST /api/restores",
    ]


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 413)])
def test_a_dry_run_reads_192_kb_and_no_more(door: AlertDoor, more: int, status: int) -> None:
    around = b'{"a": "%s"}'
    tried = door.post(around % (b"x" * (192 * 1024 - len(around) + 2 + more)), dryRun="true")
    assert tried.status == status
    if status == 413:
        assert tried.body["code"] == "AlertTooLarge"
        assert tried.body["detail"] == "The app reads at most 192 KB of alerts."


@pytest.mark.parametrize(
    ("body", "data"),
    [(b"\xff", {"data_base64": "/w=="}), (b'{"a": 1}', {"data": {"a": 1}})],
)
def test_a_binary_cloud_event_is_kept_as_one_event(
    door: AlertDoor, body: bytes, data: dict[str, Any]
) -> None:
    event = {"specversion": "1.0", "id": "e1", "source": "s", "type": "t"}
    headers = {f"ce-{name}": text for name, text in event.items()}
    taken = door.post(body, headers=headers)
    assert json.loads(door.show(taken.body["alertId"]).body["original"]) == event | data
