"""Requests that are right, for tests that make one thing wrong."""

from typing import Any

import pytest

from restore.messages.errors import InvalidRequest
from restore.messages.model import ProtectedItem
from restore.request import parsing

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
OTHER_GROUP = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web-01"
VAULT = f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/vault-west"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/staging"
NET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/net"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
DISK_ACCESS = f"{GROUP}/providers/Microsoft.Compute/diskAccesses/access"
GUARD_REQUEST = (
    f"{GROUP}/providers/Microsoft.DataProtection/resourceGuards/guard/triggerRestoreRequests/1"
)
POINT = (
    f"{VAULT}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;rg;web-01"
    "/protectedItems/VM;iaasvmcontainerv2;rg;web-01/recoveryPoints/123"
)
COMMON = {"requestId": "r-1", "sourceResourceId": VM, "storageAccountId": ACCOUNT}
DISKS = {**COMMON, "recoveryType": "RestoreDisks", "targetResourceGroupId": GROUP}
REPLACE = {**COMMON, "recoveryType": "OriginalLocation", "confirm": "web-01"}
NEW_VM = {
    **COMMON,
    "recoveryType": "AlternateLocation",
    "targetResourceGroupId": GROUP,
    "targetVirtualMachineId": f"{GROUP}/providers/Microsoft.Compute/virtualmachines/web-02",
    "virtualNetworkId": NET,
    "subnetId": f"{NET}/subnets/default",
}
ITEM = ProtectedItem(
    id=f"{VAULT}/items/i",
    vault_id=VAULT,
    container_name="c",
    name="i",
    source_resource_id=VM,
    region="westeurope",
    protection_state="Protected",
)


def parsed(fields: Any, default: str = "default") -> Any:
    return parsing.parse_request(fields, default_request_id=default)


def problems_of(fields: Any, default: str = "default") -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        parsed(fields, default)
    problems = caught.value.problems
    assert len({problem.path for problem in problems}) == len(problems)
    return {problem.path: problem.message for problem in problems}


def per_disk(*luns: int) -> dict[str, Any]:
    """Give each of these data disks a disk encryption set."""
    encryption_set = f"{GROUP}/providers/Microsoft.Compute/diskEncryptionSets/set"
    each = [{"lun": lun, "diskEncryptionSetId": encryption_set} for lun in luns]
    return {"perDiskEncryptionSetIds": each}


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}
