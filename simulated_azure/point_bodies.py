"""Recovery points as the service writes them: each api-version tells what it knows."""

from datetime import UTC

from simulated_azure.bodies import ITEM_TYPE, JSON, item_path
from simulated_azure.parts import Threat
from simulated_azure.state import Disk, Item, Point, Vault
from simulated_azure.times import wire_time
from simulated_azure.versions import Version

TIER_NUMBERS = {"Invalid": 0, "InstantRP": 1, "HardenedRP": 2, "ArchivedRP": 3, "IASnapshotRP": 4}
_NOT_READY_FOR_MOVE = {
    "isReadyForMove": False,
    "additionalInfo": "We're still determining if this Recovery Point can be moved.. "
    "Please check again after some time.",
}
STATUS_NUMBERS = {"Invalid": 0, "Valid": 1, "Disabled": 2, "Deleted": 3, "Rehydrated": 4}


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
            _tier(kind, status, version)
            for kind, status in version.visible("RecoveryPointTierType", point.tiers).items()
        ],
        "isManagedVirtualMachine": point.managed,
        "virtualMachineSize": point.size,
        "originalStorageAccountOption": point.original_storage_account_option,
    }
    properties |= _newer_properties(point, version, is_listed)
    return {
        "id": f"{item_path(vault, item)}/recoveryPoints/{point.name}",
        "name": point.name,
        "type": f"{ITEM_TYPE}/recoveryPoints",
        "properties": version.visible("IaasVMRecoveryPoint", properties),
    }


def _tier(kind: str, status: str, version: Version) -> JSON:
    if version.has_numbers:
        return {"type": TIER_NUMBERS[kind], "status": STATUS_NUMBERS[status]}
    return {"type": kind, "status": status}


def _newer_properties(point: Point, version: Version, is_listed: bool) -> JSON:
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
    if point.threats:
        properties["threatInfo"] = [_threat(threat) for threat in point.threats]
    if point.extended_location is not None:
        properties["extendedLocation"] = {"name": point.extended_location, "type": "EdgeZone"}
    if point.disks:
        properties["recoveryPointDiskConfiguration"] = {
            "numberOfDisksIncludedInBackup": len(point.disks),
            "numberOfDisksAttachedToVm": len(point.disks) + len(point.excluded_disks),
            "includedDiskList": None if is_listed else _disks(point.disks, version),
            "excludedDiskList": None if is_listed else _disks(point.excluded_disks, version),
        }
    if point.soft_deleted or point.expiry_time is not None:
        lifetime = version.visible("RecoveryPointProperties", _lifetime(point))
        properties["recoveryPointProperties"] = lifetime
    return properties


def _lifetime(point: Point) -> JSON:
    lifetime: JSON = {"isSoftDeleted": point.soft_deleted}
    if point.expiry_time is not None:
        lifetime["expiryTime"] = wire_time(point.expiry_time)
    return lifetime


def _disks(disks: list[Disk], version: Version) -> list[JSON]:
    return [version.visible("DiskInformation", _disk(disk)) for disk in disks]


def _disk(disk: Disk) -> JSON:
    # The OS disk is listed as lun -1.
    lun = -1 if disk.lun is None else disk.lun
    return {"lun": lun, "name": disk.name, "diskSizeInGb": disk.size_gb}


def _threat(threat: Threat) -> JSON:
    body: JSON = {
        "threatTitle": threat.title,
        "threatDescription": threat.description,
        "threatState": threat.state,
        "threatSeverity": threat.severity,
    }
    if threat.last_updated is not None:
        body["lastUpdatedTime"] = wire_time(threat.last_updated)
    return body
