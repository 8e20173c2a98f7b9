"""What a verdict says of disks: which were left out of the recovery point, and which to keep.

Whoever reads at 3 a.m. that old disks cost money deletes disks: so each disk that is none of them
is named before that.
"""

from collections.abc import Sequence

from restore.messages.disks import KeptBecause, KeptDisk, VmDisk
from restore.messages.model import Authorization, RecoveryPoint, VerdictKind
from restore.progress.run_state import RestoreProgress
from restore.result import verdict_texts
from restore.start import disks, tiers

_KEEP: dict[KeptBecause, str] = {
    "NotInRecoveryPoint": "{} {are} not in this recovery point: do not delete.",
    "NotAskedFor": "{} {were} not asked for: do not delete.",
    "NotKnown": (
        "Azure does not say whether this recovery point holds {}: do not delete what a VM uses."
    ),
}

_OTHERS = (
    "Other disks were backed up in the place of {}: look at what these hold before you delete them."
)
_UNREAD = "The VM could not be read before: delete only disks that no VM uses."


def remarks(kind: VerdictKind, progress: RestoreProgress) -> list[str]:
    """Return what is to be said of disks when a job ended so; nothing of one that was cancelled."""
    if kind == "Cancelled":
        return []
    if progress.request.recovery_type == "OriginalLocation":
        return _of_vm(progress.authorization)
    if progress.choice is None:
        return []
    of_point = _of_encrypted if kind == "Failed" else _of_missing
    return of_point(progress.choice.point)


def _of_vm(authorization: Authorization | None) -> list[str]:
    if authorization is None:
        return []
    if authorization.disks is None:
        return [_UNREAD]
    return of_kept(authorization.kept_disks) + of_others(authorization.disks)


def of_others(replaced: Sequence[VmDisk]) -> list[str]:
    """Say which of the disks that are replaced are not those that were backed up."""
    others = [disk for disk in replaced if disk.backed_up_as]
    return [_OTHERS.format(disks.named(others))] if others else []


def of_kept(kept: tuple[KeptDisk, ...]) -> list[str]:
    """Say of a VM's disks which are not to be deleted, and why."""
    found = []
    for why, text in _KEEP.items():
        of_it = [disk for disk in kept if disk.why == why]
        if of_it:
            are, were = ("is", "was") if len(of_it) == 1 else ("are", "were")
            found.append(text.format(disks.named(of_it), are=are, were=were))
    return found


def _of_encrypted(point: RecoveryPoint) -> list[str]:
    from_snapshot = "Snapshot" in tiers.offers_of(point.tier)
    return [verdict_texts.FROM_VAULT_TIER] * (point.is_encrypted and from_snapshot)


def _of_missing(point: RecoveryPoint) -> list[str]:
    missing = disks.left_out(point.disks)
    return [f"Not restored, for this recovery point does not hold them: {missing}."] * bool(missing)
