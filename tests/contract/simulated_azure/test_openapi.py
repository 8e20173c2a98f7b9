"""The simulated answers, and the requests that are accepted, are what Microsoft's own file says."""

from typing import Any

import jsonschema
import msgspec
import pytest

from simulated_azure import restore_request, seed
from simulated_azure.wire import Reply
from tests import spec_folder
from tests.contract.simulated_azure import openapi
from tests.contract.simulated_azure.caller import Caller

pytestmark = pytest.mark.spec

EXAMPLES = "2026-10-01/examples"
ON_THE_WIRE_ONLY = {"createdWithPolicyType", "taskType", "softDeleteRetentionPeriod"}
"""Properties that real answers have and the file does not know."""


def _holds(reply: Reply, name: str) -> None:
    document = reply.json()
    openapi.check(document, name)
    assert openapi.undeclared(document, name) <= ON_THE_WIRE_ONLY


def test_the_examples_of_the_file_itself_hold() -> None:
    names = {
        "AzureIaasVm/BackupProtectedItems_List": "ProtectedItemResourceList",
        "AzureIaasVm/GetBackupStatus": "BackupStatusResponse",
        "Common/GetJobDetails": "JobResource",
        "Common/ListJobsWithAllSupportedFilters": "JobResourceList",
        "AzureIaasVm/RecoveryPoints_List": "RecoveryPointResourceList",
        "AzureIaasVm/ProtectedItemOperationStatus": "OperationStatus",
    }
    for file, name in names.items():
        example = spec_folder.read(f"{EXAMPLES}/{file}.json")
        body = example["responses"]["200"]["body"]
        openapi.check(body, name)
        # The examples are of 2026-10-01, which is newer than the file.
        assert openapi.undeclared(body, name) <= {"policyType"}, file


def test_a_wrong_document_is_noticed() -> None:
    job = {"properties": {"jobType": "AzureIaaSVMJob", "actionsInfo": [1]}}
    with pytest.raises(jsonschema.ValidationError):
        openapi.check(job, "JobResource")
    assert openapi.undeclared({"properties": {"jobType": "AzureIaaSVMJob", "x": 1}}, "JobResource")


@pytest.mark.parametrize("version", ["2021-10-01", "2025-02-01", "2026-10-01"])
def test_lists_and_resources_hold(azure: Caller, version: str) -> None:
    azure.version = version
    for name in ("web-01", "db-01", "unmanaged-01", "sd-01"):
        _holds(azure.get(azure.item(name)), "ProtectedItemResource")
        points = azure.get(f"{azure.item(name)}/recoveryPoints")
        _holds(points, "RecoveryPointResourceList")
        _holds(azure.get(azure.point(name)), "RecoveryPointResource")
    vault = seed.VAULT_ID
    _holds(azure.get(f"{vault}/backupProtectedItems"), "ProtectedItemResourceList")
    config = azure.get(f"{vault}/backupstorageconfig/vaultstorageconfig")
    _holds(config, "BackupResourceConfigResource")
    guards = azure.get(f"{vault}/backupResourceGuardProxies")
    _holds(guards, "ResourceGuardProxyBaseResourceList")


def test_backup_status_holds(azure: Caller) -> None:
    region = f"/subscriptions/{seed.SUBSCRIPTION}/providers/Microsoft.RecoveryServices/locations"
    for name in ("web-01", "deleted-01"):
        body = {"resourceType": "VM", "resourceId": seed.vm_id(name)}
        openapi.check(body, "BackupStatusRequest")
        _holds(azure.post(f"{region}/{seed.REGION}/backupStatus", body), "BackupStatusResponse")


@pytest.mark.parametrize("job_type", ["AzureIaaSVMJob", "AzureIaaSVMJobV2"])
@pytest.mark.parametrize("kind", ["disks", "original", "alternate"])
@pytest.mark.parametrize("outcome", ["Completed", "CompletedWithWarnings", "Failed"])
def test_jobs_hold_all_the_way(azure: Caller, job_type: str, kind: str, outcome: str) -> None:
    azure.control("PUT", "/state", {"jobs": {"job_type": job_type, "outcome": outcome}})
    body: dict[str, Any] = getattr(azure, f"{kind}_body")()
    openapi.check(body, "RestoreRequestResource")
    job = azure.start(body)
    for seconds in (0, 900, 500, 200):
        azure.clock.advance(seconds)
        _holds(azure.get(job), "JobResource")
    _holds(azure.get(f"{seed.VAULT_ID}/backupJobs"), "JobResourceList")


def test_operations_hold_in_all_their_states(azure: Caller) -> None:
    text = {"code": "CloudInvalidInputError", "message": "Something."}
    plan = {"vm": "web-02", "operation_error": text}
    azure.control("PUT", "/state", {"jobs": {"plans": [plan]}})
    for name in ("web-01", "web-02"):
        url = azure.restore(azure.disks_body(name), name).headers["Azure-AsyncOperation"]
        _holds(azure.get(url), "OperationStatus")
        azure.clock.advance(1)
        _holds(azure.get(url), "OperationStatus")


def test_errors_hold(azure: Caller) -> None:
    for path in (f"{seed.VAULT_ID}x", f"{seed.VAULT_ID}/backupJobs/1"):
        _holds(azure.get(path), "NewErrorResponse")


def test_every_property_of_the_restore_request_is_understood() -> None:
    declared = set(openapi.properties("IaasVMRestoreWithRehydrationRequest"))
    understood = {
        field.encode_name for field in msgspec.structs.fields(restore_request.RestoreRequest)
    }
    assert understood == declared


@pytest.mark.parametrize(
    ("ours", "theirs", "newer"),
    [
        ("IdentityInfo", "IdentityInfo", set()),
        ("IdentityBasedRestoreDetails", "IdentityBasedRestoreDetails", set()),
        ("EncryptionDetails", "EncryptionDetails", set()),
        ("ExtendedLocation", "ExtendedLocation", set()),
        ("SecuredVMDetails", "SecuredVMDetails", {"dataDiskEncryptionSettings"}),
        ("TargetDiskNetworkAccessSettings", "TargetDiskNetworkAccessSettings", set()),
        ("RehydrationInfo", "RecoveryPointRehydrationInfo", set()),
    ],
)
def test_every_part_of_the_restore_request_is_understood(
    ours: str, theirs: str, newer: set[str]
) -> None:
    fields = msgspec.structs.fields(getattr(restore_request, ours))
    assert {field.encode_name for field in fields} == set(openapi.properties(theirs)) | newer
