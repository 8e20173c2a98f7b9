"""Steps that read: signing in, what is around a vault, and what the vault holds."""

from datetime import UTC, datetime

from simulated_azure import seed
from simulated_azure.resource_bodies import TENANT
from tools.az_contract.az import Az
from tools.az_contract.expected import KIND, has, in_vault, named, point_of


def run(az: Az) -> None:
    """Run them in order."""
    _sign_in(az)
    _look_around(az)
    _read_backups(az)


def _sign_in(az: Az) -> None:
    az(
        "cloud register",
        *("cloud", "register", "-n", "simulated", "--endpoint-resource-manager", az.url),
        holds=lambda found: found is None,
    )
    az("cloud set", "cloud", "set", "-n", "simulated", holds=lambda found: found is None)
    account = ("--service-principal", "-u", "rehearsal", "-p", "any", "--tenant", TENANT)
    az("login", "login", *account, holds=lambda found: len(found) == 2)
    az("account set", "account", "set", "-s", seed.SUBSCRIPTION, holds=lambda found: found is None)
    az("account show", "account", "show", holds=lambda found: found["tenantId"] == TENANT)


def _look_around(az: Az) -> None:
    az("group list", "group", "list", holds=named("rg-app", "rg-vault"))
    az("group exists", "group", "exists", "-n", "rg-restored", holds=lambda found: found is True)
    az("resource list", "resource", "list", "-g", "rg-app-blue", holds=named("api-01"))
    az("vm list", "vm", "list", holds=named("web-01", "north-01"))
    az("vm show", *("vm", "show", "-g", "rg-app", "-n", "web-01"), holds=has("storageProfile"))
    az(
        "vm get-instance-view",
        *("vm", "get-instance-view", "-g", "rg-app", "-n", "web-01"),
        holds=lambda found: found["instanceView"]["statuses"][1]["code"] == "PowerState/running",
    )
    az("disk list", "disk", "list", "-g", "rg-app", holds=named("web-01-osdisk"))
    az(
        "storage account show",
        *("storage", "account", "show", "-g", "rg-vault", "-n", "stagingwest"),
        holds=has("primaryEndpoints"),
    )
    az(
        "network vnet show",
        *("network", "vnet", "show", "-g", "rg-restored", "-n", "vnet-restored"),
        holds=has("subnets"),
    )


def _read_backups(az: Az) -> None:
    vault = in_vault()
    web = ("-c", "web-01", "-i", "web-01", *KIND)
    az("vault list", "backup", "vault", "list", holds=named("vault-west", "vault-north"))
    az(
        "vault list of a group",
        *("backup", "vault", "list", "-g", "rg-vault"),
        holds=named("vault-west"),
    )
    az("vault show", *("backup", "vault", "show", "-g", "rg-vault", "-n", "vault-west"))
    az(
        "vault backup-properties show",
        *("backup", "vault", "backup-properties", "show", "-g", "rg-vault", "-n", "vault-west"),
    )
    az(
        "container list",
        *("backup", "container", "list", *vault, *KIND[:2]),
        holds=lambda found: len(found) == 9,
    )
    az("container show", "backup", "container", "show", *vault, "-n", "web-01", *KIND[:2])
    az("item list", "backup", "item", "list", *vault, holds=lambda found: len(found) == 9)
    az("item show", *("backup", "item", "show", *vault, "-c", "web-01", "-n", "web-01", *KIND))
    az("policy list", *("backup", "policy", "list", *vault), holds=named("daily-30-days"))
    az(
        "recoverypoint list",
        *("backup", "recoverypoint", "list", *vault, *web),
        holds=lambda found: len(found) == 8,
    )
    since = datetime.now(UTC).strftime("%d-%m-%Y")
    az(
        "recoverypoint list by date",
        *("backup", "recoverypoint", "list", *vault, *web, "--start-date", since),
        holds=lambda found: len(found) <= 1,
    )
    az(
        "recoverypoint show",
        *("backup", "recoverypoint", "show", *vault, *web, "-n", point_of(az, "web-01")),
        holds=lambda found: found["properties"]["recoveryPointTierDetails"],
    )
    az(
        "protection check-vm",
        *("backup", "protection", "check-vm", "--vm", seed.vm_id("web-01")),
        holds=lambda found: found.lower() == seed.VAULT_ID.lower(),
    )
    az("job list", "backup", "job", "list", *vault, holds=lambda found: found == [])
