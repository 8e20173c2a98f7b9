"""Restore bodies of our own, and the request and the point that each must have been built from."""

from datetime import UTC, datetime
from typing import Any

from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.request import parsing
from restore.start import arm_body

_GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-contoso"
_COMPUTE = f"{_GROUP}/providers/Microsoft.Compute"
_NET = f"{_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-contoso"
_VAULT_KEYS = f"{_GROUP}/providers/Microsoft.KeyVault/vaults/kv-contoso"
_STAGING = f"{_GROUP}/providers/Microsoft.Storage/storageAccounts/contosostaging"
_SETS = f"{_COMPUTE}/diskEncryptionSets"
_COMMON = {
    "objectType": "IaasVMRestoreRequest",
    "recoveryPointId": "7301846295013264",
    "sourceResourceId": f"{_COMPUTE}/virtualMachines/sql-01",
    "storageAccountId": _STAGING,
    "region": "westeurope",
    "createNewCloudService": False,
    "originalStorageAccountOption": False,
}
_DISKS = {**_COMMON, "recoveryType": "RestoreDisks", "targetResourceGroupId": _GROUP}
_REPLACE = {**_COMMON, "recoveryType": "OriginalLocation"}
_NEW_VM = {
    **_COMMON,
    "recoveryType": "AlternateLocation",
    "targetResourceGroupId": _GROUP,
    "targetVirtualMachineId": f"{_COMPUTE}/virtualmachines/sql-01-new",
    "virtualNetworkId": _NET,
    "subnetId": f"{_NET}/subnets/default",
}
_KEYS = {
    "encryptionEnabled": True,
    "kekUrl": "https://kv-contoso.vault.azure.net/keys/kek/1",
    "secretKeyUrl": "https://kv-contoso.vault.azure.net/secrets/bek/1",
    "kekVaultId": _VAULT_KEYS,
    "secretKeyVaultId": _VAULT_KEYS,
}
_IDENTITY = f"{_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-contoso"
_GUARD = f"{_GROUP}/providers/Microsoft.DataProtection/resourceGuards/guard-contoso"

BODIES: dict[str, dict[str, Any]] = {
    "disks": _DISKS,
    "some disks": _DISKS | {"restoreDiskLunList": [0, 2], "zones": ["1"]},
    "disks as VHDs": {n: value for n, value in _DISKS.items() if n != "targetResourceGroupId"}
    | {"restoreWithManagedDisks": False},
    "disks by identity": {n: value for n, value in _DISKS.items() if n != "storageAccountId"}
    | {
        "identityInfo": {
            "isSystemAssignedIdentity": False,
            "managedIdentityResourceId": _IDENTITY,
        },
        "identityBasedRestoreDetails": {
            "objectType": "IdentityBasedRestoreDetails",
            "targetStorageAccountId": _STAGING,
        },
    },
    "original location": _REPLACE,
    "original location with keys": _REPLACE | {"encryptionDetails": _KEYS},
    "original location in an edge zone": _REPLACE
    | {"extendedLocation": {"name": "contosoedge1", "type": "EdgeZone"}},
    "alternate location": _NEW_VM,
    "alternate location, guarded": _NEW_VM
    | {"resourceGuardOperationRequests": [f"{_GUARD}/triggerRestoreRequests/default"]},
    "alternate location, private": _NEW_VM
    | {
        "diskEncryptionSetId": f"{_SETS}/des-contoso",
        "targetDiskNetworkAccessSettings": {
            "targetDiskNetworkAccessOption": "EnablePrivateAccessForAllDisks",
            "targetDiskAccessId": f"{_COMPUTE}/diskAccesses/access-contoso",
        },
    },
    "alternate location, confidential": _NEW_VM
    | {
        "securedVMDetails": {
            "securedVMOsDiskEncryptionSetId": f"{_SETS}/des-os",
            "dataDiskEncryptionSettings": {
                "perDiskEncryptionSetIds": [{"lun": 0, "diskEncryptionSetId": f"{_SETS}/des-0"}],
                "dataDiskEncryptionSetId": f"{_SETS}/des-data",
                "dataDiskEncryptionIdentity": _IDENTITY,
            },
        }
    },
    "alternate location from the archive": _NEW_VM
    | {
        "objectType": "IaasVMRestoreWithRehydrationRequest",
        "recoveryPointRehydrationInfo": {
            "rehydrationPriority": "Standard",
            "rehydrationRetentionDuration": "P15D",
        },
    },
}
"""The `properties` of each body, by what is special about it."""


def asked_for(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the request of a person who wants what a body says."""
    asked = {name: value for name, value in properties.items() if name != "objectType"}
    asked["recoveryPoint"] = {"id": asked.pop("recoveryPointId")}
    if properties["recoveryType"] == "OriginalLocation":
        asked["confirm"] = properties["sourceResourceId"].rsplit("/", 1)[-1]
    return asked


def built(properties: dict[str, Any], request: Any = None) -> dict[str, Any]:
    """Build the body from a request, by default the one that asks for what a body says."""
    if request is None:
        request = parsing.parse_request(asked_for(properties), default_request_id="r")
    item = ProtectedItem(
        id="/item",
        vault_id="/vault",
        container_name="c",
        name="i",
        source_resource_id=properties["sourceResourceId"],
        region=properties["region"],
        protection_state="Protected",
    )
    return arm_body.build(request, item, _point_of(properties))


def _point_of(properties: dict[str, Any]) -> RecoveryPoint:
    """Return the point that a body must have been written for."""
    is_archived = properties["objectType"] == "IaasVMRestoreWithRehydrationRequest"
    is_disks = properties["recoveryType"] == "RestoreDisks"
    has_group = "targetResourceGroupId" in properties
    return RecoveryPoint(
        name=properties["recoveryPointId"],
        time=datetime(2026, 11, 1, tzinfo=UTC),
        tier="VaultArchive" if is_archived else "SnapshotAndVaultStandard",
        is_managed_vm=not is_disks or has_group or "restoreWithManagedDisks" in properties,
        is_private_access_enabled="targetDiskNetworkAccessSettings" in properties,
    )
