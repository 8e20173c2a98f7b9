"""What Azure Backup does not restore: read from the app's own table, so that the two never differ.

The one module of this room that knows the app, and of it that table only.
"""

from collections.abc import Iterator

from restore.plan import restrictions
from restore.plan.traits import Traits
from simulated_azure import names
from simulated_azure.restore_request import RestoreRequest
from simulated_azure.state import Item, Point, State, Vault

_OFFERS = {"InstantRP": "Snapshot", "HardenedRP": "VaultStandard", "ArchivedRP": "VaultArchive"}


def problems(
    state: State, vault: Vault, item: Item, point: Point, request: RestoreRequest
) -> Iterator[str]:
    """Say which restrictions stand against a restore."""
    traits = _traits(state, vault, item, point, request)
    for row in restrictions.met(traits):
        if row.severity == "blocking":
            yield f"{row.code}: {row.says(traits)}"


def _traits(
    state: State, vault: Vault, item: Item, point: Point, request: RestoreRequest
) -> Traits:
    details, luns = request.identity_based_restore_details, request.restore_disk_lun_list
    account = details.target_storage_account_id if details else request.storage_account_id
    is_replacing = request.recovery_type == "OriginalLocation"
    target = request.target_resource_group_id or account or ""
    has_target = not is_replacing and (names.parse_group(target) or names.parse(target))
    left_out = ", ".join(f"LUN {disk.lun} ({disk.name})" for disk in point.excluded_disks)
    return Traits(
        recovery_type=str(request.recovery_type),
        vault_id=vault.id,
        source_id=item.vm_id,
        target_id=target if has_target else None,
        tiers=_offers(point),
        is_managed=point.managed and not names.is_classic(item.vm_id),
        is_encrypted=point.encrypted,
        security_type=point.security_type,
        edge_zone=point.extended_location,
        luns=_luns(point) if point.disks else None,
        left_out=left_out or None,
        lun_list=None if luns is None else frozenset(map(int, luns)),
        zones=tuple(request.zones or ()),
        region=request.region,
        vault_region=vault.location,
        to_edge_zone=request.extended_location is not None,
        converts=request.restore_with_managed_disks is True,
        is_identity_based=details is not None,
        storage_type=vault.storage_type,
        cross_subscription=vault.cross_subscription_restore,
        has_source_vm=names.key(item.vm_id) in state.vms,
        has_target_vm=names.key(request.target_virtual_machine_id or "") in state.vms,
    )


def _luns(point: Point) -> frozenset[int]:
    return frozenset(disk.lun for disk in point.disks if disk.lun is not None)


def _offers(point: Point) -> frozenset[str]:
    offers = {_OFFERS[kind] for kind, status in point.tiers.items() if status == "Valid"}
    if point.tiers.get("ArchivedRP") == "Rehydrated":
        offers.add("VaultStandard")
    return frozenset(offers)
