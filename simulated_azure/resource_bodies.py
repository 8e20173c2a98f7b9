"""Subscriptions, resource groups, storage accounts and networks as ARM writes them."""

from typing import Any

from simulated_azure import names
from simulated_azure.state import Network, StorageAccount

JSON = dict[str, Any]

TENANT = "00000000-0000-0000-0000-00000000aaaa"
"""The one tenant of the simulated Azure."""


def tenant() -> JSON:
    """The tenant as ARM lists it."""
    return {
        "id": f"/tenants/{TENANT}",
        "tenantId": TENANT,
        "tenantCategory": "Home",
        "displayName": "Simulated Azure",
        "defaultDomain": "simulated.example",
    }


def subscription(subscription_id: str) -> JSON:
    """A subscription."""
    return {
        "id": f"/subscriptions/{subscription_id}",
        "subscriptionId": subscription_id,
        "tenantId": TENANT,
        "displayName": f"Simulated {subscription_id[-4:]}",
        "state": "Enabled",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
    }


def resource_group(group_id: str, location: str) -> JSON:
    """A resource group."""
    return {
        "id": group_id,
        "name": names.last(group_id),
        "type": "Microsoft.Resources/resourceGroups",
        "location": location,
        "properties": {"provisioningState": "Succeeded"},
    }


def storage_account(account: StorageAccount) -> JSON:
    """A storage account."""
    name = names.last(account.id)
    return {
        "id": account.id,
        "name": name,
        "type": "Microsoft.Storage/storageAccounts",
        "location": account.location,
        "sku": {"name": account.sku, "tier": account.sku.split("_")[0]},
        "kind": account.kind,
        "tags": {},
        "properties": {
            "provisioningState": "Succeeded",
            "primaryLocation": account.location,
            "statusOfPrimary": "available",
            "primaryEndpoints": {
                part: f"https://{name}.{part}.core.windows.net/"
                for part in ("blob", "file", "queue", "table")
            },
        },
    }


def network(held: Network) -> JSON:
    """A virtual network and its subnets."""
    return {
        "id": held.id,
        "name": names.last(held.id),
        "type": "Microsoft.Network/virtualNetworks",
        "location": held.location,
        "properties": {
            "provisioningState": "Succeeded",
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": subnets(held),
        },
    }


def subnets(held: Network) -> list[JSON]:
    """The network's subnets."""
    return [
        {
            "id": f"{held.id}/subnets/{name}",
            "name": name,
            "type": "Microsoft.Network/virtualNetworks/subnets",
            "properties": {
                "provisioningState": "Succeeded",
                "addressPrefix": f"10.0.{number}.0/24",
            },
        }
        for number, name in enumerate(held.subnets)
    ]
