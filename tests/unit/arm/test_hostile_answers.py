"""Whatever JSON Azure answers with: what is shown of it is plain, what is raised is foreseen."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from arm.backup import Backup
from restore.messages import errors
from tests.unit.arm.fakes import ITEM, VAULT, VM, Script, backup, reply
from tests.unit.restore.values.test_plain_text import TRICKS

BAD: dict[str, Any] = {
    **{name: f"a{trick}b" for name, trick in TRICKS.items() if trick != "\ud800"},
    "huge": "x" * 1_000_000,
    "dots": "..",
    "slash": "a/../../b",
    "URL without end": "https://[::1",
    "URL elsewhere": "https://evil.example/subscriptions/s/resourceGroups/r/vaults/v",
    "number": 1e308,
    "no number": "NaN",
    "endless number": "Infinity",
    "list": [[[[]]]],
    "object": {"a": {"b": None}},
    "nothing": None,
    "yes": True,
    "empty": "",
}


def _point(bad: Any) -> dict[str, Any]:
    known = dict.fromkeys(("recoveryPointType", "threatStatus", "objectType"), bad)
    tiers = [{"type": bad, "status": bad}, bad]
    more = {"recoveryPointTierDetails": tiers, "zones": [bad], "extendedLocation": {"name": bad}}
    good = {"objectType": "IaasVMRecoveryPoint", "recoveryPointTime": "2026-07-26T03:04:05Z"}
    return {"name": bad, "properties": {**known, **more, **good}}


def _job(bad: Any) -> dict[str, Any]:
    names = ("operation", "containerName", "entityFriendlyName", "actionsInfo", "startTime")
    extended = {
        "progressPercentage": bad,
        "estimatedRemainingDuration": bad,
        "dynamicErrorMessage": bad,
        "tasksList": [{"status": "InProgress", "taskId": bad}, bad],
    }
    error = {"errorCode": bad, "errorTitle": bad, "errorString": bad, "recommendations": [bad]}
    return {
        "name": bad,
        "properties": {
            **dict.fromkeys(names, bad),
            "status": "InProgress",
            "extendedInfo": extended,
            "errorDetails": [error, bad],
        },
    }


def _item(bad: Any) -> dict[str, Any]:
    path = f"{VAULT}/protectionContainers/{bad}/protectedItems/{bad}"
    state = {"protectionState": bad, "friendlyName": bad}
    return {"id": path, "properties": {"sourceResourceId": VM, "virtualMachineId": bad, **state}}


def _disks(bad: Any) -> dict[str, Any]:
    return {"osDisk": {"name": bad}, "dataDisks": [{"name": bad, "lun": 0}, bad]}


def _group_disk(bad: Any) -> dict[str, Any]:
    return {"name": bad, "managedBy": bad, "properties": {"osType": bad, "timeCreated": bad}}


def _vm_view(bad: Any) -> dict[str, Any]:
    agent = {"code": bad, "displayStatus": bad, "message": bad, "time": bad}
    view = {"statuses": [{"code": bad}, bad], "vmAgent": {"statuses": [agent, bad]}}
    return {"provisioningState": bad, "timeCreated": bad, "instanceView": view}


def _error(bad: Any) -> dict[str, Any]:
    detail = {"code": bad, "message": bad}
    return {"error": {"code": bad, "message": bad, "details": [detail, bad]}}


CALLS: dict[str, tuple[Callable[[Any], list[Any]], Callable[[Backup], object]]] = {
    "recovery points": (
        lambda bad: [reply(200, {"value": [_point(bad), bad]})],
        lambda azure: azure.recovery_points(ITEM),
    ),
    "jobs": (
        lambda bad: [reply(200, {"value": [_job(bad), bad]})],
        lambda azure: azure.restore_jobs(VAULT),
    ),
    "job": (
        lambda bad: [reply(200, _job(bad))],
        lambda azure: azure.read_job(VAULT, "1"),
    ),
    "items": (
        lambda bad: [reply(200, {"value": [_item(bad), bad]}), reply(200, {"location": "west"})],
        lambda azure: azure.find_protected_item(VAULT, VM),
    ),
    "region": (
        lambda bad: [reply(200, {"value": [_item("x")]}), *[reply(200, {"location": bad})] * 3],
        lambda azure: azure.find_protected_item(VAULT, VM),
    ),
    "vault": (
        lambda bad: [
            reply(200, {"location": "west"}),
            reply(200, {"vaultId": bad}),
            *[reply(200, {"value": []})] * 3,
        ],
        lambda azure: azure.find_vault_item(VM),
    ),
    "operation": (
        lambda bad: [reply(200, {"status": "Failed", "properties": {"jobId": bad}, **_error(bad)})],
        lambda azure: azure.read_operation(VAULT, "op", None),
    ),
    "disks": (
        lambda bad: [reply(200, {"properties": {"storageProfile": _disks(bad)}})],
        lambda azure: azure.vms.disks(VM),
    ),
    "group": (
        lambda bad: [reply(200, {"value": [_group_disk(bad), bad]})],
        lambda azure: azure.vms.group_disks(VM.partition("/providers")[0]),
    ),
    "VM": (
        lambda bad: [reply(200, {"properties": _vm_view(bad)})],
        lambda azure: azure.vms.state(VM),
    ),
    "refusal": (
        lambda bad: [reply(400, _error(bad))],
        lambda azure: azure.recovery_points(ITEM),
    ),
    "retry-after": (
        lambda bad: [reply(429, _error(bad), {"Retry-After": str(bad)[:100]})],
        lambda azure: azure.recovery_points(ITEM),
    ),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("call", CALLS)
def test_a_hostile_answer_is_a_plain_result_or_a_plain_error(
    call: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers, ask = CALLS[call]
    try:
        told: Any = ask(backup(Script(*answers(BAD[name]))))
    except errors.RestoreError as error:
        told = (str(error), errors.to_failure(error))
    shown = f"{texts_of(told)} {[record.getMessage() for record in caplog.records]}"
    assert all(trick not in shown for trick in TRICKS.values())
    assert len(shown) < 30_000
    shown.encode()


def texts_of(value: Any) -> str:
    """Every text in a result as it is, not escaped as repr would."""
    plain = msgspec.to_builtins(value)
    if isinstance(plain, dict):
        return " ".join(map(texts_of, [*plain, *plain.values()]))
    return " ".join(map(texts_of, plain)) if isinstance(plain, list | tuple) else str(plain)
