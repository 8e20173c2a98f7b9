"""Finding what a request names in the state, or saying as ARM does that it is not there."""

from collections.abc import Iterator

from simulated_azure import names
from simulated_azure.routing import Call
from simulated_azure.state import Item, JobRecord, OperationRecord, Point, State, Vault, Vm
from simulated_azure.wire import (
    ArmError,
    group_not_found,
    part_not_found,
    resource_not_found,
    subscription_not_found,
)


def vault(call: Call) -> Vault:
    """The vault in the path."""
    subscription, group, name = (call.params[part] for part in ("sub", "rg", "vault"))
    vault_id = names.key(
        f"/subscriptions/{subscription}/resourceGroups/{group}"
        f"/providers/Microsoft.RecoveryServices/vaults/{name}"
    )
    found = call.state.vaults.get(vault_id)
    if found is None:
        kind = "Microsoft.RecoveryServices/vaults"
        raise missing(call.state, subscription, group, resource_not_found(kind, name, group))
    return found


def vm(call: Call) -> Vm:
    """The VM in the path."""
    subscription, group, name = (call.params[part] for part in ("sub", "rg", "vm"))
    vm_id = names.key(
        f"/subscriptions/{subscription}/resourceGroups/{group}"
        f"/providers/Microsoft.Compute/virtualMachines/{name}"
    )
    found = call.state.vms.get(vm_id)
    if found is None:
        kind = "Microsoft.Compute/virtualMachines"
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
    raise part_not_found("protected item", call.params["item"])


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


def missing(state: State, subscription: str, group: str, otherwise: ArmError) -> ArmError:
    """The outermost thing that does not exist: subscription, group, or the resource itself."""
    groups = set(_groups(state))
    if subscription.lower() not in {known[0] for known in groups}:
        return subscription_not_found(subscription)
    if (subscription.lower(), group.lower()) not in groups:
        return group_not_found(group)
    return otherwise


def _groups(state: State) -> Iterator[tuple[str, str]]:
    for group_id in (*state.groups, *state.restored_disks):
        parts = names.parse_group(group_id)
        if parts:
            yield parts[0].lower(), parts[1].lower()
    for held in (state.vaults, state.vms, state.storage_accounts, state.networks):
        for resource_id in held:
            resource = names.parse(resource_id)
            if resource:
                yield resource.subscription.lower(), resource.group.lower()
