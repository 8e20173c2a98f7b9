"""A tour of the simulated Azure: each route, in each state in which it answers otherwise."""

from typing import Any

from simulated_azure import seed
from tests.contract.simulated_azure.caller import Caller, document, value

VAULT = seed.VAULT_ID
SECONDS_TO_LOOK = (0, 600, 300, 500, 200)
"""At the start, with a percentage, late in the transfer, at the last task, and after the end."""

_PARTS = (
    *("backupProtectedItems", "backupProtectionContainers", "backupResourceGuardProxies"),
    *("backupPolicies", "backupPolicies/daily-30-days"),
    *("backupstorageconfig/vaultstorageconfig", "backupconfig/vaultconfig"),
    "backupEncryptionConfigs/backupResourceEncryptionConfig",
)
_ODD_VM = seed.vm_id("odd-01")
_ODD_POINT: dict[str, Any] = {
    "time": "2029-12-31T00:00:00Z",
    "zones": ["1"],
    "private_access": True,
    "encrypted": True,
    "soft_deleted": True,
    "extended_location": "losangeles",
    "security_type": "TrustedLaunch",
    "expiry_time": "2030-02-01T00:00:00Z",
    "disks": [{"name": "odd-01-osdisk"}, {"lun": 0, "name": "odd-01-data-0"}],
    "tiers": {"InstantRP": "Deleted", "ArchivedRP": "Rehydrated"},
}
_SINCE_2026 = {
    "threat_status": "UnHealthy",
    "threats": [{"title": "Odd", "last_updated": "2030-01-01T00:00:00Z"}],
    "tiers": {"IASnapshotRP": "Valid"},
}
_ENDS: dict[str, dict[str, Any]] = {
    "web-01": {"outcome": "Completed"},
    "web-02": {"outcome": "CompletedWithWarnings"},
    "stopped-01": {"outcome": "Failed"},
    "deleted-01": {"operation_error": {"code": "CloudInvalidInputError", "message": "No."}},
}


def take(azure: Caller, job_type: str = "AzureIaaSVMJob", *, newest: bool = True) -> None:
    """Ask for everything that there is to see, or for what api-versions before 2026 have, too."""
    points = {"7": _ODD_POINT} | ({"8": _ODD_POINT | _SINCE_2026} if newest else {})
    plans = [{"vm": vm, **end} for vm, end in _ENDS.items()]
    azure.control(
        "PUT",
        "/state",
        {
            "vms": {_ODD_VM: {}},
            "vaults": {VAULT: {"items": {_ODD_VM: {"points": points}}}},
            "jobs": {"job_type": job_type, "plans": plans},
        },
    )
    _look_around(azure)
    _turn_pages(azure)
    _validate(azure)
    for kind in ("disks", "original", "alternate"):
        _restore(azure, kind, "web-01")
    for name in ("web-02", "stopped-01", "deleted-01"):
        _restore(azure, "disks", name)
    _cancel(azure)
    _look_beside(azure)
    _go_astray(azure)


def _look_around(azure: Caller) -> None:
    for name in ("web-01", "db-01", "unmanaged-01", "sd-01", "stopped-01", "odd-01"):
        azure.get(azure.item(name))
        for point in azure.points(name):
            azure.get(f"{azure.item(name)}/recoveryPoints/{point['name']}")
        azure.post(f"{azure.item(name)}/recoveryPointsRecommendedForMove", {"excludedRPList": []})
        azure.get(azure.item(name).split("/protectedItems/")[0])
    guard = f"{seed.VAULT_GROUP}/providers/Microsoft.DataProtection/resourceGuards/guard"
    change = {"resource_guard": guard, "customer_managed_key": True}
    azure.control("PUT", "/state", {"vaults": {seed.ZONED_VAULT_ID: change}})
    azure.get(f"{seed.ZONED_VAULT_ID}/backupResourceGuardProxies/VaultProxy")
    for vault in (VAULT, seed.ZONED_VAULT_ID):
        for part in _PARTS:
            azure.get(f"{vault}/{part}")
    where = f"/subscriptions/{seed.SUBSCRIPTION}/providers/Microsoft.RecoveryServices/locations"
    for name in ("web-01", "deleted-01"):
        asked = {"resourceType": "VM", "resourceId": seed.vm_id(name)}
        azure.post(f"{where}/{seed.REGION}/backupStatus", asked)


def _look_beside(azure: Caller) -> None:
    """What restores have left, and what is around the vaults."""
    subscription = f"/subscriptions/{seed.SUBSCRIPTION}"
    for place in (subscription, seed.APP_GROUP, seed.TARGET_GROUP, seed.VAULT_GROUP):
        for kind in ("Compute/virtualMachines", "Compute/disks", "RecoveryServices/vaults"):
            for one in value(azure.get(f"{place}/providers/Microsoft.{kind}")):
                azure.get(one["id"])
    azure.get(f"{seed.vm_id('web-01')}/instanceView")
    azure.get(seed.vm_id("web-01"), **{"$expand": "instanceView"})


def _turn_pages(azure: Caller) -> None:
    azure.control("PUT", "/state", {"service": {"page_size": 3}})
    for path in (f"{VAULT}/backupProtectedItems", f"{azure.item()}/recoveryPoints"):
        azure.get(document(azure.get(path))["nextLink"])
    azure.control("PUT", "/state", {"service": {"page_size": 200}})


def _validate(azure: Caller) -> None:
    for account in (seed.STAGING_ID, seed.ZRS_STAGING_ID):
        asked = {
            "id": azure.point(),
            "properties": {
                "objectType": "ValidateIaasVMRestoreOperationRequest",
                "restoreRequest": azure.disks_body(storageAccountId=account)["properties"],
            },
        }
        azure.post(f"{VAULT}/backupValidateOperation", asked)
        _follow(azure, azure.post(f"{VAULT}/backupTriggerValidateOperation", asked).headers)


def _restore(azure: Caller, kind: str, name: str) -> None:
    body: dict[str, Any] = getattr(azure, f"{kind}_body")(name)
    headers = azure.restore(body, name).headers
    _follow(azure, headers)
    operation = headers["Location"].split("?")[0].rsplit("/", 1)[-1]
    azure.get(f"{VAULT}/backupOperations/{operation}")
    azure.get(f"{VAULT}/backupOperationResults/{operation}")
    for seconds in SECONDS_TO_LOOK:
        azure.clock.advance(seconds)
        for job in value(azure.get(f"{VAULT}/backupJobs")):
            azure.get(job["id"])


def _follow(azure: Caller, headers: dict[str, str]) -> None:
    for seconds in (0, 1):
        azure.clock.advance(seconds)
        azure.get(headers["Azure-AsyncOperation"])
        azure.get(headers["Location"])


def _cancel(azure: Caller) -> None:
    job = azure.start(azure.alternate_body(target="cancelled"))
    result = azure.post(f"{job}/cancel").headers["Location"]
    for seconds in (0, 10):
        azure.clock.advance(seconds)
        azure.get(job)
        azure.get(result)


def _go_astray(azure: Caller) -> None:
    azure.get(f"{VAULT}x")
    azure.get(f"{VAULT}/backupJobs/1")
    azure.get(f"{VAULT}/backupNothing")
    azure.restore(azure.disks_body(region="northeurope"))
