"""What steps expect of the CLI's answers, and how they name what is in the simulated Azure."""

from typing import Any

from simulated_azure import names, seed
from tools.az_contract.az import Az, Holds

KIND = ("--backup-management-type", "AzureIaasVM", "--workload-type", "VM")


def point_of(az: Az, vm: str, index: int = 0) -> str:
    """The name of a VM's recovery point, the newest by default."""
    for vault in az.simulator.state.vaults.values():
        item = vault.items.get(names.key(seed.vm_id(vm)))
        if item is not None:
            return sorted(item.points.values(), key=lambda one: one.time)[-1 - index].name
    raise AssertionError(f"no backups of {vm}")


def in_vault(name: str = "vault-west") -> tuple[str, ...]:
    return ("-g", "rg-vault", "-v", name)


def named(*wanted: str) -> Holds:
    return lambda found: set(wanted) <= {one["name"] for one in found}


def has(name: str) -> Holds:
    return lambda found: found.get(name)


def has_status(status: str) -> Holds:
    return lambda found: found["properties"]["status"] == status


def made(az: Az, count: int) -> Holds:
    """Whether a job has left so many disks in the target group."""

    def holds(job: Any) -> bool:
        disks = az.simulator.state.restored_disks[names.key(seed.TARGET_GROUP)]
        return len([disk for disk in disks if disk.restored_by_job == job["name"]]) == count

    return holds


def os_disk(vm: Any) -> str:
    return str(vm["storageProfile"]["osDisk"]["name"])
