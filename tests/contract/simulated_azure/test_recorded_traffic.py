"""The simulated answers have the very properties that recorded ones of Azure Backup have."""

from typing import Any

import pytest

from tests import spec_folder
from tests.contract.simulated_azure.caller import Caller, document, value

pytestmark = pytest.mark.spec

NOT_IN_ALL_JOBS = {"Target Subscription ID", "VM Subscription ID", "taskType"}
"""What a job of 2022 has and one of 2026 has not, or the other way round."""


def _recorded(name: str) -> dict[str, Any]:
    body: dict[str, Any] = spec_folder.read(f"observed/{name}")["response"]["body"]
    return body


def _keys(found: object) -> set[str]:
    """The properties of a document at any depth."""
    if isinstance(found, list):
        return {key for each in found for key in _keys(each)}
    if isinstance(found, dict):
        return set(found) | {key for each in found.values() for key in _keys(each)}
    return set()


@pytest.mark.parametrize(
    ("file", "version"),
    [
        ("job_restore_alr_inprogress_2022-05.json", "2022-02-01"),
        ("job_restore_alr_inprogress_2026-07.json", "2025-02-01"),
    ],
)
def test_a_job_that_has_just_begun(azure: Caller, file: str, version: str) -> None:
    recorded = _recorded(file)
    azure.version = version
    ours = document(azure.get(azure.start(azure.alternate_body())))
    assert _keys(ours) ^ _keys(recorded) <= NOT_IN_ALL_JOBS
    for name in ("actionsInfo", "jobType", "status", "virtualMachineVersion", "operation"):
        assert ours["properties"][name] == recorded["properties"][name]
    theirs = recorded["properties"]["extendedInfo"]
    info = ours["properties"]["extendedInfo"]
    for task, known in zip(info["tasksList"], theirs["tasksList"], strict=True):
        assert known.items() <= task.items()
    assert info["propertyBag"]["Job Type"] == theirs["propertyBag"]["Job Type"]
    assert info["propertyBag"]["Target VNet Name"] == "Group rg-restored vnet-restored"
    for name in ("internalPropertyBag", "progressPercentage", "dynamicErrorMessage"):
        assert info[name] == theirs[name]


def test_a_recovery_point(azure: Caller) -> None:
    ours = document(azure.get(azure.point("web-02")))
    assert _keys(ours) == _keys(_recorded("recoverypoint_get_2026-07.json"))


def test_protected_items(azure: Caller) -> None:
    recorded = _recorded("protecteditems_list_same_name_2026-07.json")["value"]
    items = value(azure.get(f"{azure.item().split('/backupFabrics')[0]}/backupProtectedItems"))
    assert _keys(recorded) - _keys(items) == {"policyType"}


def test_an_operation_that_has_succeeded(azure: Caller) -> None:
    url = azure.restore(azure.disks_body()).headers["Azure-AsyncOperation"]
    azure.clock.advance(1)
    assert _keys(document(azure.get(url))) == _keys(
        _recorded("operation_status_succeeded_2026-07.json")
    )
