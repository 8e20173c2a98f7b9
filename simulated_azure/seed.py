"""The state to begin with: enough for a tour, a demo and most tests, and fleets of any size.

Times are relative to now, so that "newest" and "at most a day old" always have an answer. Names of
recovery points depend on VM and position alone.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from simulated_azure import names
from simulated_azure.state import (
    Disk,
    Item,
    Network,
    Point,
    State,
    StorageAccount,
    Tiers,
    Vault,
    Vm,
)

Resource = TypeVar("Resource", Vault, StorageAccount, Network)

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
REGION = "westeurope"
APP_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-app"
OTHER_APP_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-app-blue"
VAULT_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-vault"
TARGET_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-restored"
VAULT_ID = f"{VAULT_GROUP}/providers/Microsoft.RecoveryServices/vaults/vault-west"
ZONED_VAULT_ID = f"{VAULT_GROUP}/providers/Microsoft.RecoveryServices/vaults/vault-north"
STAGING_ID = f"{VAULT_GROUP}/providers/Microsoft.Storage/storageAccounts/stagingwest"
ZRS_STAGING_ID = f"{VAULT_GROUP}/providers/Microsoft.Storage/storageAccounts/stagingzrs"
NORTH_STAGING_ID = f"{VAULT_GROUP}/providers/Microsoft.Storage/storageAccounts/stagingnorth"
NETWORK_ID = f"{TARGET_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-restored"
SUBNET_ID = f"{NETWORK_ID}/subnets/default"

SNAPSHOT: Tiers = {"InstantRP": "Valid"}
BOTH: Tiers = {"InstantRP": "Valid", "HardenedRP": "Valid"}
STANDARD: Tiers = {"InstantRP": "Deleted", "HardenedRP": "Valid"}
DISABLED: Tiers = {"InstantRP": "Deleted", "HardenedRP": "Disabled"}
ARCHIVED: Tiers = {"InstantRP": "Deleted", "HardenedRP": "Deleted", "ArchivedRP": "Valid"}
REHYDRATED: Tiers = {"InstantRP": "Deleted", "HardenedRP": "Deleted", "ArchivedRP": "Rehydrated"}


def vm_id(name: str, group: str = APP_GROUP) -> str:
    """The ARM id of a VM, by default one of the tour's."""
    return f"{group}/providers/Microsoft.Compute/virtualMachines/{name}"


def target_vm_id(name: str) -> str:
    """The id of a VM that a restore is to create."""
    return vm_id(name, TARGET_GROUP)


def default_state(now: datetime) -> State:
    """The tour's subscription: a vault with VMs of every sort, and a zone-redundant one."""
    items = [
        Item(vm_id=vm_id("web-01"), points=_mixed_points("web-01", now)),
        Item(vm_id=vm_id("web-02"), points=daily_points("web-02", now, 3)),
        Item(vm_id=vm_id("db-01"), points=_database_points("db-01", now)),
        Item(vm_id=vm_id("deleted-01"), points=daily_points("deleted-01", now, 3, 10)),
        Item(vm_id=vm_id("unmanaged-01"), points=_unmanaged_points("unmanaged-01", now)),
        Item(
            vm_id=vm_id("stopped-01"),
            points=daily_points("stopped-01", now, 3, 20),
            protection_state="ProtectionStopped",
        ),
        Item(
            vm_id=vm_id("sd-01"),
            points=daily_points("sd-01", now, 3, 5),
            protection_state="ProtectionStopped",
            soft_deleted=True,
        ),
        Item(vm_id=vm_id("api-01"), points=daily_points("api-01", now, 3)),
        Item(vm_id=vm_id("api-01", OTHER_APP_GROUP), points=daily_points("api-01-b", now, 3)),
    ]
    zoned = Item(vm_id=vm_id("north-01"), points=daily_points("north-01", now, 3))
    state = State(
        groups=[TARGET_GROUP],
        vaults=_keyed(
            Vault(id=VAULT_ID, location=REGION, system_identity=True, items=_items(items)),
            Vault(
                id=ZONED_VAULT_ID,
                location="northeurope",
                storage_type="ZoneRedundant",
                items=_items([zoned]),
            ),
        ),
        storage_accounts=_keyed(
            StorageAccount(id=STAGING_ID),
            StorageAccount(id=ZRS_STAGING_ID, sku="Standard_ZRS"),
            StorageAccount(id=NORTH_STAGING_ID, location="northeurope"),
        ),
        networks=_keyed(Network(id=NETWORK_ID, subnets=["default", "isolated"])),
    )
    gone = names.key(vm_id("deleted-01"))
    for item in items:
        if names.key(item.vm_id) != gone:
            state.vms[names.key(item.vm_id)] = Vm(id=item.vm_id, location=REGION)
    state.vms[names.key(zoned.vm_id)] = Vm(id=zoned.vm_id, location="northeurope", zones=["1"])
    return state


def fleet_state(now: datetime, count: int, points: int = 3) -> State:
    """The default state with so many plain VMs, vm-0001 and on, in place of the tour's."""
    state = default_state(now)
    vault = state.vaults[names.key(VAULT_ID)]
    vault.items, state.vms = {}, {}
    for number in range(1, count + 1):
        name = f"vm-{number:04d}"
        item = Item(vm_id=vm_id(name), points=daily_points(name, now, points))
        vault.items[names.key(item.vm_id)] = item
        state.vms[names.key(item.vm_id)] = Vm(id=item.vm_id, location=vault.location)
    return state


def daily_points(vm: str, now: datetime, count: int, newest_days: float = 0.25) -> dict[str, Point]:
    """Application-consistent points a day apart: the newest five with snapshots, then not."""
    return _points(
        vm,
        [
            Point(
                time=_ago(now, newest_days + day),
                tiers=dict(BOTH if newest_days + day < 5 else STANDARD),
            )
            for day in range(count)
        ],
    )


def _mixed_points(vm: str, now: datetime) -> dict[str, Point]:
    disks = [
        Disk(name=f"{vm}-osdisk", size_gb=127),
        Disk(lun=0, name=f"{vm}-data0", size_gb=64),
        Disk(lun=1, name=f"{vm}-data1", size_gb=256),
    ]
    specs: list[tuple[float, str, Tiers, bool]] = [
        (0.2, "AppConsistent", SNAPSHOT, False),
        (1.2, "AppConsistent", BOTH, False),
        (2.2, "CrashConsistent", BOTH, False),
        (3.2, "AppConsistent", STANDARD, True),
        (4.2, "FileSystemConsistent", STANDARD, False),
        (7.2, "AppConsistent", STANDARD, False),
        (14.2, "CrashConsistent", DISABLED, False),
        (90.2, "AppConsistent", ARCHIVED, False),
    ]
    return _points(
        vm,
        [
            Point(
                time=_ago(now, days),
                consistency=consistency,
                tiers=dict(tiers),
                soft_deleted=deleted,
                disks=list(disks),
            )
            for days, consistency, tiers, deleted in specs
        ],
    )


def _database_points(vm: str, now: datetime) -> dict[str, Point]:
    """Only crash-consistent of late: whoever insists on more has to go back."""
    specs: list[tuple[float, str, Tiers]] = [
        (0.1, "CrashConsistent", SNAPSHOT),
        (1.1, "CrashConsistent", BOTH),
        (2.1, "AppConsistent", BOTH),
        (3.1, "AppConsistent", BOTH),
    ]
    return _points(
        vm,
        [
            Point(time=_ago(now, days), consistency=consistency, tiers=dict(tiers))
            for days, consistency, tiers in specs
        ],
    )


def _unmanaged_points(vm: str, now: datetime) -> dict[str, Point]:
    points = daily_points(vm, now, 2, 6)
    for point in points.values():
        point.managed = False
        point.original_storage_account_option = True
        point.storage_type = "NormalStorage"
    return points


def _points(vm: str, points: list[Point]) -> dict[str, Point]:
    for number, point in enumerate(points):
        point.name = names.point_name(f"{vm}/{number}")
    return {point.name: point for point in points}


def _ago(now: datetime, days: float) -> datetime:
    return now - timedelta(days=days)


def _items(items: list[Item]) -> dict[str, Item]:
    return {names.key(item.vm_id): item for item in items}


def _keyed(*resources: Resource) -> dict[str, Resource]:
    return {names.key(resource.id): resource for resource in resources}
