"""Steps that restore, in all the ways that the CLI has for VMs, and that wait, stop and fail.

Not among them is the secondary region, which is another service.
"""

import time
from typing import Any

from simulated_azure import names, seed
from simulated_azure.state import Network, State, StorageAccount
from tools.az_contract.az import Az, Holds
from tools.az_contract.expected import KIND, has_status, in_vault, made, named, os_disk, point_of

SHORT_S, LONG_S = 0.5, 20.0
"""How long restores take: most are over when the CLI first looks; two are waited for or stopped."""
OTHER_SUBSCRIPTION = "00000000-0000-0000-0000-000000000002"
_OTHER_GROUP = f"/subscriptions/{OTHER_SUBSCRIPTION}/resourceGroups/rg-other"


def prepare(state: State) -> None:
    """Let restores be short, and let there be a second subscription to restore into."""
    state.jobs.operation_s, state.jobs.rehydration_s = 0, SHORT_S
    providers = f"{_OTHER_GROUP}/providers"
    network = Network(id=f"{providers}/Microsoft.Network/virtualNetworks/vnet-other")
    account = StorageAccount(id=f"{providers}/Microsoft.Storage/storageAccounts/stagingother")
    state.networks[names.key(network.id)] = network
    state.storage_accounts[names.key(account.id)] = account


def run(az: Az) -> None:
    """Run them in order; later ones need what earlier ones left."""
    _restore_disks(az)
    _restore_specially(az)
    _restore_vms(az)
    _wait_and_stop(az)
    _be_refused(az)


def _restore_disks(az: Az) -> None:
    group = ("--target-resource-group", "rg-restored")
    _restore(az, "disks", "web-02", *group, holds=made(az, 1))
    _restore(az, "disks, native names", "web-02", *group, native=True)
    _restore(
        az, "OS disk only", "web-01", *group, "--restore-only-osdisk", point=1, holds=made(az, 1)
    )
    chosen = ("--diskslist", "0")
    _restore(az, "chosen disks", "web-01", *group, *chosen, point=1, holds=made(az, 2))
    _restore(az, "disks as blobs", "web-02", "--restore-as-unmanaged-disks")
    _restore(az, "disks of an unmanaged VM", "unmanaged-01")
    _restore(az, "disks by identity", "web-02", *group, "--mi-system-assigned")
    archive = ("--rehydration-priority", "High", "--rehydration-duration", "12")
    _restore(az, "archived disks", "web-01", *group, *archive, point=7)


def _restore_specially(az: Az) -> None:
    """What needs a vault or a point of another kind."""
    group = ("--target-resource-group", "rg-restored")
    west = az.simulator.state.vaults[names.key(seed.VAULT_ID)]
    private, on_edge, confidential = (
        west.items[names.key(seed.vm_id("db-01"))].points[point_of(az, "db-01", index)]
        for index in (1, 2, 3)
    )
    private.private_access = True
    access = f"{seed.TARGET_GROUP}/providers/Microsoft.Compute/diskAccesses/access"
    option = (
        *("--disk-access-option", "EnablePrivateAccessForAllDisks"),
        *("--target-disk-access-id", access),
    )
    _restore(az, "private disks", "db-01", *group, *option, point=1)
    on_edge.extended_location = "losangeles"
    _restore(az, "disks in an edge zone", "db-01", *group, "--restore-to-edge-zone", point=2)
    west.customer_managed_key = True
    keys = f"{seed.TARGET_GROUP}/providers/Microsoft.Compute/diskEncryptionSets/keys"
    _restore(az, "disks with own keys", "web-02", *group, "--disk-encryption-set-id", keys)
    confidential.security_type = "ConfidentialVM"
    _restore(az, "disks of a confidential VM", "db-01", *group, "--cvm-os-des-id", keys, point=3)
    west.resource_guard = f"{seed.VAULT_GROUP}/providers/Microsoft.DataProtection/resourceGuards/g"
    _restore(az, "disks from a guarded vault", "web-02", *group)
    west.resource_guard = None
    zone = ("--target-zone", "2")
    _restore(az, "disks in a zone", "north-01", *group, *zone, vault="vault-north")


def _restore_vms(az: Az) -> None:
    show = ("vm", "show", "-g", "rg-app", "-n", "web-02")
    before = az("vm show before", *show)
    original = ("--restore-mode", "OriginalLocation")
    _restore(az, "replace disks", "web-02", *original)
    az(
        "its disks are others",
        *show,
        holds=lambda found: os_disk(found) != os_disk(before),
    )
    target = (
        *("--restore-mode", "AlternateLocation", "--target-vm-name", "web-02-new"),
        *("--target-resource-group", "rg-restored", "--target-vnet-name", "vnet-restored"),
        *("--target-vnet-resource-group", "rg-restored", "--target-subnet-name", "default"),
    )
    _restore(az, "restore as a new VM", "web-02", *target)
    az("the VM is there", *("vm", "show", "-g", "rg-restored", "-n", "web-02-new"))
    elsewhere = (
        *("--target-subscription-id", OTHER_SUBSCRIPTION, "--target-vm-name", "deleted-01"),
        *("--target-resource-group", "rg-other", "--target-vnet-name", "vnet-other"),
        *("--target-vnet-resource-group", "rg-other", "--target-subnet-name", "default"),
        *("--storage-account-resource-group", "rg-other"),
    )
    _restore(az, "into another subscription", "deleted-01", *elsewhere, staging="stagingother")


def _wait_and_stop(az: Az) -> None:
    group = ("--target-resource-group", "rg-restored")
    state, vault = az.simulator.state, in_vault()
    state.jobs.duration_s = LONG_S
    running = has_status("InProgress")
    job = _start(az, "a long restore", "web-02", *group, holds=running)
    az(
        "job wait",
        *("backup", "job", "wait", *vault, "-n", job, "--timeout", "120"),
        holds=has_status("Completed"),
    )
    job = _start(az, "another long restore", "web-02", *group, holds=running)
    show = ("backup", "job", "show", *vault, "-n", job)
    az("job stop", "backup", "job", "stop", *vault, "-n", job, holds=lambda found: found is None)
    az("the job is stopped", *show, holds=has_status("Cancelling"))
    time.sleep(state.jobs.cancel_s)
    az("and stays so", *show, holds=has_status("Cancelled"))
    az(
        "job stop too late",
        *("backup", "job", "stop", *vault, "-n", job),
        says="not in a cancellable state",
    )
    listed = ("backup", "job", "list", *vault, "--operation", "Restore", "--status", "Cancelled")
    az("job list by status", *listed, holds=named(job))


def _be_refused(az: Az) -> None:
    vault, short = in_vault(), "iaasvmcontainerv2;rg-app;nobody"
    native = ("-c", f"IaasVMContainer;{short}", "-n", f"VM;{short}")
    az(
        "item show of what is not protected",
        *("backup", "item", "show", *vault, *native, *KIND),
        says="BMSUserErrorDataSourceObjectNotFound",
    )
    _start(
        az,
        "staging account in another region",
        *("web-02", "--target-resource-group", "rg-restored"),
        staging="stagingnorth",
        says="BMSUserErrorInvalidInput",
    )
    az(
        "vault that does not exist",
        *("backup", "item", "list", "-g", "rg-vault", "-v", "vault-south"),
        says="ResourceNotFound",
    )


def _restore(az: Az, title: str, vm: str, *options: str, holds: Holds = bool, **more: Any) -> None:
    """Start a restore, wait for its job, and look at what it left."""
    az.simulator.state.jobs.duration_s = SHORT_S
    job = _start(az, title, vm, *options, **more)
    if not job:
        return
    vault = in_vault(more.get("vault", "vault-west"))
    time.sleep(2 * SHORT_S)
    az(
        f"{title}: its end",
        *("backup", "job", "show", *vault, "-n", job),
        holds=lambda found: has_status("Completed")(found) and holds(found),
    )


def _start(
    az: Az,
    title: str,
    vm: str,
    *options: str,
    point: int = 0,
    native: bool = False,
    vault: str = "vault-west",
    staging: str = "",
    holds: Holds = bool,
    says: str = "",
) -> str:
    """Start a restore and return its job's name."""
    short = f"iaasvmcontainerv2;rg-app;{vm}"
    place = (f"IaasVMContainer;{short}", f"VM;{short}") if native else (vm, vm)
    account = staging or ("stagingwest" if vault == "vault-west" else "stagingnorth")
    found = az(
        title,
        *("backup", "restore", "restore-disks", *in_vault(vault), "-c", place[0], "-i", place[1]),
        *("-r", point_of(az, vm, point), "--storage-account", account, *options),
        holds=holds,
        says=says,
    )
    return "" if found is None else str(found["name"])
