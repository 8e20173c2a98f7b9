"""Answers of Azure with every field that the app reads: each as good ones are."""

from arm.long_running import PollUrls
from tests.unit.arm.fakes import ENDPOINT, ITEM, VAULT, VM

OPERATION = "5d0c7e1a-42b6-4f2c-8d3e-9abcdef01234"
GUARDED = (
    "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/"
    "recoveryPoints/restore/action"
)
SENT = {"properties": {"objectType": "IaasVMRestoreRequest"}}

ITEM_BODY = {
    "id": ITEM.id,
    "name": ITEM.name,
    "properties": {
        "sourceResourceId": VM,
        "virtualMachineId": VM,
        "friendlyName": "web-01",
        "protectionState": "Protected",
        "containerName": "iaasvmcontainerv2;rg(1);web-01",
    },
}
POINT_BODY = {
    "name": "7301846295013264",
    "properties": {
        "objectType": "IaasVMRecoveryPoint",
        "recoveryPointType": "AppConsistent",
        "recoveryPointTime": "2026-07-26T13:16:55.4397879Z",
        "recoveryPointTierDetails": [{"type": "InstantRP", "status": "Valid"}],
        "zones": ["1"],
        "extendedLocation": {"name": "edge", "type": "EdgeZone"},
        "threatStatus": "Healthy",
    },
}
JOB_BODY = {
    "name": OPERATION,
    "properties": {
        "status": "InProgress",
        "operation": "Restore",
        "containerName": "iaasvmcontainerv2;rg(1);web-01",
        "entityFriendlyName": "web-01",
        "startTime": "2026-07-26T13:16:55Z",
        "actionsInfo": ["Cancellable"],
        "errorDetails": [
            {
                "errorCode": "400094",
                "errorTitle": "Failed",
                "errorString": "It failed.",
                "recommendations": ["Try again."],
            }
        ],
        "extendedInfo": {
            "tasksList": [
                {"taskId": "Transfer data", "status": "InProgress", "progressPercentage": "5"}
            ],
            "progressPercentage": "41",
            "estimatedRemainingDuration": "PT5M",
            "dynamicErrorMessage": "Slow.",
            "propertyBag": {
                "Target VM Name": "web-01",
                "Target resource group": "rg-new",
                "Template Blob Uri": "https://stage.blob.core.windows.net/c/azuredeploy.json",
                "Job Type": "Recover disks",
            },
        },
    },
}
ERROR_BODY = {
    "error": {
        "code": "Odd",
        "message": "No.",
        "details": [{"code": "Odd", "message": "Why."}],
        "innererror": {"code": "RequestDisallowedByPolicy", "message": "Within."},
        "additionalInfo": [
            {
                "type": "PolicyViolation",
                "info": {"recommendedAction": ["Do."], "policyAssignmentDisplayName": "West only"},
            }
        ],
    }
}
VM_BODY = {
    "location": "westeurope",
    "properties": {
        "provisioningState": "Succeeded",
        "timeCreated": "2026-07-26T15:16:05Z",
        "storageProfile": {
            "osDisk": {"name": "web-01_OsDisk"},
            "dataDisks": [{"name": "web-01_Data", "lun": 0}],
        },
    },
}
GUARD_DETAIL = {
    "vaultCriticalOperation": GUARDED,
    "defaultResourceRequest": f"{VAULT}/triggerRestoreRequests/default",
}
LINK = f"{ENDPOINT}{VAULT}/backupJobs?$skipToken=1"
HEADERS = {
    "Azure-AsyncOperation": f"{ENDPOINT}{ITEM.id}/operationsStatus/{OPERATION}?t=1&s=x",
    "Location": f"{ENDPOINT}{ITEM.id}/operationResults/{OPERATION}?t=1&s=x",
    "Retry-After": "30",
    "Date": "Sun, 26 Jul 2026 15:16:05 GMT",
    "x-ms-correlation-request-id": OPERATION,
    "x-ms-ratelimit-remaining-subscription-resource-requests": "11999",
}
HANDLES = PollUrls(async_url=HEADERS["Azure-AsyncOperation"], location=HEADERS["Location"])
FAILED = {"status": "Failed", "properties": {"jobId": OPERATION}, **ERROR_BODY}
