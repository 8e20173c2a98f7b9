"""Protected items and recovery points as the service writes them."""

from datetime import UTC, datetime

from simulated_azure import names
from simulated_azure.state import Disk, Item, Point, Vault
from simulated_azure.times import wire_time
from simulated_azure.versions import Version

JSON = dict[str, object]
ITEM_TYPE = "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems"
TIER_NUMBERS = {"Invalid": 0, "InstantRP": 1, "HardenedRP": 2, "ArchivedRP": 3, "IASnapshotRP": 4}
STATUS_NUMBERS = {"Invalid": 0, "Valid": 1, "Disabled": 2, "Deleted": 3, "Rehydrated": 4}
_NOT_READY_FOR_MOVE = {
    "isReadyForMove": False,
    "additionalInfo": "We're still determining if this Recovery Point can be moved.. "
    "Please check again after some time.",
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
        "friendlyName": names.last(item.vm_id),
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
    return {"id": path, "name": names.last(path), "type": ITEM_TYPE, "properties": properties}


def point_resource(vault: Vault, item: Item, point: Point, version: Version) -> JSON:
    """The recovery point; tier details are numbers in old versions."""
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
        properties |= _newer_properties(point)
    return {
        "id": f"{item_path(vault, item)}/recoveryPoints/{point.name}",
        "name": point.name,
        "type": f"{ITEM_TYPE}/recoveryPoints",
        "properties": properties,
    }


def _tier(kind: str, status: str, version: Version) -> JSON:
    if version.has_numbers:
        return {"type": TIER_NUMBERS[kind], "status": STATUS_NUMBERS[status]}
    return {"type": kind, "status": status}


def _newer_properties(point: Point) -> JSON:
    properties: JSON = {
        "osType": point.os_type,
        "securityType": point.security_type,
        "isPrivateAccessEnabledOnAnyDisk": point.private_access,
        # Not in the spec, but on the wire: clients must put up with what they do not know.
        "createdWithPolicyType": "V1",
        "recoveryPointMoveReadinessInfo": {"ArchivedRP": _NOT_READY_FOR_MOVE},
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
            "numberOfDisksAttachedToVm": len(point.disks),
            "includedDiskList": [_disk(disk) for disk in point.disks],
            "excludedDiskList": [],
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


def is_after(moment: datetime | None, other: datetime) -> bool:
    """Whether `other` is not before a bound that may be open."""
    return moment is None or other >= moment
