"""Whatever shape an alert comes in, it becomes one; and what is none is told by its name."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from restore.alerts import alert, custom_senders, grid_events, recognising
from restore.alerts.alert import Alert
from restore.alerts.restore_rules import Firing, Mapping
from tests import alert_samples as samples

MAPPINGS = samples.restore_rules().mappings


def alerts(value: Any) -> tuple[Alert, ...]:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return recognising.alerts_of(body, MAPPINGS)


def the_alert(value: Any) -> Alert:
    (found,) = alerts(value)
    return found


SHAPES: dict[str, tuple[Any, str]] = {
    "a metric alert": (samples.common(), "azure-monitor"),
    "Resource Health": (samples.resource_health("Unavailable"), "azure-monitor"),
    "Activity Log": (samples.activity_log("Succeeded"), "azure-monitor"),
    "a log alert by its rows": (samples.log_alert(samples.vm()), "azure-monitor"),
    "Event Grid, a VM's health": (samples.health_event("Unavailable", cloud=False), "event-grid"),
    "a CloudEvent, a VM's health": (samples.health_event("Unavailable"), "cloud-events"),
    "Event Grid, a deletion": (samples.deleted(), "event-grid"),
    "a CloudEvent, a deletion": (samples.deleted(cloud=True), "cloud-events"),
    "an alert in an event": (samples.grid_event("x", samples.common()), "azure-monitor"),
    "an alert in a CloudEvent": (samples.cloud_event("x", samples.common()), "azure-monitor"),
    "Logic Apps": (samples.logic_apps(samples.common()), "azure-monitor"),
    "a list of one": ([samples.common()], "azure-monitor"),
    "Alertmanager": (samples.alertmanager(), "alertmanager"),
    "Grafana": (samples.grafana(), "grafana"),
    "PagerDuty": (samples.pagerduty(), "pagerduty"),
    "Datadog": (samples.datadog(), "datadog"),
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("encoded", [False, True])
def test_every_shape_is_one_alert_with_vm_and_time(name: str, encoded: bool) -> None:
    value, source = SHAPES[name]
    body = json.dumps(value).encode()
    found = the_alert(base64.b64encode(body) if encoded else body)
    assert (found.source, found.state, found.fault) == (source, "fired", None)
    assert [each.lower() for each in found.targets] == [samples.vm().lower()]
    assert found.id is not None
    assert found.rule is not None
    assert found.fired_at is not None
    assert abs(found.fired_at - samples.FIRED) < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (samples.common(monitorCondition="Resolved"), "resolved"),
        (samples.common(monitorCondition="Odd"), "unknown"),
        (samples.common(monitorCondition=None), "unknown"),
        (samples.common(monitorCondition="Acknowledged"), "unknown"),
        (samples.common(monitorCondition="Zzz"), "unknown"),
        (samples.common(monitoringService=None), "fired"),
        (samples.common(monitoringService="VM Insights - Health"), "fired"),
        (samples.resource_health("Available"), "resolved"),
        (samples.resource_health("Degraded"), "fired"),
        (samples.resource_health("Unknown"), "unknown"),
        (samples.activity_log("Started"), "unknown"),
        (samples.activity_log("Failed"), "unknown"),
        (samples.activity_log("Zzz"), "unknown"),
        (samples.health_event("Available"), "resolved"),
        (samples.health_event("Unknown"), "unknown"),
        (samples.cloud_event("com.example.backup.done", {}), "unknown"),
        (samples.health_event("Unavailable") | {"type": "com.example.health"}, "unknown"),
        (samples.health_event("Unavailable") | {"source": "/a"}, "fired"),
        (samples.grid_event("Microsoft.Resources.ResourceWriteSuccess", {}), "unknown"),
        (samples.alertmanager(status="resolved"), "resolved"),
        (samples.alertmanager(status="suppressed"), "unknown"),
        (samples.pagerduty("incident.resolved"), "resolved"),
        (samples.pagerduty("incident.acknowledged"), "unknown"),
        (samples.datadog("Recovered"), "resolved"),
        (samples.datadog("No data"), "unknown"),
    ],
)
def test_only_what_surely_fires_is_fired(value: Any, state: str) -> None:
    found = the_alert(value)
    assert found.state == state
    assert bool(found.why) == (state == "unknown")


def test_lists_and_groups_are_as_many_alerts() -> None:
    found = alerts([samples.common(), samples.alertmanager("web-01", "db-01"), samples.deleted()])
    assert [each.source for each in found] == [
        "azure-monitor", "alertmanager", "alertmanager", "event-grid",
    ]  # fmt: skip


def test_one_alert_may_have_many_targets_each_named_once() -> None:
    found = the_alert(samples.common(samples.vm(), samples.vm("db-01"), samples.vm().upper()))
    assert found.targets == (samples.vm().lower(), samples.vm("db-01").lower())


def test_a_log_alert_that_names_no_vm_keeps_what_it_names() -> None:
    (target,) = the_alert(samples.log_alert("logs")).targets
    assert target.endswith("workspaces/logs")


def test_labels_are_custom_properties_and_what_kind_of_alert_it_is() -> None:
    found = the_alert(samples.resource_health("Unavailable")).labels
    assert found["team"] == "web"
    assert found["monitoringService"] == "Resource Health"
    assert found["cause"] == "PlatformInitiated"
    assert the_alert(samples.alertmanager()).labels["severity"] == "critical"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "no alert that the app knows"),
        ("text", "JSON text"),
        (7, "no alert that the app knows"),
        ([], "The list of alerts is empty."),
        ([[[[[[]]]]]], "too many envelopes"),
        ({"schemaId": "AzureMonitorMetricAlert", "data": {}}, "Enable the common alert schema"),
        (samples.cloud_event("x", {}, source="/azure-vm-restore"), "an event of this app"),
        ({"recoveryType": "RestoreDisks"}, "This is a restore request"),
        ({"$content": "rubbish"}, "$content is neither JSON nor Base64 of JSON"),
        ({"receiver": "r", "groupKey": "g", "alerts": []}, "Nothing stands at /alerts"),
        ({"receiver": "r", "alerts": []}, "This is an alert of Alertmanager. No mapping"),
        (
            {"event_type": "x", "last_updated": "1", "org": {}},
            "This is an alert of Datadog. No mapping",
        ),
        (b"{nonsense", "neither JSON nor Base64 of JSON"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_alert_is_one_that_says_so(value: Any, said: str) -> None:
    if value == {"receiver": "r", "groupKey": "g", "alerts": []}:
        value = samples.alertmanager() | {"alerts": []}
    found = the_alert(value)
    assert found.fault is not None
    assert found.fault.code == "AlertNotUnderstood"
    assert said in found.fault.text
    assert found.state == "unknown"


def test_a_body_too_large_is_not_read() -> None:
    found = the_alert(json.dumps(samples.common()).encode().ljust(256 * 1024))
    assert found.fault is not None
    assert found.fault.code == "AlertTooLarge"
    assert "at most 192 KB" in found.fault.text


def test_ten_thousand_targets_are_refused_as_a_whole() -> None:
    many = [f"/vm-{number}" for number in range(10_000)]
    for value in (samples.common(*many), [samples.common(each) for each in many[:200]] * 6):
        body = json.dumps(value, separators=(",", ":")).encode()
        found = the_alert(body)
        assert found.fault is not None
        assert found.fault.code in ("TooManyTargets", "AlertTooLarge")
    exact = the_alert(samples.common(*many[: alert.TARGETS_MAX]))
    assert exact.fault is None
    assert len(exact.targets) == alert.TARGETS_MAX


@pytest.mark.parametrize("depth", [100_000])
def test_what_is_nested_for_ever_is_no_alert(depth: int) -> None:
    found = the_alert(b"[" * depth + b"]" * depth)
    assert found.fault is not None


@pytest.mark.parametrize(
    "essentials",
    [
        {"alertId": None}, {"alertId": ["a"]}, {"alertId": ""}, {"firedDateTime": "yesterday"},
        {"firedDateTime": "0001-01-01T00:00:00Z"}, {"firedDateTime": None},
        {"alertTargetIDs": None},
        {"alertTargetIDs": [7, None, " "]},
    ],
)  # fmt: skip
def test_what_is_missing_or_odd_is_absent(essentials: dict[str, Any]) -> None:
    found = the_alert(samples.common(**essentials))
    assert found.fault is None
    assert found.id is None or found.fired_at is None or found.targets == ()


@pytest.mark.parametrize("data", [None, [], "text", {"essentials": []}, {"essentials": None}])
def test_a_common_alert_without_its_parts_is_an_unknown_one(data: Any) -> None:
    found = the_alert({"schemaId": "azureMonitorCommonAlertSchema", "data": data})
    assert (found.state, found.targets) == ("unknown", ())


def test_a_secret_like_id_of_a_sender_is_kept_as_it_is() -> None:
    """It is compared, and shown to nobody."""
    odd = "sig=" + "Ab1" * 20
    assert the_alert(samples.common(alertId=odd)).id == odd


HEALTH = "Microsoft.ResourceNotifications.HealthResources.AvailabilityStatusChanged"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (HEALTH, True),
        (HEALTH.upper(), True),
        ("Microsoft.Resources.ResourceDeleteSuccess", True),
        ("com.example.backup.done", False),
        ("zzz", False),
        ("", False),
        (7, False),
        (None, False),
        (f"{HEALTH}\u0130", False),
    ],
)
def test_only_events_of_some_types_count_as_alerts(kind: Any, expected: bool) -> None:
    for make, schema in ((samples.cloud_event, "cloud-events"), (samples.grid_event, "event-grid")):
        event = make("x", {}) | {"type": kind, "eventType": kind}
        assert grid_events.is_known(event, schema) is expected


def test_an_event_is_about_what_its_data_names_before_its_subject() -> None:
    event = samples.health_event("Degraded")
    properties = event["data"]["resourceInfo"]["properties"]
    event["data"]["resourceUri"] = "/uri"
    event["subject"] = "/subject"
    found = [the_alert(event)]
    del properties["targetResourceId"]
    found.append(the_alert(event))
    del event["data"]["resourceUri"]
    found.append(the_alert(event))
    del event["subject"]
    found.append(the_alert(event))
    targets = [each.targets for each in found]
    assert targets == [(samples.vm(),), ("/uri",), ("/subject",), ()]


def test_an_event_tells_from_which_state_to_which() -> None:
    assert the_alert(samples.health_event("Unavailable")).labels == {
        "availabilityState": "Unavailable",
        "previousAvailabilityState": "Available",
    }
    assert the_alert(samples.deleted()).labels == {}


@pytest.mark.parametrize("data", [None, [], "text", {"resourceInfo": []}, {"resourceInfo": {}}])
def test_an_event_whose_data_is_odd_has_no_state(data: Any) -> None:
    found = the_alert(samples.cloud_event(HEALTH, data, subject=samples.vm()))
    assert (found.state, found.targets) == ("unknown", (samples.vm(),))


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (True, "fired"),
        (False, "resolved"),
        (1, "fired"),
        ("TRUE ", "fired"),
        (["x", True], "fired"),
        ([False, True], "fired"),
        (None, "unknown"),
        (1.5, "unknown"),
        ({}, "unknown"),
        ([], "unknown"),
    ],
)
def test_a_senders_state_may_be_a_word_a_number_or_a_truth(said: Any, state: str) -> None:
    firing = Firing(at="/state", values=("true", "1"), resolved=("False",))
    mapping = Mapping(name="m", has=("/state",), vm="/vm", time="/at", id="/id", firing=firing)
    found = custom_senders.alert_of({"state": said, "vm": "v", "id": 7}, mapping)
    assert (found.state, found.targets, found.id, found.source) == (state, ("v",), "7", "m")
    assert found.why == (
        "/state says neither that it fires nor that it is resolved" if state == "unknown" else ""
    )


def test_a_body_is_read_up_to_its_size() -> None:
    body = json.dumps(samples.common()).encode()
    assert the_alert(body.ljust(192 * 1024)).fault is None
    found = the_alert(body.ljust(192 * 1024 + 1))
    assert found.fault is not None
    assert f"has {192 * 1024 + 1} bytes" in found.fault.text


def test_alerts_without_a_target_count_as_one_each() -> None:
    nothing = samples.common(alertTargetIDs=[])
    body = {"schemaId": "x", "data": {}}
    assert len(alerts([nothing] * 100)) == 100
    mixed = [samples.common(*(f"/vm-{number}" for number in range(901)))] + [nothing] * 99
    assert len(alerts(mixed)) == 100
    found = the_alert([*mixed, nothing])
    assert found.fault is not None
    assert "names 1001 targets" in found.fault.text
    assert the_alert(body).fault is not None


def test_envelopes_stand_in_each_other_three_deep_at_most() -> None:
    assert the_alert([[[samples.common()]]]).fault is None
    found = the_alert([[[[samples.common()]]]])
    assert found.fault is not None
    assert "too many envelopes" in found.fault.text
    event = samples.cloud_event("x", samples.common())
    assert the_alert([[[event]]]).fault is None
    assert the_alert([[[[event]]]]).fault is not None
    wrapped = {"$content": json.dumps(samples.common())}
    assert the_alert([[wrapped]]).fault is None
    assert the_alert([[[wrapped]]]).fault is not None


@pytest.mark.parametrize(
    ("inside", "around", "is_read"),
    [("[[{}]]", 0, True), ("[[[{}]]]", 0, False), ("{}", 2, True), ("[{}]", 2, False)],
)
def test_what_stands_in_a_text_counts_as_deep_as_it_stands(
    inside: str, around: int, is_read: bool
) -> None:
    value: Any = {"$content": inside.format(json.dumps(samples.common()))}
    for _ in range(around):
        value = [value]
    assert (the_alert(value).fault is None) is is_read


@pytest.mark.parametrize(
    ("event", "source"),
    [
        ({"specversion": "1.0", "type": "x", "source": "/x"}, "cloud-events"),
        ({"eventType": "x", "eventTime": samples.text(samples.FIRED), "data": {}}, "event-grid"),
    ],
)
def test_an_event_may_have_no_more_than_its_schema_asks_for(
    event: dict[str, Any], source: str
) -> None:
    assert the_alert(event).source == source


def test_the_vm_that_an_alert_names_comes_before_those_of_its_rows() -> None:
    alert_of_rows = samples.log_alert(samples.vm("db-01"))
    alert_of_rows["data"]["essentials"]["alertTargetIDs"] = [samples.vm()]
    assert the_alert(alert_of_rows).targets == (samples.vm(),)


@pytest.mark.parametrize(
    ("body", "sender"),
    [
        (samples.alertmanager(), "alertmanager"),
        ([samples.datadog(), samples.pagerduty()], "datadog"),
        ([[samples.datadog()]], None),
        (samples.datadog() | {"recoveryType": "RestoreDisks"}, None),
        ({}, None),
        ([], None),
        (b"{nonsense", None),
    ],
)
def test_where_a_request_is_expected_an_alert_of_a_mapping_is_told_to_be_one(
    body: Any, sender: str | None
) -> None:
    text = body if isinstance(body, bytes) else json.dumps(body)
    problem = recognising.instead_of_request(text, MAPPINGS)
    assert (problem is not None) is (sender is not None)
    if problem is not None:
        assert problem.path == "$"
        assert problem.message == (
            f"is an alert of {sender!r}, a mapping of RESTORE_RULES, and is no restore request: "
            "alerts belong on the queue restore-alerts, or to POST /api/alerts"
        )
