"""Restrictions by what the recovery point holds: its disks, their encryption, their kind.

Rows of the table in restrictions.py.
"""

from restore.plan import sources
from restore.plan.traits import Restriction, Traits
from restore.result import verdict_texts

OF_ENCRYPTED = (
    "Restore the disks (RestoreDisks) into the VM's own subscription, then create a VM from them "
    "with the template that the job writes."
)


def _leaves_out(traits: Traits) -> str:
    return f"This one does not hold {traits.left_out}."


def _foreign_luns(traits: Traits) -> list[int]:
    """Return the LUNs that are asked for, and that the point is known not to hold."""
    asked = traits.lun_list or frozenset()
    foreign = asked & traits.left_out_luns
    return sorted(foreign if traits.luns is None else foreign | asked - traits.luns)


ROWS: tuple[Restriction, ...] = (
    Restriction(
        code="DisksLeftOut",
        severity="blocking",
        rule="From a recovery point that does not hold all of the VM's disks, only disks are "
        "restored.",
        applies=lambda s: s.left_out is not None and (s.is_replacing or s.makes_vm),
        detail=_leaves_out,
        action="Restore the disks (RestoreDisks) and attach them, or choose a recovery point that "
        "holds all of them.",
        path="$.recoveryType",
        source=sources.SELECTIVE,
    ),
    Restriction(
        code="DisksNotInPoint",
        severity="warning",
        rule="Disks that were left out of the backup are not restored.",
        applies=lambda s: s.left_out is not None and s.recovery_type == "RestoreDisks",
        detail=_leaves_out,
        action="Get what they held from elsewhere, or choose a recovery point that holds them.",
        path="$.recoveryPoint",
        source=sources.SELECTIVE,
    ),
    Restriction(
        code="LunNotInPoint",
        severity="blocking",
        rule="Only disks that the recovery point holds can be asked for.",
        applies=lambda s: bool(_foreign_luns(s)),
        detail=lambda s: f"It holds no LUN {', '.join(map(str, _foreign_luns(s)))}.",
        action="Leave them out of restoreDiskLunList, or choose another recovery point.",
        path="$.restoreDiskLunList",
        source=sources.SELECTIVE,
    ),
    Restriction(
        code="LunListMayBeIgnored",
        severity="warning",
        rule="Single disks are restored from points of a selective disk backup only; from others "
        "Azure may restore all disks.",
        applies=lambda s: s.lun_list is not None and s.left_out is None,
        action="Expect all disks.",
        path="$.restoreDiskLunList",
        source=sources.LUN_LIST,
    ),
    Restriction(
        code="EncryptedVmNotReplaceable",
        severity="blocking",
        rule="The disks of a VM with Azure Disk Encryption cannot be replaced in place.",
        applies=lambda s: s.is_encrypted and s.is_replacing,
        action=OF_ENCRYPTED,
        path="$.recoveryType",
        source=sources.ENCRYPTED,
    ),
    Restriction(
        code="EncryptedVmNotCreatable",
        severity="blocking",
        rule="Of a VM with Azure Disk Encryption only the disks are restored, no new VM.",
        applies=lambda s: s.is_encrypted and s.makes_vm,
        action=OF_ENCRYPTED,
        path="$.recoveryType",
        source=sources.ENCRYPTED,
    ),
    Restriction(
        code="EncryptedFromSnapshot",
        severity="warning",
        rule="Disks with Azure Disk Encryption may not be restorable from a snapshot: their keys "
        "may have changed since it was taken.",
        applies=lambda s: s.is_encrypted and "Snapshot" in s.tiers,
        action=verdict_texts.FROM_VAULT_TIER,
        path="$.recoveryPoint",
        source=sources.ENCRYPTED,
    ),
    Restriction(
        code="UnmanagedVmNotReplaceable",
        severity="blocking",
        rule="Only the disks of managed VMs are replaced in place.",
        applies=lambda s: s.is_replacing and not s.is_managed,
        action="Restore the disks (RestoreDisks).",
        path="$.recoveryType",
        source=sources.PORTAL,
    ),
    Restriction(
        code="ConversionFromSnapshot",
        severity="blocking",
        rule="Unmanaged disks are restored as managed ones from the vault's copy only.",
        applies=lambda s: s.converts and s.tiers == {"Snapshot"},
        action="Choose a recovery point that is in the vault.",
        path="$.restoreWithManagedDisks",
        source=sources.CLI,
    ),
    Restriction(
        code="IdentityBasedUnmanaged",
        severity="blocking",
        rule="The vault's identity reaches the staging account for managed VMs only.",
        applies=lambda s: s.is_identity_based and not s.is_managed,
        action="Name the staging account as storageAccountId.",
        path="$.identityBasedRestoreDetails",
        source=sources.CLI,
    ),
)
