"""The simulated answers, and the requests of this suite, are what Microsoft's own file says."""

import jsonschema
import pytest

from simulated_azure.wire import Reply
from tests import spec_folder
from tests.contract.simulated_azure import openapi, tour
from tests.contract.simulated_azure.caller import Caller
from tests.contract.simulated_azure.held import OPERATIONS, Held, answer_of

pytestmark = pytest.mark.spec

EXAMPLES = "2026-10-01/examples"
ON_THE_WIRE_ONLY = {"createdWithPolicyType", "taskType", "softDeleteRetentionPeriod"}
"""Properties that real answers have and the file does not know."""
NEWER = {"diskSizeInGb"}
"""Of 2026-10-01, which is newer than the file."""


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


@pytest.mark.parametrize("version", ["2022-03-01", "2025-02-01", "2026-10-01"])
@pytest.mark.parametrize("job_type", ["AzureIaaSVMJob", "AzureIaaSVMJobV2"])
def test_all_answers_of_all_operations_hold(azure: Caller, version: str, job_type: str) -> None:
    azure.version = version
    tour.take(azure, job_type, newest=False)  # the file is of 2024
    assert isinstance(azure.send, Held)
    held = set()
    for route, reply in azure.send.answers:
        name = _definition(route, reply)
        if name is not None:
            openapi.check(reply.json(), name)
            assert openapi.undeclared(reply.json(), name) <= ON_THE_WIRE_ONLY | NEWER, name
            held.add(name)
    assert len(held) == 19


def _definition(route: str, reply: Reply) -> str | None:
    """The file's name for what the library calls by the same name, where it has it at all."""
    if reply.status >= 400:
        return "NewErrorResponse"
    if reply.status != 200 or route not in OPERATIONS:
        return None
    model, is_page = answer_of(route)
    return f"{model.__name__}List" if is_page else str(model.__name__)


@pytest.mark.parametrize("kind", ["disks", "original", "alternate"])
def test_the_requests_of_this_suite_hold(azure: Caller, kind: str) -> None:
    openapi.check(getattr(azure, f"{kind}_body")(), "RestoreRequestResource")
