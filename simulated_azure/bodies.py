"""Protected items as the service writes them; recovery points: point_bodies.py."""

from datetime import datetime

from simulated_azure import names
from simulated_azure.state import Item, Vault
from simulated_azure.times import wire_time
from simulated_azure.versions import Version

JSON = dict[str, object]
ITEM_TYPE = "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems"


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
    known = version.visible("AzureIaaSVMProtectedItem", properties)
    return {"id": path, "name": names.last(path), "type": ITEM_TYPE, "properties": known}


def is_after(moment: datetime | None, other: datetime) -> bool:
    """Whether `other` is not before a bound that may be open."""
    return moment is None or other >= moment
