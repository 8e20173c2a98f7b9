"""Alerts on each engine: recorded, judged and restored; a storm held; the switch thrown.

The rules are those of examples/alerts/rules.json, as `make run` has them. One test after the other
uses up the rule's hour.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from tests import alert_samples as samples
from tests.end_to_end.harness import END_S_MAX, HostHarness, vm

MARK = uuid.uuid4().hex[:6]


def now() -> datetime:
    return datetime.now(UTC)


def judged(harness: HostHarness, alert_id: str) -> list[dict[str, Any]]:
    def look() -> list[dict[str, Any]] | None:
        shown = harness.call_again("GET", f"alerts/{alert_id}").body
        return shown.get("decisions") if shown["state"] == "judged" else None

    found: list[dict[str, Any]] = harness.until(look, END_S_MAX, f"the judgement of {alert_id}")
    return found


def sent(harness: HostHarness, alert: Any) -> list[dict[str, Any]]:
    taken = harness.call("POST", "alerts", alert)
    assert taken.status == 202, taken.body
    return judged(harness, taken.body["alertId"])


def test_an_alert_by_http_is_one_restore_also_if_it_comes_five_times(harness: HostHarness) -> None:
    alert = samples.common(vm(), fired=now(), alert=f"a-{MARK}")
    decisions = [sent(harness, alert)[0] for _ in range(5)]
    assert [each["outcome"] for each in decisions] == ["restore", *["repeated"] * 4]
    view = harness.finished(decisions[0]["requestId"])
    assert (view["verdict"], view["source"]) == ("Completed", "alert")
    assert view["alert"]["alertRule"] == "vm-gone"


def test_an_event_on_the_queue_restores_a_deleted_vm_as_a_new_one(harness: HostHarness) -> None:
    event = samples.deleted("deleted-01") | {"id": f"e-{MARK}", "eventTime": samples.text(now())}
    harness.send(event, encode=True, queue_name="restore-alerts")

    def look() -> str | None:
        lines = harness.call_again("GET", "alerts?rule=rebuild-deleted").body["value"]
        return lines[0]["id"] if lines and lines[0]["state"] == "judged" else None

    alert_id = harness.until(look, END_S_MAX, "the event in the alert list")
    (decision,) = judged(harness, alert_id)
    view = harness.finished(decision["requestId"])
    assert (view["verdict"], view["recoveryType"]) == ("Completed", "AlternateLocation")


def test_a_resolved_alert_restores_nothing(harness: HostHarness) -> None:
    (decision,) = sent(harness, samples.common(vm(), fired=now(), monitorCondition="Resolved"))
    assert decision["code"] == "AlertResolved"


def test_a_storm_is_held_and_goes_on_where_a_person_says_so(harness: HostHarness) -> None:
    vms = [vm(f"storm-{MARK}-{number}") for number in range(8)] + [vm("db-01")]
    decisions = sent(harness, samples.common(*vms, fired=now(), alert=f"s-{MARK}"))
    outcomes = [each["outcome"] for each in decisions]
    assert outcomes == [*["restore"] * 4, *["held"] * 5], "the hour has had one before"
    assert harness.event("restores-held", None)["data"]["held"] == 5  # type: ignore[arg-type]
    (hold,) = harness.call("GET", "holds").body["value"]
    wanted = [each["vm"] for each in hold["held"] if each["vm"].endswith("db-01")]
    body = {"decision": "approve", "reason": "it is needed", "vms": wanted}
    taken = harness.call("POST", "holds/save-disks/decision", body)
    assert taken.status == 202, taken.body
    (released,) = judged(harness, taken.body["alertId"])
    assert harness.finished(released["requestId"])["verdict"] == "Completed"
    body = {"decision": "refuse", "reason": "a false alarm"}
    refused = harness.call("POST", "holds/save-disks/decision", body)
    assert {each["code"] for each in judged(harness, refused.body["alertId"])} == {"HoldRefused"}
    assert harness.call("GET", "holds").body["value"] == []


def test_the_switch_stops_and_resumes(harness: HostHarness) -> None:
    assert harness.call("POST", "alerts/stop", {"reason": "a storm"}).status == 200
    assert harness.call("GET", "health").body["checks"]["alerts"] == "stopped"
    (decision,) = sent(harness, samples.common(vm(), fired=now(), alert=f"b-{MARK}"))
    assert decision["code"] == "AlertsStopped"
    assert harness.call("POST", "alerts/resume", {"reason": "over"}).status == 200
    assert harness.call("GET", "health").body["checks"]["alerts"] == "ok"


def test_a_dry_run_says_what_would_be(harness: HostHarness) -> None:
    alert = samples.common(vm(), fired=now(), alert=f"c-{MARK}")
    tried = harness.call("POST", "alerts?dryRun=true", alert)
    assert tried.status == 200, tried.body
    assert tried.body["decisions"][0]["outcome"] in ("restore", "held")
    assert tried.body["decisions"][0]["request"]["recoveryType"] == "RestoreDisks"
