"""A vault as the service writes it, and what there is once in each: redundancy, keys, policies."""

from typing import Any

from simulated_azure import names
from simulated_azure.state import Item, Vault

JSON = dict[str, Any]
TYPE = "Microsoft.RecoveryServices/vaults"
GUARDED = (
    "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/"
    "recoveryPoints/restore/action"
)
_TWO_O_CLOCK = "2026-01-01T02:00:00Z"


def vault_resource(vault: Vault) -> JSON:
    """The vault, as Microsoft.RecoveryServices/vaults shows it."""
    crossing = "Enabled" if vault.cross_region_restore else "Disabled"
    properties: JSON = {
        "provisioningState": "Succeeded",
        "privateEndpointStateForBackup": "None",
        "publicNetworkAccess": "Enabled",
        "redundancySettings": {
            "standardTierStorageRedundancy": vault.storage_type,
            "crossRegionRestore": crossing,
        },
    }
    if vault.cross_subscription_restore is not None:
        state = {"crossSubscriptionRestoreState": vault.cross_subscription_restore}
        properties["restoreSettings"] = {"crossSubscriptionRestoreSettings": state}
    body: JSON = {
        "id": vault.id,
        "name": names.last(vault.id),
        "type": TYPE,
        "location": vault.location,
        "properties": properties,
        "sku": {"name": "Standard"},
    }
    if vault.system_identity:
        body["identity"] = {"type": "SystemAssigned"}
    return body


def storage_config(vault: Vault) -> JSON:
    """The vault's redundancy."""
    properties = _storage(vault) | {"crossRegionRestoreFlag": vault.cross_region_restore}
    return _part(vault, "backupstorageconfig", "vaultstorageconfig", properties)


def vault_config(vault: Vault) -> JSON:
    """The vault's soft delete and redundancy."""
    properties = _storage(vault) | {
        "enhancedSecurityState": "Enabled",
        "softDeleteFeatureState": "Enabled",
        "softDeleteRetentionPeriodInDays": 14,
        "isSoftDeleteFeatureStateEditable": True,
    }
    return _part(vault, "backupconfig", "vaultconfig", properties)


def encryption_config(vault: Vault) -> JSON:
    """Whose keys encrypt the backups."""
    properties: JSON = {
        "encryptionAtRestType": "MicrosoftManaged",
        "lastUpdateStatus": "NotEnabled",
        "infrastructureEncryptionState": "Disabled",
    }
    if vault.customer_managed_key:
        properties |= {
            "encryptionAtRestType": "CustomerManaged",
            "keyUri": f"https://{names.last(vault.id)}.vault.azure.net/keys/backup",
            "useSystemAssignedIdentity": True,
            "lastUpdateStatus": "Succeeded",
        }
    return _part(vault, "backupEncryptionConfigs", "backupResourceEncryptionConfig", properties)


def guard_proxies(vault: Vault) -> list[JSON]:
    """The proxy of the Resource Guard that protects restores, if there is one."""
    guard = vault.resource_guard
    if guard is None:
        return []
    detail = {"vaultCriticalOperation": GUARDED, "defaultResourceRequest": guard_request(guard)}
    properties = {"resourceGuardResourceId": guard, "resourceGuardOperationDetails": [detail]}
    return [_part(vault, "backupResourceGuardProxies", "VaultProxy", properties)]


def guard_request(guard: str) -> str:
    """What a restore must name where a Resource Guard protects restores."""
    return f"{guard}/triggerRestoreRequests/default"


def policies(vault: Vault) -> list[JSON]:
    """The policies that the vault's items name: daily, with snapshots for five days."""
    counts: dict[str, int] = {}
    for item in vault.items.values():
        counts[item.policy] = counts.get(item.policy, 0) + 1
    return [_policy(vault, name, count) for name, count in counts.items()]


def container(vault: Vault, item: Item) -> JSON:
    """The protection container of a VM; it holds one protected item."""
    name = names.container_name(item.vm_id)
    vm = names.parse(item.vm_id)
    assert vm is not None, item.vm_id
    classic = names.is_classic(item.vm_id)
    return {
        "id": f"{vault.id}/backupFabrics/Azure/protectionContainers/{name}",
        "name": name,
        "type": f"{TYPE}/backupFabrics/protectionContainers",
        "properties": {
            "virtualMachineId": item.vm_id,
            "virtualMachineVersion": "ClassicCompute" if classic else "Compute",
            "resourceGroup": vm.group,
            "friendlyName": vm.name,
            "backupManagementType": "AzureIaasVM",
            "registrationStatus": "Registered",
            "healthStatus": "Healthy",
            "containerType": vm.type,
            "protectableObjectType": vm.type,
        },
    }


def _policy(vault: Vault, name: str, count: int) -> JSON:
    retention = {"count": 30, "durationType": "Days"}
    properties = {
        "backupManagementType": "AzureIaasVM",
        "policyType": "V1",
        "timeZone": "UTC",
        "instantRPDetails": {},
        "instantRpRetentionRangeInDays": 5,
        "protectedItemsCount": count,
        "schedulePolicy": {
            "schedulePolicyType": "SimpleSchedulePolicy",
            "scheduleRunFrequency": "Daily",
            "scheduleRunTimes": [_TWO_O_CLOCK],
            "scheduleWeeklyFrequency": 0,
        },
        "retentionPolicy": {
            "retentionPolicyType": "LongTermRetentionPolicy",
            "dailySchedule": {"retentionTimes": [_TWO_O_CLOCK], "retentionDuration": retention},
        },
    }
    return _part(vault, "backupPolicies", name, properties)


def _storage(vault: Vault) -> JSON:
    return {
        "storageModelType": vault.storage_type,
        "storageType": vault.storage_type,
        "storageTypeState": "Locked",
    }


def _part(vault: Vault, kind: str, name: str, properties: JSON) -> JSON:
    """A resource directly below the vault."""
    return {
        "id": f"{vault.id}/{kind}/{name}",
        "name": name,
        "type": f"{TYPE}/{kind}",
        "properties": properties,
    }
