"""Vaults, VMs and protected items as the service writes them; recovery points: point_bodies.py."""

from datetime import datetime

from simulated_azure import names
from simulated_azure.state import Item, Vault, Vm
from simulated_azure.times import wire_time
from simulated_azure.versions import Version

JSON = dict[str, object]
ITEM_TYPE = "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems"
GUARDED = (
    "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/"
    "recoveryPoints/restore/action"
)


def vault_resource(vault: Vault) -> JSON:
    """The vault, as Microsoft.RecoveryServices/vaults shows it."""
    properties: JSON = {
        "provisioningState": "Succeeded",
        "privateEndpointStateForBackup": "None",
        "publicNetworkAccess": "Enabled",
    }
    if vault.cross_subscription_restore is not None:
        state = {"crossSubscriptionRestoreState": vault.cross_subscription_restore}
        properties["restoreSettings"] = {"crossSubscriptionRestoreSettings": state}
    return {
        "id": vault.id,
        "name": _last(vault.id),
        "type": "Microsoft.RecoveryServices/vaults",
        "location": vault.location,
        "properties": properties,
        "sku": {"name": "Standard"},
    }


def vm_resource(vm: Vm) -> JSON:
    """The VM, as Microsoft.Compute shows it, as far as restores care."""
    body: JSON = {
        "id": vm.id,
        "name": _last(vm.id),
        "type": "Microsoft.Compute/virtualMachines",
        "location": vm.location,
        "properties": {
            "hardwareProfile": {"vmSize": vm.size},
            "provisioningState": "Succeeded",
            "storageProfile": _vm_disks(vm),
        },
    }
    if vm.zones:
        body["zones"] = vm.zones
    return body


def _vm_disks(vm: Vm) -> JSON:
    """The VM's disks; those that were replaced have other names afterwards."""
    name = _last(vm.id)
    suffix = f"-{vm.disks_replaced_by_job[:8]}" if vm.disks_replaced_by_job else ""
    return {
        "osDisk": {"osType": vm.os_type, "name": f"{name}-osdisk{suffix}"},
        "dataDisks": [
            {"lun": lun, "name": f"{name}-data{lun}{'' if lun in vm.kept_luns else suffix}"}
            for lun in vm.data_luns
        ],
    }


def item_path(vault: Vault, item: Item) -> str:
    """The protected item's ARM id."""
    container = names.container_name(item.vm_id)
    name = names.protected_item_name(item.vm_id)
    return f"{vault.id}/backupFabrics/Azure/protectionContainers/{container}/protectedItems/{name}"


def item_resource(vault: Vault, item: Item, base: str, version: Version) -> JSON:
    """The protected item; a stopped one has the sentinels that real ones have."""
    path = item_path(vault, item)
    stopped = item.protection_state == "ProtectionStopped"
    newest = max((point.time for point in item.points.values()), default=None)
    classic = names.is_classic(item.vm_id)
    kind = "Microsoft.ClassicCompute" if classic else "Microsoft.Compute"
    properties: JSON = {
        "friendlyName": _last(item.vm_id),
        "virtualMachineId": item.vm_id,
        "sourceResourceId": item.vm_id,
        "protectedItemType": f"{kind}/virtualMachines",
        "backupManagementType": "AzureIaasVM",
        "workloadType": "VM",
        "containerName": names.short_container(item.vm_id),
        # A URL and not an id: that is what real answers hold.
        "vaultId": f"{base}{vault.id}",
        "protectionStatus": "Healthy" if item.health_status == "Passed" else "Unhealthy",
        "protectionState": item.protection_state,
        "healthStatus": item.health_status,
        "lastBackupStatus": "" if stopped or newest is None else "Completed",
        "lastBackupTime": "2001-01-01T00:00:00Z" if stopped or not newest else wire_time(newest),
        "policyId": "" if stopped else f"{vault.id}/backupPolicies/{item.policy}",
        "policyName": "" if stopped else item.policy,
        "lastRecoveryPoint": wire_time(newest) if newest else None,
        "isArchiveEnabled": False,
        "softDeleteRetentionPeriod": 14,
    }
    if item.soft_deleted:
        properties["isScheduledForDeferredDelete"] = True
        properties["deferredDeleteTimeRemaining"] = "11.00:00:00"
    known = version.visible("AzureIaaSVMProtectedItem", properties)
    return {"id": path, "name": _last(path), "type": ITEM_TYPE, "properties": known}


def storage_config_resource(vault: Vault) -> JSON:
    """The vault's redundancy."""
    return {
        "id": f"{vault.id}/backupstorageconfig/vaultstorageconfig",
        "name": "vaultstorageconfig",
        "type": "Microsoft.RecoveryServices/vaults/backupstorageconfig",
        "properties": {
            "storageModelType": vault.storage_type,
            "storageType": vault.storage_type,
            "storageTypeState": "Locked",
            "crossRegionRestoreFlag": vault.cross_region_restore,
        },
    }


def guard_proxies(vault: Vault) -> list[JSON]:
    """The proxy of the Resource Guard that protects restores, if there is one."""
    guard = vault.resource_guard
    if guard is None:
        return []
    detail = {
        "vaultCriticalOperation": GUARDED,
        "defaultResourceRequest": guard_request(guard),
    }
    return [
        {
            "id": f"{vault.id}/backupResourceGuardProxies/VaultProxy",
            "name": "VaultProxy",
            "type": "Microsoft.RecoveryServices/vaults/backupResourceGuardProxies",
            "properties": {
                "resourceGuardResourceId": guard,
                "resourceGuardOperationDetails": [detail],
            },
        }
    ]


def guard_request(guard: str) -> str:
    """What a restore must name where a Resource Guard protects restores."""
    return f"{guard}/triggerRestoreRequests/default"


def _last(arm_id: str) -> str:
    return arm_id.rsplit("/", 1)[-1]


def is_after(moment: datetime | None, other: datetime) -> bool:
    """Whether `other` is not before a bound that may be open."""
    return moment is None or other >= moment
