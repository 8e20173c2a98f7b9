"""What a plan's checks look at: a request, what it is about, and what could be read of it."""

from collections.abc import Iterator, Sequence

from restore.messages.disks import PointDisks, VmDisk
from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.messages.plan_io import Finding
from restore.messages.request import RestoreRequest
from restore.plan.traits import Traits
from restore.start import disks, tiers
from restore.start.targets import target_of
from restore.values.structs import Model


class PreflightFacts(Model, frozen=True, kw_only=True):
    """What could be read around a restore; None: it could not."""

    storage_type: str | None = None
    """The vault's redundancy."""
    cross_subscription: str | None = None
    """Whether the vault restores to other subscriptions: Enabled, Disabled, PermanentlyDisabled."""
    guard_requests: tuple[str, ...] | None = None
    """What a request must name when a Resource Guard protects restores; empty: no guard."""
    has_source_vm: bool | None = None
    disks: tuple[VmDisk, ...] | None = None
    """The disks that the VM has now."""
    has_target_vm: bool | None = None
    tells_threats: bool = True
    """Whether the api-version that was asked knows threats."""
    unread: tuple[str, ...] = ()
    """What could not be read, and why."""


class Case(Model, frozen=True, kw_only=True):
    """A request with what it is about."""

    request: RestoreRequest
    item: ProtectedItem
    point: RecoveryPoint
    facts: PreflightFacts


Found = Iterator[Finding]


def traits_of(
    request: RestoreRequest,
    item: ProtectedItem,
    point: RecoveryPoint,
    known: PreflightFacts = PreflightFacts(),  # noqa: B008 - it is frozen
) -> Traits:
    """Return a restore as the table of restrictions looks at it."""
    held = point.disks or PointDisks()
    return Traits(
        recovery_type=request.recovery_type,
        vault_id=item.vault_id,
        source_id=item.source_resource_id,
        target_id=target_of(request),
        tiers=tiers.offers_of(point.tier),
        is_managed=point.is_managed_vm,
        is_encrypted=point.is_encrypted,
        security_type=point.security_type,
        edge_zone=point.extended_location.name if point.extended_location else None,
        luns=_luns(held.included),
        left_out=disks.left_out(held),
        left_out_luns=_luns(held.excluded) or frozenset(),
        lun_list=_set(request.restore_disk_lun_list),
        zones=getattr(request, "zones", None) or (),
        region=request.region,
        vault_region=item.region,
        to_edge_zone=request.extended_location is not None,
        converts=getattr(request, "restore_with_managed_disks", None) is True,
        is_identity_based=request.identity_based_restore_details is not None,
        storage_type=known.storage_type,
        cross_subscription=known.cross_subscription,
        has_source_vm=known.has_source_vm,
        has_target_vm=known.has_target_vm,
    )


def _luns(found: Sequence[VmDisk] | None) -> frozenset[int] | None:
    return None if found is None else frozenset(disk.lun for disk in found if disk.lun is not None)


def _set(luns: Sequence[int] | None) -> frozenset[int] | None:
    return None if luns is None else frozenset(luns)
