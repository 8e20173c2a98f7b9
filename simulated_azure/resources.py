"""The types of ARM resources that are only read here, one by its id or all of a scope.

A `Kind` says where the state holds its resources and what they look like; reading and listing are
the same for all. What a vault holds is in vault_routes.py and resource_routes.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from simulated_azure import compute, instance_view, resource_bodies, store, vault_bodies
from simulated_azure.compute import ManagedDisk
from simulated_azure.filters import list_reply, page
from simulated_azure.routing import Call
from simulated_azure.state import Network, State, StorageAccount, Vault, Vm
from simulated_azure.wire import Reply, json_reply

JSON = dict[str, object]
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Kind(Generic[Thing]):
    """One type of resource."""

    type: str
    held: Callable[[State], Mapping[str, Thing]]
    """All there are, by lower-cased id."""
    body: Callable[[State, Thing], JSON]

    def read(self, call: Call) -> Reply:
        """GET the one called `{name}` in the group of the path."""
        return json_reply(200, self.body(call.state, self.find(call)))

    def list(self, call: Call) -> Reply:
        """GET those of the resource group in the path, or of the whole subscription."""
        scope = f"{store.scope(call)}/"
        found = [thing for key, thing in self.held(call.state).items() if key.startswith(scope)]
        shown, token = page(found, call.query.get("$skiptoken", ""), call.page_size)
        return list_reply(call, [self.body(call.state, thing) for thing in shown], token)

    def find(self, call: Call) -> Thing:
        """The one in the path, or ARM's 404."""
        return store.resource(call, self.type, self.held(call.state), call.params["name"])


VAULTS = Kind[Vault](
    store.VAULT, lambda state: state.vaults, lambda _, vault: vault_bodies.vault_resource(vault)
)
VMS = Kind[Vm](compute.VM, lambda state: state.vms, compute.vm_resource)
DISKS = Kind[ManagedDisk](compute.DISK, compute.disks, lambda _, disk: compute.disk_resource(disk))
STORAGE_ACCOUNTS = Kind[StorageAccount](
    "Microsoft.Storage/storageAccounts",
    lambda state: state.storage_accounts,
    lambda _, account: resource_bodies.storage_account(account),
)
CLASSIC_STORAGE_ACCOUNTS = Kind[StorageAccount](
    # None of these is left; the Azure CLI looks here first for each staging account.
    "Microsoft.ClassicStorage/storageAccounts",
    lambda _: {},
    lambda _, account: resource_bodies.storage_account(account),
)
NETWORKS = Kind[Network](
    "Microsoft.Network/virtualNetworks",
    lambda state: state.networks,
    lambda _, network: resource_bodies.network(network),
)

KINDS: tuple[Kind[Any], ...] = (VAULTS, VMS, DISKS, STORAGE_ACCOUNTS, NETWORKS)


def read_vm(call: Call) -> Reply:
    """GET a virtual machine, with its instance view on demand."""
    vm = VMS.find(call)
    body = compute.vm_resource(call.state, vm)
    if "instanceview" in call.query.get("$expand", "").lower():
        body["properties"]["instanceView"] = instance_view.instance_view(call.state, vm, call.now)
    return json_reply(200, body)


def read_instance_view(call: Call) -> Reply:
    """GET how a virtual machine runs."""
    return json_reply(200, instance_view.instance_view(call.state, VMS.find(call), call.now))
