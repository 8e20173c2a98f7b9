"""Finding what a request names in the state, or saying as ARM does that it is not there."""

from collections.abc import Mapping
from typing import Any, TypeVar

from simulated_azure import names
from simulated_azure.routing import Call
from simulated_azure.state import Item, JobRecord, OperationRecord, Point, State, Vault
from simulated_azure.wire import (
    ArmError,
    group_not_found,
    item_not_found,
    part_not_found,
    resource_not_found,
    subscription_not_found,
)

Thing = TypeVar("Thing")

VAULT = "Microsoft.RecoveryServices/vaults"


def vault(call: Call) -> Vault:
    """The vault in the path."""
    return resource(call, VAULT, call.state.vaults, call.params["vault"])


def resource(call: Call, kind: str, held: Mapping[str, Thing], name: str) -> Thing:
    """The resource of this type and name in the path's group, or ARM's 404."""
    subscription, group = call.params["sub"], call.params["rg"]
    group_id = f"/subscriptions/{subscription}/resourceGroups/{group}"
    found = held.get(names.key(f"{group_id}/providers/{kind}/{name}"))
    if found is None:
        raise missing(call.state, subscription, group, resource_not_found(kind, name, group))
    return found


def item(call: Call) -> tuple[Vault, Item]:
    """The protected item in the path, and its vault."""
    owner = vault(call)
    wanted = (call.params["container"].lower(), call.params["item"].lower())
    if call.params["fabric"].lower() == "azure":
        for one in owner.items.values():
            short = names.short_container(one.vm_id).lower()
            if wanted == (f"iaasvmcontainer;{short}", f"vm;{short}"):
                return owner, one
    raise item_not_found()


def point(call: Call) -> tuple[Vault, Item, Point]:
    """The recovery point in the path, its protected item and vault."""
    owner, holder = item(call)
    found = holder.points.get(call.params["point"])
    if found is None:
        raise part_not_found("recovery point", call.params["point"])
    return owner, holder, found


def operation(call: Call) -> OperationRecord:
    """The operation in the path; its vault must be the path's."""
    owner = vault(call)
    found = call.state.operation_records.get(call.params["op"].lower())
    if found is None or names.key(found.vault_id) != names.key(owner.id):
        raise part_not_found("operation", call.params["op"])
    return found


def job(call: Call) -> JobRecord:
    """The job in the path, once reads can see it."""
    owner = vault(call)
    found = call.state.job_records.get(call.params["job"].lower())
    if found is None or names.key(found.vault_id) != names.key(owner.id):
        raise part_not_found("job", call.params["job"])
    if (call.now - found.start).total_seconds() < call.state.jobs.read_lag_s:
        raise part_not_found("job", call.params["job"])
    return found


def scope(call: Call) -> str:
    """The key of the path's resource group or, where it has none, of its subscription."""
    subscription, group = call.params["sub"], call.params.get("rg")
    if group is None:
        if subscription.lower() not in subscriptions(call.state):
            raise subscription_not_found(subscription)
        return f"/subscriptions/{subscription.lower()}"
    key = names.key(f"/subscriptions/{subscription}/resourceGroups/{group}")
    if key not in groups(call.state):
        raise missing(call.state, subscription, group, group_not_found(group))
    return key


def missing(state: State, subscription: str, group: str, otherwise: ArmError) -> ArmError:
    """The outermost thing that does not exist: subscription, group, or the resource itself."""
    if subscription.lower() not in subscriptions(state):
        return subscription_not_found(subscription)
    if names.key(f"/subscriptions/{subscription}/resourceGroups/{group}") not in groups(state):
        return group_not_found(group)
    return otherwise


def subscriptions(state: State) -> list[str]:
    """The ids of all subscriptions, in lower case: those with a resource group."""
    return list(dict.fromkeys(key.split("/")[2] for key in groups(state)))


def groups(state: State) -> dict[str, tuple[str, str]]:
    """Id and location of every resource group by its key; most are known by what is in them."""
    found: dict[str, tuple[str, str]] = {}
    holders: tuple[Mapping[str, Any], ...] = (
        *(state.vaults, state.vms, state.storage_accounts, state.networks),
    )
    for held in holders:
        for key, thing in held.items():
            if names.parse(key) is not None:
                group = names.group_of(thing.id or key)
                found.setdefault(names.key(group), (group, thing.location))
    for group in (*state.groups, *state.restored_disks):
        if names.parse_group(group) is not None:
            found.setdefault(names.key(group), (group, Vault().location))
    return found
