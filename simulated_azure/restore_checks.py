"""Whether a restore request can be accepted: the rules that are stated outside the schema.

Each rule yields what is wrong in words, for the request log; the client is only told
BMSUserErrorInvalidInput, as in reality. Rules need the protected item and point that the URL names.
What Azure Backup does not restore at all is said in support.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from simulated_azure import names, support
from simulated_azure.restore_request import REHYDRATION_TYPE, RestoreRequest
from simulated_azure.state import Item, Point, State, Vault
from simulated_azure.vault_bodies import guard_request

RECOVERY_TYPES = ("RestoreDisks", "OriginalLocation", "AlternateLocation")
TARGETS = (
    "target_resource_group_id",
    "target_virtual_machine_id",
    "virtual_network_id",
    "subnet_id",
)
_REQUIRED = {"RestoreDisks": (), "OriginalLocation": (), "AlternateLocation": TARGETS}
_FOREIGN = {
    "RestoreDisks": TARGETS[1:],
    "OriginalLocation": (*TARGETS, "zones", "restore_with_managed_disks", "disk_encryption_set_id"),
    "AlternateLocation": (),
}


@dataclass(frozen=True)
class Case:
    """A request together with what it is about."""

    state: State
    vault: Vault
    item: Item
    point: Point
    request: RestoreRequest


def problems(case: Case) -> list[str]:
    """Everything that is wrong with the request; empty when it can be accepted."""
    found = list(_basics(case))
    if case.request.recovery_type in RECOVERY_TYPES:
        for rule in (_fields_of_type, _staging, _point, _targets, _original, _zones, _options):
            found += rule(case)
        found += support.problems(case.state, case.vault, case.item, case.point, case.request)
    return found


def _basics(case: Case) -> Iterator[str]:
    request = case.request
    if request.recovery_type not in RECOVERY_TYPES:
        yield f"recoveryType {request.recovery_type} cannot be restored"
    if request.recovery_point_id != case.point.name:
        yield "recoveryPointId is not the recovery point in the URL"
    if names.key(request.source_resource_id or "") != names.key(case.item.vm_id):
        yield "sourceResourceId is not the protected item's VM"
    if not request.region:
        yield "region is required"
    guard = case.vault.resource_guard
    named = {names.key(each) for each in request.resource_guard_operation_requests or ()}
    if guard is not None and names.key(guard_request(guard)) not in named:
        yield "a Resource Guard protects restores, and the request does not name it"
    if case.item.soft_deleted:
        yield "the protected item is soft-deleted: it must be undeleted first"


def _fields_of_type(case: Case) -> Iterator[str]:
    kind = str(case.request.recovery_type)
    for name in _REQUIRED[kind]:
        if not getattr(case.request, name):
            yield f"{name} is required for {kind}"
    if case.state.service.refuse_fields_of_other_types:
        for name in _FOREIGN[kind]:
            if getattr(case.request, name):
                yield f"{name} does not belong to {kind}"


def _staging(case: Case) -> Iterator[str]:
    request = case.request
    details = request.identity_based_restore_details
    account = request.storage_account_id
    if details is not None:
        if account:
            yield "storageAccountId and identityBasedRestoreDetails exclude each other"
        if request.identity_info is None:
            yield "identityBasedRestoreDetails needs identityInfo"
        account = details.target_storage_account_id
    if not account:
        yield "a staging storage account is required"
        return
    known = case.state.storage_accounts.get(names.key(account))
    if known is None:
        if case.state.service.refuse_unknown_resources:
            yield "the staging storage account does not exist"
        return
    if _region(known.location) != _region(case.vault.location):
        yield "the staging storage account is in another region than the vault"
    if "ZRS" in known.sku.upper() or known.kind == "BlobStorage":
        yield f"a staging storage account cannot be {known.sku} {known.kind}"


def _point(case: Case) -> Iterator[str]:
    point, request = case.point, case.request
    valid = {kind for kind, status in point.tiers.items() if status == "Valid"}
    rehydrated = point.tiers.get("ArchivedRP") == "Rehydrated"
    if point.soft_deleted:
        yield "the recovery point is soft-deleted"
    if not valid and not rehydrated:
        yield "the recovery point has no valid tier"
    rehydrates = request.object_type == REHYDRATION_TYPE
    if valid == {"ArchivedRP"} and not rehydrates:
        yield "an archived recovery point needs a rehydration request"
    info = request.recovery_point_rehydration_info
    if rehydrates and (info is None or not _is_days(info.rehydration_retention_duration)):
        yield "rehydrationRetentionDuration is not like P15D"
    if rehydrates and (info is None or info.rehydration_priority is None):
        yield "rehydrationPriority is required"


def _targets(case: Case) -> Iterator[str]:
    request, state = case.request, case.state
    group = request.target_resource_group_id
    if group and names.parse_group(group) is None:
        yield "targetResourceGroupId is not a resource group's id"
    if request.recovery_type != "AlternateLocation":
        return
    target = request.target_virtual_machine_id or ""
    parts = names.parse(target)
    if parts is None or parts.type.lower() != "microsoft.compute/virtualmachines":
        yield "targetVirtualMachineId is not a VM's id"
    elif group and names.key(names.group_of(target)) != names.key(group):
        yield "the target VM is not in the target resource group"
    network, subnet = request.virtual_network_id or "", request.subnet_id or ""
    if not names.key(subnet).startswith(f"{names.key(network)}/subnets/"):
        yield "subnetId is not in the virtual network"
    known = state.networks.get(names.key(network))
    if known is not None and subnet.rsplit("/", 1)[-1] not in known.subnets:
        yield "the subnet does not exist"
    if known is None and state.service.refuse_unknown_resources:
        yield "the virtual network does not exist"


def _original(case: Case) -> Iterator[str]:
    wants = case.request.recovery_type == "OriginalLocation" and case.point.extended_location
    if wants and case.request.extended_location is None:
        yield "extendedLocation must be that of the recovery point"


def _zones(case: Case) -> Iterator[str]:
    zones = case.request.zones
    if zones and zones not in (["NoZone"], ["1"], ["2"], ["3"]):
        yield "zones takes one of 1, 2, 3"


def _options(case: Case) -> Iterator[str]:
    request, point = case.request, case.point
    own_account = not point.managed and point.original_storage_account_option
    if request.original_storage_account_option and not own_account:
        yield "originalStorageAccountOption needs an unmanaged point that has it"
    if request.disk_encryption_set_id and (
        not case.vault.customer_managed_key or not point.managed or point.encrypted
    ):
        yield "diskEncryptionSetId needs a customer-managed key and an unencrypted managed point"
    access = request.target_disk_network_access_settings
    if point.private_access != (access is not None):
        yield "targetDiskNetworkAccessSettings goes with points of private disks, and must"
    elif access is not None:
        private = access.target_disk_network_access_option == "EnablePrivateAccessForAllDisks"
        if access.target_disk_network_access_option is None or (
            private != bool(access.target_disk_access_id)
        ):
            yield "targetDiskAccessId goes with EnablePrivateAccessForAllDisks, and must"


def _region(text: str) -> str:
    return text.lower().replace(" ", "")


def _is_days(text: str | None) -> bool:
    return re.fullmatch(r"P[1-9]\d{0,2}D", text or "") is not None
