"""What the simulated Azure answers is what Microsoft's library has models of, and nothing else."""

import json
from typing import Any

import msgspec
import pytest
from azure.mgmt.recoveryservicesbackup import models

from simulated_azure import restore_request
from simulated_azure.routes import ROUTES
from simulated_azure.wire import Reply
from tests import sdk_models
from tests.contract.simulated_azure import tour
from tests.contract.simulated_azure.caller import Caller, document
from tests.contract.simulated_azure.held import (
    OF_OTHER_LIBRARIES,
    OPERATIONS,
    Held,
    answer_problems,
)


def test_each_route_of_backups_vaults_and_vms_has_its_operation_of_a_library() -> None:
    assert _routes("backup") == OPERATIONS.keys()
    assert _routes("vaults", "compute") == OF_OTHER_LIBRARIES.keys()


@pytest.mark.parametrize("version", ["2021-10-01", "2025-02-01", "2026-10-01"])
@pytest.mark.parametrize("job_type", ["AzureIaaSVMJob", "AzureIaaSVMJobV2"])
def test_all_answers_of_all_operations_are_models(
    azure: Caller, version: str, job_type: str
) -> None:
    azure.version = version
    tour.take(azure, job_type)
    held = _held(azure)
    seen = {route for route, reply in held.answers if reply.status < 300}
    assert seen >= OPERATIONS.keys() | OF_OTHER_LIBRARIES.keys()
    jobs = [one["properties"] for one in _documents(held, "job")]
    assert {job["status"] for job in jobs} == {
        *("InProgress", "Completed", "CompletedWithWarnings", "Failed", "Cancelling", "Cancelled"),
    }
    assert {job["jobType"] for job in jobs} == {job_type}
    operations = _documents(held, "operation_status")
    assert {one["status"] for one in operations} == {"InProgress", "Succeeded", "Failed"}


@pytest.mark.parametrize("row", sdk_models.ATTESTED, ids=".".join)
def test_what_was_seen_beside_the_models_is_answered(
    azure: Caller, row: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row of the table is needed, and without it the answer is noticed."""
    monkeypatch.delitem(sdk_models.ATTESTED, row)
    with pytest.raises(AssertionError, match=row[1]):
        tour.take(azure)


@pytest.mark.parametrize(
    ("route", "status", "body"),
    [
        ("job", 200, {"properties": {"jobType": "AzureIaaSVMJob", "percent": 1}}),
        ("job", 200, {"properties": {"jobType": "AzureIaaSVMJob", "actionsInfo": [1]}}),
        ("job", 200, None),
        ("jobs", 200, {"value": [{"properties": {"jobType": "Job"}}]}),
        ("jobs", 200, [{"properties": {"jobType": "AzureIaaSVMJob"}}]),
        ("job", 404, {"code": "ResourceNotFound", "message": "No."}),
        ("job", 404, {"error": {"code": 404}}),
        ("restore", 202, {"status": "InProgress"}),
        ("cancel_result", 200, {"status": "Succeeded"}),
        ("operation_result", 202, {"status": "InProgress"}),
        ("operation_status", 200, {"status": "Running"}),
        ("operation_status", 200, {"properties": {"objectType": "JobInfo", "jobId": "j"}}),
        ("recovery_point", 200, {"properties": {"objectType": "IaasVMRecoveryPoint", "zones": 1}}),
        ("validate", 200, {"validationResults": []}),
        ("vm", 200, {"location": "westeurope", "properties": {"disks": []}}),
        ("disks", 200, {"value": [{"properties": {"diskSizeGB": "127"}}]}),
        ("vault", 200, {"location": "westeurope", "properties": {"redundancySettings": "LRS"}}),
    ],
)
def test_an_answer_that_no_model_is_like_is_noticed(route: str, status: int, body: object) -> None:
    content = b"" if body is None else json.dumps(body).encode()
    assert answer_problems(route, Reply(status, {}, content), "2025-02-01")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("RestoreRequest", models.IaasVMRestoreWithRehydrationRequest),
        ("IdentityInfo", models.IdentityInfo),
        ("IdentityBasedRestoreDetails", models.IdentityBasedRestoreDetails),
        ("EncryptionDetails", models.EncryptionDetails),
        ("ExtendedLocation", models.ExtendedLocation),
        ("SecuredVMDetails", models.SecuredVMDetails),
        ("DataDiskEncryptionSettings", models.DataDiskEncryptionSettings),
        ("DiskEncryptionSet", models.PerDiskEncryptionSetId),
        ("TargetDiskNetworkAccessSettings", models.TargetDiskNetworkAccessSettings),
        ("RehydrationInfo", models.RecoveryPointRehydrationInfo),
    ],
)
def test_every_key_of_the_restore_request_is_understood(ours: str, theirs: Any) -> None:
    understood = msgspec.structs.fields(getattr(restore_request, ours))
    assert {field.encode_name for field in understood} == sdk_models.fields(theirs).keys()


@pytest.mark.parametrize("kind", ["disks", "original", "alternate"])
def test_the_requests_of_this_suite_are_models_too(azure: Caller, kind: str) -> None:
    body = getattr(azure, f"{kind}_body")()
    assert sdk_models.problems(body, models.RestoreRequestResource, sent=True) == []


def _routes(*providers: str) -> set[str]:
    return {route.name for route in ROUTES if route.provider in providers}


def _held(azure: Caller) -> Held:
    assert isinstance(azure.send, Held)
    return azure.send


def _documents(held: Held, route: str) -> list[dict[str, Any]]:
    return [document(reply) for name, reply in held.answers if (name, reply.status) == (route, 200)]
