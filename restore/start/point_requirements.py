"""What a restore itself demands of a recovery point, beside what its request says of points."""

from msgspec import Struct
from msgspec.structs import replace

from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.messages.request import OriginalLocation, RestoreDisks, RestoreRequest
from restore.start import disks
from restore.start.targets import target_of
from restore.values.arm_ids import is_other_subscription


class PointRequirements(Struct, frozen=True, kw_only=True):
    """What is demanded of a point."""

    rehydration_allowed: bool = False
    not_snapshot_only: bool = False
    in_vault_standard: bool = False
    all_disks: bool = False
    """Of the VM, as far as it is known which the point holds."""
    luns: tuple[int, ...] = ()
    """These disks, likewise."""

    @property
    def of_any_disks(self) -> "PointRequirements":
        """The same, whatever disks the point holds."""
        return replace(self, all_disks=False, luns=())

    def misses_disks_of(self, point: RecoveryPoint) -> bool:
        """Whether a point is known not to hold a disk that is needed."""
        held = point.disks
        if self.all_disks and disks.left_out(held) is not None:
            return True
        return held is not None and any(held.holds(lun) is False for lun in self.luns)


def requirements_of(request: RestoreRequest, item: ProtectedItem) -> PointRequirements:
    """Return what a request's target demands: a zone or another subscription needs the vault, a VM
    all of its disks."""
    rehydration_allowed = request.recovery_point_rehydration_info is not None
    luns = request.restore_disk_lun_list or ()
    if isinstance(request, OriginalLocation):
        return PointRequirements(rehydration_allowed=rehydration_allowed, all_disks=True, luns=luns)
    elsewhere = is_other_subscription(target_of(request), item.vault_id, item.source_resource_id)
    converts = isinstance(request, RestoreDisks) and request.restore_with_managed_disks is True
    return PointRequirements(
        rehydration_allowed=rehydration_allowed,
        not_snapshot_only=elsewhere or converts,
        in_vault_standard=request.zones is not None,
        all_disks=not isinstance(request, RestoreDisks),
        luns=luns,
    )
