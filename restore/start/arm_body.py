"""Build the body of the restore POST: ARM's IaasVMRestoreRequest, field for field.

Also here: which fields the chosen recovery point demands or excludes. What can be said of a request
alone is said earlier, by parsing.py and cross_field_rules.py; what Azure Backup does not restore at
all, by plan/restrictions.py.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from restore.messages.errors import InvalidRequest
from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.messages.request import OriginalLocation, RestoreDisks, RestoreRequest
from restore.values.problem import Problem

_ARCHIVE = "VaultArchive"
_NOT_ARMS = (
    "requestId",
    "vaultId",
    "recoveryPoint",
    "deadline",
    "incidentAt",
    "confirm",
    "planHash",
    "planOnly",
    "verify",
    "recoveryPointRehydrationInfo",
)

_WOULD_BE_VHDS = (
    "is required for managed disks: without it they would land as VHDs in the storage account. "
    "If that is what you want, say restoreWithManagedDisks: false"
)


def build(request: RestoreRequest, item: ProtectedItem, point: RecoveryPoint) -> dict[str, Any]:
    """Return `{"properties": …}`. Raises InvalidRequest where request and point do not fit."""
    problems = [Problem(path=path, message=text) for path, text in _problems(request, point)]
    if problems:
        raise InvalidRequest(
            problems, request_id=request.request_id, doing="build the restore request"
        )
    given = msgspec.json.decode(msgspec.json.encode(request))
    ours = {name: value for name, value in given.items() if name not in _NOT_ARMS}
    always = {
        "objectType": "IaasVMRestoreRequest",
        "recoveryPointId": point.name,
        "createNewCloudService": request.create_new_cloud_service,
        "originalStorageAccountOption": request.original_storage_account_option,
        "sourceResourceId": item.source_resource_id,  # survives the VM; the vault's own spelling
        "region": item.region,
    }
    return {"properties": ours | always | _edge_zone(request, point) | _rehydration(given, point)}


def _edge_zone(request: RestoreRequest, point: RecoveryPoint) -> dict[str, Any]:
    """Disks can only be replaced in the edge zone in which they are."""
    if not isinstance(request, OriginalLocation) or request.extended_location is not None:
        return {}
    location = point.extended_location
    return {"extendedLocation": location.as_json()} if location else {}


def _rehydration(given: dict[str, Any], point: RecoveryPoint) -> dict[str, Any]:
    """Ask for rehydration only where the point lies in the archive and nowhere else."""
    if point.tier != _ARCHIVE:
        return {}
    info = given["recoveryPointRehydrationInfo"]
    return {
        "objectType": "IaasVMRestoreWithRehydrationRequest",
        "recoveryPointRehydrationInfo": info,
    }


def _problems(request: RestoreRequest, point: RecoveryPoint) -> Iterator[tuple[str, str]]:
    if point.tier == _ARCHIVE and request.recovery_point_rehydration_info is None:
        yield "$.recoveryPointRehydrationInfo", "is required: the point lies in the archive only"
    yield from _managed_disk_problems(request, point)
    yield from _network_problems(request, point)


def _managed_disk_problems(
    request: RestoreRequest, point: RecoveryPoint
) -> Iterator[tuple[str, str]]:
    if isinstance(request, RestoreDisks) and _lands_as_vhds(request, point):
        yield "$.targetResourceGroupId", _WOULD_BE_VHDS
    if request.original_storage_account_option and not point.original_storage_account_option:
        yield (
            "$.originalStorageAccountOption",
            "may be true only for an unmanaged VM whose recovery point says so too",
        )
    has_set = not isinstance(request, OriginalLocation) and request.disk_encryption_set_id
    if has_set and (point.is_encrypted or not point.is_managed_vm):
        yield (
            "$.diskEncryptionSetId",
            "applies only to managed disks that are not encrypted with Azure Disk Encryption",
        )


def _lands_as_vhds(request: RestoreDisks, point: RecoveryPoint) -> bool:
    is_meant = request.restore_with_managed_disks is False
    return point.is_managed_vm and request.target_resource_group_id is None and not is_meant


def _network_problems(request: RestoreRequest, point: RecoveryPoint) -> Iterator[tuple[str, str]]:
    is_given = request.target_disk_network_access_settings is not None
    if point.is_private_access_enabled and not is_given:
        yield (
            "$.targetDiskNetworkAccessSettings",
            "is required: the recovery point has disks with private network access",
        )
    if is_given and not point.is_private_access_enabled:
        yield (
            "$.targetDiskNetworkAccessSettings",
            "does not apply: no disk of the recovery point has private network access",
        )
