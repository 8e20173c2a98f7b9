"""Vaults, VMs, protected items and recovery points as the service writes them."""

from datetime import UTC, datetime

from simulated_azure import names
from simulated_azure.state import Disk, Item, Point, Vault, Vm
from simulated_azure.times import wire_time
from simulated_azure.versions import Version

JSON = dict[str, object]
ITEM_TYPE = "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems"
TIER_NUMBERS = {"Invalid": 0, "InstantRP": 1, "HardenedRP": 2, "ArchivedRP": 3, "IASnapshotRP": 4}
STATUS_NUMBERS = {"Invalid": 0, "Valid": 1, "Disabled": 2, "Deleted": 3, "Rehydrated": 4}
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


def item_resource(vault: Vault, item: Item, base: str) -> JSON:
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
    return {"id": path, "name": _last(path), "type": ITEM_TYPE, "properties": properties}


def point_resource(
    vault: Vault, item: Item, point: Point, version: Version, *, is_listed: bool = False
) -> JSON:
    """The recovery point; tier details are numbers in old versions. A list counts its disks and
    does not name them."""
    properties: JSON = {
        "objectType": "IaasVMRecoveryPoint",
        "recoveryPointType": point.consistency,
        "recoveryPointTime": wire_time(point.time.astimezone(UTC)),
        "recoveryPointAdditionalInfo": "",
        "sourceVMStorageType": point.storage_type,
        "isSourceVMEncrypted": point.encrypted,
        "isInstantIlrSessionActive": False,
        "recoveryPointTierDetails": [
            _tier(kind, status, version) for kind, status in point.tiers.items()
        ],
        "isManagedVirtualMachine": point.managed,
        "virtualMachineSize": point.size,
        "originalStorageAccountOption": point.original_storage_account_option,
    }
    if not version.has_numbers:
        properties |= _newer_properties(point, is_listed)
    return {
        "id": f"{item_path(vault, item)}/recoveryPoints/{point.name}",
        "name": point.name,
        "type": f"{ITEM_TYPE}/recoveryPoints",
        "properties": properties,
    }


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


def _tier(kind: str, status: str, version: Version) -> JSON:
    if version.has_numbers:
        return {"type": TIER_NUMBERS[kind], "status": STATUS_NUMBERS[status]}
    return {"type": kind, "status": status}


def _newer_properties(point: Point, is_listed: bool) -> JSON:
    properties: JSON = {
        "osType": point.os_type,
        "securityType": point.security_type,
        "isPrivateAccessEnabledOnAnyDisk": point.private_access,
        # Not in the spec, but on the wire: clients must put up with what they do not know.
        "createdWithPolicyType": "V1",
    }
    if point.zones:
        properties["zones"] = point.zones
    if point.threat_status is not None:
        properties["threatStatus"] = point.threat_status
    if point.extended_location is not None:
        properties["extendedLocation"] = {"name": point.extended_location, "type": "EdgeZone"}
    if point.disks:
        properties["recoveryPointDiskConfiguration"] = {
            "numberOfDisksIncludedInBackup": len(point.disks),
            "numberOfDisksAttachedToVm": len(point.disks) + len(point.excluded_disks),
            "includedDiskList": None if is_listed else [_disk(disk) for disk in point.disks],
            "excludedDiskList": None
            if is_listed
            else [_disk(disk) for disk in point.excluded_disks],
        }
    if point.soft_deleted or point.expiry_time is not None:
        properties["recoveryPointProperties"] = _lifetime(point)
    return properties


def _lifetime(point: Point) -> JSON:
    lifetime: JSON = {"isSoftDeleted": point.soft_deleted}
    if point.expiry_time is not None:
        lifetime["expiryTime"] = wire_time(point.expiry_time)
    return lifetime


def _disk(disk: Disk) -> JSON:
    # The OS disk is listed as lun -1.
    return {"lun": -1 if disk.lun is None else disk.lun, "name": disk.name}


def _last(arm_id: str) -> str:
    return arm_id.rsplit("/", 1)[-1]


def is_after(moment: datetime | None, other: datetime) -> bool:
    """Whether `other` is not before a bound that may be open."""
    return moment is None or other >= moment
