"""Alerts as their senders shape them, written from what their documentation says of each field."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from restore.alerts import restore_rules_text
from restore.alerts.restore_rules import RestoreRules

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
APP = f"{SUBSCRIPTION}/resourceGroups/rg-app"
VAULTS = f"{SUBSCRIPTION}/resourceGroups/rg-vault/providers"
VAULT = f"{VAULTS}/Microsoft.RecoveryServices/vaults/vault-west"
STAGING = f"{VAULTS}/Microsoft.Storage/storageAccounts/stagingwest"
RESTORED = f"{SUBSCRIPTION}/resourceGroups/rg-restored"
NET = f"{RESTORED}/providers/Microsoft.Network/virtualNetworks/vnet-restored"
FIRED = datetime(2026, 11, 23, 2, 55, 10, 371321, tzinfo=UTC)
"""Five minutes before the harness's world begins."""


def vm(name: str = "web-01", group: str = APP) -> str:
    """Return the id of a VM."""
    return f"{group}/providers/Microsoft.Compute/virtualMachines/{name}"


def text(time: datetime) -> str:
    """Return a time as Azure writes it: seven digits."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "3Z"


def common(
    *targets: str, fired: datetime = FIRED, alert: str = "a1", **essentials: Any
) -> dict[str, Any]:
    """Return an alert in Azure Monitor's common schema, of a metric if nothing else is said."""
    known = {
        "alertId": f"{SUBSCRIPTION}/providers/Microsoft.AlertsManagement/alerts/{alert}",
        "alertRule": "vm-gone",
        "severity": "Sev1",
        "signalType": "Metric",
        "monitorCondition": "Fired",
        "monitoringService": "Platform",
        "alertTargetIDs": [each.lower() for each in targets or (vm(),)],
        "configurationItems": ["web-01"],
        "originAlertId": "x_y_z",
        "firedDateTime": text(fired),
        "description": "The VM does not answer.",
        "essentialsVersion": "1.0",
        "alertContextVersion": "1.0",
    }
    return {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {
            "essentials": known | essentials,
            "alertContext": {"conditionType": "SingleResourceMultipleMetricCriteria"},
            "customProperties": {"team": "web"},
        },
    }


def resource_health(current: str, **essentials: Any) -> dict[str, Any]:
    """Return an alert of Resource Health: Fired, whatever has become of the VM."""
    alert = common(signalType="Activity Log", monitoringService="Resource Health", **essentials)
    alert["data"]["alertContext"] = {
        "eventSource": "ResourceHealth",
        "operationName": "Microsoft.Resourcehealth/healthevent/Activated/action",
        "properties": {
            "currentHealthStatus": current,
            "previousHealthStatus": "Available",
            "type": "Downtime",
            "cause": "PlatformInitiated",
        },
        "status": "Active",
    }
    return alert


def activity_log(status: str) -> dict[str, Any]:
    """Return an alert of the Activity Log: somebody deletes the VM."""
    alert = common(signalType="Activity Log", monitoringService="Activity Log - Administrative")
    alert["data"]["alertContext"] = {
        "eventSource": "Administrative",
        "operationName": "Microsoft.Compute/virtualMachines/delete",
        "status": status,
    }
    return alert


def log_alert(*vms: str) -> dict[str, Any]:
    """Return a log alert of a workspace, split by the column of the resource id."""
    workspace = f"{APP}/providers/Microsoft.OperationalInsights/workspaces/logs"
    alert = common(workspace, signalType="Log", monitoringService="Log Alerts V2")
    alert["data"]["alertContext"] = {
        "condition": {
            "allOf": [
                {
                    "dimensions": [
                        {"name": "_ResourceId", "value": each},
                        {"name": "x", "value": "y"},
                    ]
                }
                for each in vms
            ]
        }
    }
    return alert


def health_event(state: str, *, cloud: bool = True) -> dict[str, Any]:
    """Return an event of Azure Resource Notifications: a VM's availability has changed."""
    kind = "Microsoft.ResourceNotifications.HealthResources.AvailabilityStatusChanged"
    status = f"{vm()}/providers/Microsoft.ResourceHealth/availabilityStatuses/1"
    data = {
        "resourceInfo": {
            "id": status,
            "properties": {
                "targetResourceId": vm(),
                "previousAvailabilityState": "Available",
                "availabilityState": state,
            },
        }
    }
    if cloud:
        return cloud_event(kind, data, subject=status)
    return grid_event(kind, data, subject=status)


def cloud_event(kind: str, data: Any, *, subject: str = "", **more: Any) -> dict[str, Any]:
    """Return a CloudEvent."""
    return {
        "specversion": "1.0", "id": "e1", "source": SUBSCRIPTION, "type": kind,
        "time": text(FIRED), "subject": subject, "data": data, **more,
    }  # fmt: skip


def grid_event(kind: str, data: Any, *, subject: str = "", **more: Any) -> dict[str, Any]:
    """Return an event in Event Grid's own schema."""
    return {
        "id": "e1", "topic": SUBSCRIPTION, "subject": subject, "eventType": kind,
        "eventTime": text(FIRED), "data": data, "dataVersion": "1", "metadataVersion": "1", **more,
    }  # fmt: skip


def deleted(name: str = "web-01", *, cloud: bool = False) -> dict[str, Any]:
    """Return an event of a subscription: a VM was deleted."""
    kind, data = "Microsoft.Resources.ResourceDeleteSuccess", {"resourceUri": vm(name)}
    make = cloud_event if cloud else grid_event
    return make(kind, data, subject=vm(name))


def alertmanager(*names: str, status: str = "firing", since: datetime = FIRED) -> dict[str, Any]:
    """Return what Alertmanager's webhook sends: a group of alerts."""
    return {
        "version": "4",
        "groupKey": '{}:{alertname="VmDown"}',
        "receiver": "restore",
        "status": status,
        "alerts": [
            {
                "status": status,
                "labels": {
                    "alertname": "VmDown", "severity": "critical", "resource_id": vm(name),
                },
                "annotations": {"summary": "down"},
                "startsAt": since.isoformat(),
                "endsAt": "0001-01-01T00:00:00Z",
                "fingerprint": f"c0ffee{name}",
            }
            for name in names or ("web-01",)
        ],
    }  # fmt: skip


def grafana() -> dict[str, Any]:
    """Return what Grafana's webhook sends: Alertmanager's form, with more."""
    return alertmanager() | {"orgId": 1, "title": "[FIRING:1]", "state": "alerting"}


def pagerduty(kind: str = "incident.triggered") -> dict[str, Any]:
    """Return an event of PagerDuty's webhooks V3."""
    return {
        "event": {
            "id": "01B",
            "event_type": kind,
            "resource_type": "incident",
            "occurred_at": "2026-11-23T02:55:20.000Z",
            "data": {
                "id": "PGR0VU2",
                "type": "incident",
                "title": "web-01 is down",
                "incident_key": vm(),
                "created_at": "2026-11-23T02:55:10Z",
                "service": {"summary": "web"},
                "urgency": "high",
            },
        }
    }


def datadog(transition: str = "Triggered") -> dict[str, Any]:
    """Return what a Datadog webhook sends that has the payload of docs/alerts.md."""
    return {
        "datadog": "1",
        "id": "6819",
        "transition": transition,
        "date": str(int(FIRED.timestamp() * 1000)),
        "monitor": "VM down",
        "priority": "P1",
        "tags": "env:prod,team:web",
        "vm": vm(),
    }


def logic_apps(value: Any) -> dict[str, Any]:
    """Return Logic Apps' form of a file that holds a value."""
    content = base64.b64encode(json.dumps(value).encode()).decode()
    return {"$content-type": "application/json", "$content": content}


DISKS = {
    "recoveryType": "RestoreDisks",
    "storageAccountId": STAGING,
    "targetResourceGroupId": RESTORED,
}
NEW_VM = DISKS | {
    "recoveryType": "AlternateLocation",
    "targetVirtualMachineId": f"{RESTORED}/providers/Microsoft.Compute/virtualMachines"
    "/{vm.name}-{date}-{time}",
    "virtualNetworkId": NET,
    "subnetId": f"{NET}/subnets/default",
}
LABELS = {
    "vm": "/labels/resource_id", "time": "/startsAt", "id": "/fingerprint",
    "rule": "/labels/alertname", "severity": "/labels/severity", "labels": "/labels",
    "firing": {"at": "/status", "values": ["firing"], "resolved": ["resolved"]},
}  # fmt: skip
MAPPINGS: list[dict[str, Any]] = [
    {"name": "grafana", "has": ["/receiver", "/orgId"], "items": "/alerts"} | LABELS,
    {"name": "alertmanager", "has": ["/receiver", "/groupKey"], "items": "/alerts"} | LABELS,
    {
        "name": "pagerduty", "has": ["/event/event_type"], "items": "/event",
        "vm": "/data/incident_key", "time": "/data/created_at", "id": "/data/id",
        "rule": "/data/service/summary", "severity": "/data/urgency",
        "firing": {
            "at": "/event_type", "values": ["incident.triggered"],
            "resolved": ["incident.resolved"],
        },
    },
    {
        "name": "datadog", "has": ["/datadog"], "vm": "/vm", "time": "/date", "id": "/id",
        "rule": "/monitor", "severity": "/priority",
        "firing": {
            "at": "/transition", "values": ["Triggered", "Re-Triggered"],
            "resolved": ["Recovered"],
        },
    },
]  # fmt: skip
RULES: dict[str, Any] = {
    "rules": [
        {
            "name": "disks",
            "when": {"targets": [APP]},
            "template": "disks",
            "quietPeriod": "PT6H",
            "restoresPerHour": 3,
        }
    ],
    "templates": [
        {"name": "disks", "restore": DISKS, "point": {"maxAge": "P10D"}},
        {"name": "new-vm", "restore": NEW_VM},
    ],
    "mappings": MAPPINGS,
}


def restore_rules(**changes: Any) -> RestoreRules:
    """Return the rules, with some fields otherwise."""
    return restore_rules_text.parse(json.dumps(RULES | changes))


def rule(**changes: Any) -> dict[str, Any]:
    """Return the one rule, with some fields otherwise."""
    known: dict[str, Any] = RULES["rules"][0]
    return known | changes
