"""Answers of Azure Backup for a vault that does not exist, in the shapes in which real ones come.

All names and ids are invented. The shapes are facts: tests/contract/arm holds each sample to the
models of Microsoft's library and, where it is there, to what was seen on the wire.
"""

from typing import Any

from arm.transport import Reply
from tests.unit.arm.fakes import ENDPOINT, SUBSCRIPTION, VAULT, reply

OPERATION = "c0a1b2c3-1111-4222-8333-444455556666"
OTHER_JOB = "d1e2f3a4-5555-4666-8777-88889999aaaa"
POINT_NAME = "7301846295013264"
_TARGET = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-contoso-restored"
_TYPE = "Microsoft.RecoveryServices/vaults"
_ITEM_TYPE = f"{_TYPE}/backupFabrics/protectionContainers/protectedItems"


def vm(name: str, group: str) -> str:
    """The ARM id of a VM."""
    return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{name}"  # noqa: E501


def _item(name: str, group: str, **properties: Any) -> dict[str, Any]:
    short = f"iaasvmcontainerv2;{group};{name}"
    return {
        "id": f"{VAULT}/backupFabrics/Azure/protectionContainers/IaasVMContainer;{short}"
        f"/protectedItems/VM;{short}",
        "name": f"VM;{short}",
        "type": _ITEM_TYPE,
        "properties": {
            "friendlyName": name,
            "virtualMachineId": vm(name, group),
            "sourceResourceId": vm(name, group),
            "protectedItemType": "Microsoft.Compute/virtualMachines",
            "backupManagementType": "AzureIaasVM",
            "workloadType": "VM",
            "containerName": short,
            "vaultId": f"{ENDPOINT}{VAULT}",  # a URL, where other answers have an id
            "isArchiveEnabled": False,
            "softDeleteRetentionPeriod": 0,
            "healthStatus": "Passed",
            "protectionStatus": "Healthy",
            "protectionState": "Protected",
            "policyType": "V2",
            **properties,
        },
    }


ITEM = _item(
    "sql-01",
    "rg-contoso-green",
    protectionStatus="Unhealthy",
    lastBackupStatus="Failed",
    lastBackupTime="2026-10-06T08:11:28.6128677Z",
)
STOPPED_ITEM = _item(
    "print-01",
    "rg-contoso-old",
    protectionState="ProtectionStopped",
    lastBackupStatus="",
    lastBackupTime="2001-01-01T00:00:00Z",
    policyId="",
    policyName="",
    policyType="V1",
)
"""No policy any more, and a time that is none."""
ITEMS = [
    _item(
        "sql-01",
        "rg-contoso-blue",
        lastBackupStatus="Completed",
        lastBackupTime="2026-10-06T08:11:25.4685645Z",
        lastRecoveryPoint="2026-10-06T08:13:33.7958354Z",
    ),
    STOPPED_ITEM,
    ITEM,
]
"""Two of them have one friendly name."""
CLASSIC_ITEM: dict[str, Any] = {
    "id": f"/Subscriptions{VAULT.removeprefix('/subscriptions')}/protectionContainers/"
    "IaasVMContainer;iaasvmcontainer;contoso-cloud;ftp-01"
    "/protectedItems/VM;iaasvmcontainer;contoso-cloud;ftp-01",
    "name": "VM;iaasvmcontainer;contoso-cloud;ftp-01",
    "type": _ITEM_TYPE,
    "properties": {
        "friendlyName": "ftp-01",
        "containerName": "iaasvmcontainer;contoso-cloud;ftp-01",
        "protectedItemType": "Microsoft.ClassicCompute/virtualMachines",
        "backupManagementType": "AzureIaasVM",
        "workloadType": "VM",
        "protectionState": "Protected",
        "protectedItemDataId": "637318462950130011",
        "lastRecoveryPoint": "2026-10-01T12:25:32.048723Z",
        "sourceResourceId": vm("ftp-01", "contoso-cloud").replace(".Compute", ".ClassicCompute"),
    },
}
"""Its id lacks the segment backupFabrics."""


def _point(name: str, **properties: Any) -> dict[str, Any]:
    return {
        "id": f"{ITEM['id']}/recoveryPoints/{name}",
        "name": name,
        "type": f"{_ITEM_TYPE}/recoveryPoints",
        "properties": {
            "objectType": "IaasVMRecoveryPoint",
            "recoveryPointType": "CrashConsistent",
            "recoveryPointTime": "2026-10-20T22:48:25.4353958Z",
            "recoveryPointAdditionalInfo": "",
            "sourceVMStorageType": "NormalStorage",
            "isSourceVMEncrypted": False,
            "isInstantIlrSessionActive": False,
            "isManagedVirtualMachine": True,
            "virtualMachineSize": "Standard_D1",
            "originalStorageAccountOption": False,
            **properties,
        },
    }


def _tiers(**status: str) -> list[dict[str, Any]]:
    return [{"type": kind, "status": known} for kind, known in status.items()]


POINT = _point(
    POINT_NAME,
    recoveryPointType="AppConsistent",
    recoveryPointTime="2026-10-26T13:16:55.4397873Z",
    sourceVMStorageType="PremiumVMOnPartialPremiumStorage",
    recoveryPointTierDetails=_tiers(InstantRP="Valid", HardenedRP="Valid"),
    virtualMachineSize="Standard_D2s_v5",
    osType="Windows",
    securityType="None",
    isPrivateAccessEnabledOnAnyDisk=False,
    createdWithPolicyType="V1",
    recoveryPointMoveReadinessInfo={
        "ArchivedRP": {"isReadyForMove": False, "additionalInfo": "It is not known yet."}
    },
)
POINTS = [
    _point(
        "7301846295001264",
        recoveryPointTierDetails=_tiers(InstantRP="Deleted", HardenedRP="Valid"),
    ),
    _point(
        "7301846295002264",
        recoveryPointTierDetails=[
            *_tiers(InstantRP="Deleted", HardenedRP="Deleted"),
            {
                "type": "ArchivedRP",
                "status": "Rehydrated",
                "extendedInfo": {"RehydratedRPExpiryTime": "2026-12-21T22:48:25.4353958Z"},
            },
        ],
        isPrivateAccessEnabledOnAnyDisk=True,
        zones=["1"],
    ),
    _point(
        "7301846295003264",
        recoveryPointTierDetails=_tiers(InstantRP="Valid", HardenedRP="Valid"),
        isSourceVMEncrypted=True,
        isPrivateAccessEnabledOnAnyDisk=False,
        extendedLocation={"name": "contosoedge1", "type": "EdgeZone"},
        osType="Windows",
        securityType="None",
    ),
]
"""In the vault; rehydrated, of a zone, with private disks; encrypted, of an edge zone."""


def _job(name: str, **properties: Any) -> dict[str, Any]:
    return {
        "id": f"{VAULT}/backupJobs/{name}",
        "name": name,
        "type": f"{_TYPE}/backupJobs",
        "properties": {
            "jobType": "AzureIaaSVMJob",
            "virtualMachineVersion": "Compute",
            "entityFriendlyName": "sql-01",
            "backupManagementType": "AzureIaasVM",
            "status": "InProgress",
            "startTime": "2026-10-26T15:16:05.6356667Z",
            "duration": "PT2.0537733S",
            "activityId": "e5f6a7b8-9999-4aaa-8bbb-ccccddddeeee",
            **properties,
        },
    }


def _restore_job(point_time: str | None = None, **task: str) -> dict[str, Any]:
    transfer = {"taskId": "Transfer data from vault", "duration": "PT0S", "status": "InProgress"}
    create = {
        "taskId": "Create the restored virtual machine",
        "duration": "PT0S",
        "status": "NotStarted",
    }
    return {
        "operation": "Restore",
        "containerName": ITEM["properties"]["containerName"],
        "extendedInfo": {
            "tasksList": [transfer | task, create | task],
            "propertyBag": {
                "Job Type": "Recover VM to an alternate location",
                "Original VM Name": "sql-01",
                "Target VM Name": "sql-01-new",
                "Target VNet Name": "Group rg-contoso-restored vnet-contoso",
                "Target Storage Account Name": "contosostaging",
                "Recovery point time ": point_time,
                "Target resource group": "rg-contoso-restored",
            },
            "internalPropertyBag": {"restoreLocationType": "AlternateLocation"},
            "progressPercentage": 1.0,
            "dynamicErrorMessage": "",
        },
    }


JOB = _job(OPERATION, actionsInfo=["Cancellable"], **_restore_job(taskType="Normal"))
"""A restore that has just begun, whose job has its operation's id."""
JOB_IN_NUMBERS = _job(OTHER_JOB, actionsInfo=[1], **_restore_job("10/20/2026 11:32:03 AM"))
"""The same where actions are numbers and tasks have no type, as in 2022."""
LISTED_JOB = _job(OTHER_JOB, operation="Backup")
"""A list has no extended info."""


def _operation(job_id: str | None, **more: Any) -> dict[str, Any]:
    info = {"objectType": "OperationStatusJobExtendedInfo", "jobId": job_id}
    return {
        "id": OPERATION,
        "name": OPERATION,
        "status": "Succeeded",
        "startTime": "2026-10-26T15:16:05.6356667Z",
        "endTime": "2026-10-26T15:16:05.6356667Z",
        **({"properties": info} if job_id else {}),
        **more,
    }


RUNNING = _operation(None, status="InProgress", endTime="0001-01-01T00:00:00")
"""Its end is a sentinel without a zone."""
SUCCEEDED = _operation(OPERATION)
SUCCEEDED_WITH_OTHER_JOB = _operation(OTHER_JOB)

BODY = {
    "properties": {
        "objectType": "IaasVMRestoreRequest",
        "recoveryPointId": POINT_NAME,
        "recoveryType": "AlternateLocation",
        "sourceResourceId": vm("sql-01", "rg-contoso-green"),
        "targetVirtualMachineId": vm("sql-01-new", "rg-contoso-restored"),
        "targetResourceGroupId": _TARGET,
        "storageAccountId": f"{_TARGET}/providers/Microsoft.Storage/storageAccounts/contosostaging",
        "virtualNetworkId": f"{_TARGET}/providers/Microsoft.Network/virtualNetworks/vnet-contoso",
        "subnetId": f"{_TARGET}/providers/Microsoft.Network/virtualNetworks/vnet-contoso/subnets/a",
        "region": "westeurope",
        "createNewCloudService": False,
        "originalStorageAccountOption": False,
    }
}


def _poll_url(kind: str) -> str:
    """A signed URL, with raw `;` and about as long as real ones: 3,700 characters."""
    signature = f"t=639200000000000000&c={'A' * 2774}&s={'B' * 342}&h={'C' * 43}"
    where = f"{ENDPOINT}{ITEM['id']}/{kind}/{OPERATION}"
    return f"{where}?api-version=2025-02-01&{signature}"


ACCEPTED_HEADERS = {
    "azure-asyncoperation": _poll_url("operationsStatus"),
    "location": _poll_url("operationResults"),
    "content-length": "0",
    "x-ms-ratelimit-remaining-subscription-writes": "799",
}
"""No Retry-After, which is what was seen."""


def accepted() -> Reply:
    """The answer to a restore's POST."""
    return reply(202, None, ACCEPTED_HEADERS)


NOT_FOUND = {
    "error": {
        "code": "ResourceNotFound",
        "message": "The Resource 'Microsoft.RecoveryServices/vaults/vault-contoso' under resource "
        "group 'rg-contoso-backup' was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix",
    }
}
CONFLICT = {
    "error": {
        "code": "BMSUserErrorContainerIsAlreadyRegisteredWithAnotherVault",
        "message": "The virtual machine is registered with another vault.",
    }
}
"""HTTP 409, and final all the same."""
