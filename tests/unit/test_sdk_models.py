"""The comparison with Microsoft's models is able to fail, at every depth and in every way."""

from copy import deepcopy
from typing import Any

import pytest
from azure.mgmt.recoveryservicesbackup import models

from tests import sdk_models

JOB: dict[str, Any] = {
    "id": "/subscriptions/s/j",
    "name": "j",
    "properties": {
        "jobType": "AzureIaaSVMJob",
        "backupManagementType": "AzureIaasVM",
        "status": "InProgress",
        "startTime": "2026-11-01T03:00:00.1234567Z",
        "endTime": None,
        "duration": "PT1H2.5S",
        "isUserTriggered": True,
        "actionsInfo": ["Cancellable"],
        "errorDetails": [{"errorCode": 5, "recommendations": ["Wait."]}],
        "extendedInfo": {
            "progressPercentage": 1.0,
            "tasksList": [{"taskId": "Transfer", "taskType": "Normal", "duration": "P1D"}],
            "propertyBag": {"Job Type": "RestoreDisks", "Recovery point time ": None},
        },
    },
}
TASK = ("properties", "extendedInfo", "tasksList", 0)
ITEM = {
    "properties": {
        "protectedItemType": "Microsoft.Compute/virtualMachines",
        "softDeleteRetentionPeriod": 14,
        "protectionState": "Protected",
    }
}
SENT = {
    "properties": {
        "objectType": "IaasVMRestoreWithRehydrationRequest",
        "recoveryType": "RestoreDisks",
        "restoreDiskLunList": [0, 1],
        "recoveryPointRehydrationInfo": {"rehydrationPriority": "High"},
    }
}


def _changed(document: dict[str, Any], path: tuple[str | int, ...], value: object) -> Any:
    changed = deepcopy(document)
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("document", "model"),
    [
        (JOB, models.JobResource),
        (ITEM, models.ProtectedItemResource),
        (SENT, models.RestoreRequestResource),
    ],
)
def test_a_document_as_the_models_have_it_has_no_problems(document: Any, model: Any) -> None:
    assert sdk_models.problems(document, model, sent=document is SENT) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("extra",), 1),
        (("properties", "starttime"), "2026-11-01T03:00:00Z"),
        (("properties", "extendedInfo", "tasks"), []),
        ((*TASK, "kind"), "Normal"),
        (("properties", "errorDetails", 0, "code"), 5),
        (("properties", "recoveryPointTime"), "2026-11-01T03:00:00Z"),
    ],
)
def test_a_key_that_no_model_has_is_a_problem(path: tuple[str | int, ...], value: object) -> None:
    (problem,) = sdk_models.problems(_changed(JOB, path, value), models.JobResource)
    assert problem.endswith("has no such key")
    assert str(path[-1]) in problem


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (("name",), [7, ["j"], {}]),
        (("properties",), [[], "text", 1]),
        (("properties", "status"), [7, True]),
        (("properties", "startTime"), [7, "yesterday", "2026-11-01", "2026-11-01T03:00:00"]),
        (("properties", "startTime"), ["2026-13-01T03:00:00Z", "2026-11-01T03:00:00+1"]),
        (("properties", "duration"), [62, "01:02:03", "P", "PT", "1H"]),
        (("properties", "isUserTriggered"), ["true", 1]),
        (("properties", "actionsInfo"), ["Cancellable", {"0": "Cancellable"}, [1]]),
        (("properties", "errorDetails"), [{}, [7], ["text"]]),
        (("properties", "errorDetails", 0, "errorCode"), ["5", 5.5, True]),
        (("properties", "errorDetails", 0, "recommendations"), ["Wait.", [None], [7]]),
        (("properties", "extendedInfo", "progressPercentage"), ["1", True]),
        (("properties", "extendedInfo", "propertyBag"), [["a"], "a"]),
        (("properties", "extendedInfo", "propertyBag", "Job Type"), [7, ["a"]]),
        ((*TASK, "taskId"), [7]),
        ((*TASK, "taskType"), [7, None]),
    ],
)
def test_a_wrong_type_is_a_problem(path: tuple[str | int, ...], values: list[object]) -> None:
    for value in values:
        found = sdk_models.problems(_changed(JOB, path, value), models.JobResource)
        assert len(found) == 1, (value, found)
        assert str([step for step in path if isinstance(step, str)][-1]) in found[0]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("properties", "backupManagementType"), "AzureIaaSVM"),
        (("properties", "actionsInfo"), ["Stoppable"]),
        (("properties", "jobType"), "AzureIaaSVMJobV3"),
        (("properties", "jobType"), None),
        (("properties", "jobType"), 1),
    ],
)
def test_a_word_that_the_models_do_not_know_is_a_problem(
    path: tuple[str | int, ...], value: object
) -> None:
    (problem,) = sdk_models.problems(_changed(JOB, path, value), models.JobResource)
    assert repr(value if not isinstance(value, list) else value[0]) in problem


def test_the_discriminator_decides_which_keys_are_known() -> None:
    newer = _changed(JOB, ("properties", "jobType"), "AzureIaaSVMJobV2")
    (problem,) = sdk_models.problems(newer, models.JobResource)
    assert problem == "$.properties.isUserTriggered: AzureIaaSVMJobV2 has no such key"
    plain = _changed(SENT, ("properties", "objectType"), "IaasVMRestoreRequest")
    (problem,) = sdk_models.problems(plain, models.RestoreRequestResource)
    assert "IaasVMRestoreRequest has no such key" in problem
    other = {"properties": {"protectedItemType": "Microsoft.Compute/disks"}}
    assert len(sdk_models.problems(other, models.ProtectedItemResource)) == 1


def test_a_class_is_itself_and_may_not_be_its_sibling() -> None:
    properties = JOB["properties"]
    assert sdk_models.problems(properties, models.AzureIaaSVMJob) == []
    other = properties | {"jobType": "MabJob"}
    assert len(sdk_models.problems(other, models.AzureIaaSVMJob)) == 1
    assert len(sdk_models.problems({"objectType": "?"}, models.IaasVMRestoreRequest)) == 1


def test_a_required_key_that_is_missing_is_a_problem() -> None:
    (problem,) = sdk_models.problems({"properties": {}}, models.ProtectedItemResource)
    assert "ProtectedItem" in problem
    asked = {"id": "/p"}
    (problem,) = sdk_models.problems(asked, models.ValidateOperationRequestResource, sent=True)
    assert problem == "$.properties: is required"


def test_what_was_seen_beside_the_models_is_held_to_what_was_seen() -> None:
    running = {"status": "InProgress", "endTime": "0001-01-01T00:00:00"}
    assert sdk_models.problems(running, models.OperationStatus) == []
    for odd in ("0001-01-02T00:00:00", "2026-11-01T03:00:00", 7):
        assert len(sdk_models.problems(running | {"endTime": odd}, models.OperationStatus)) == 1
    days = _changed(ITEM, ("properties", "softDeleteRetentionPeriod"), "14")
    assert len(sdk_models.problems(days, models.ProtectedItemResource)) == 1


def test_null_stands_only_where_the_models_have_it() -> None:
    asked = {"id": "/p", "properties": None}
    assert len(sdk_models.problems(asked, models.ValidateOperationRequestResource)) == 1


def test_a_read_only_key_may_be_answered_and_not_sent() -> None:
    named = {"id": "/subscriptions/s/r", **SENT}
    assert sdk_models.problems(named, models.RestoreRequestResource) == []
    (problem,) = sdk_models.problems(named, models.RestoreRequestResource, sent=True)
    assert problem == "$.id: is read-only"


@pytest.mark.parametrize(
    "page",
    [
        [JOB],
        {"value": None},
        {"value": JOB},
        {"values": [JOB]},
        {"value": [JOB], "next": "https://x"},
        {"value": [JOB], "nextLink": 7},
        {"value": [JOB, JOB | {"extra": 1}]},
    ],
)
def test_a_wrong_page_is_a_problem(page: object) -> None:
    assert sdk_models.page_problems({"value": [JOB], "nextLink": None}, models.JobResource) == []
    assert len(sdk_models.page_problems(page, models.JobResource)) == 1


def test_the_library_itself_would_have_noticed_none_of_this() -> None:
    wrong = _changed(JOB, ("properties", "extendedInfo", "tasksList", 0, "kind"), 1)
    wrong["properties"]["status"] = 7
    assert models.JobResource(wrong).properties["status"] == 7  # type: ignore[index]
