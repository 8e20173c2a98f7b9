"""Whether the target can take the restore: its subscription, zone, edge zone and names.

Each check is a small generator of findings. Sources: facts 1.4, 7.2, 7.3, 7.4.
"""

from collections.abc import Callable

from restore.messages.model import Finding
from restore.messages.request import AlternateLocation, OriginalLocation
from restore.plan.facts import Case, Found
from restore.values import arm_ids


def _subscription(case: Case) -> Found:
    target = _target(case)
    vaults = arm_ids.subscription_of(case.item.vault_id)
    if target is None or arm_ids.subscription_of(target) == vaults:
        return
    path = "$.targetResourceGroupId"
    if case.facts.cross_subscription in ("Disabled", "PermanentlyDisabled"):
        yield Finding(
            severity="blocking",
            code="CrossSubscriptionRestoreDisabled",
            text="The vault does not restore to other subscriptions "
            f"({case.facts.cross_subscription}).",
            action="Restore into the vault's own subscription, or enable cross-subscription "
            "restore in the vault's properties.",
            path=path,
        )
    if case.point.tier == "Snapshot":
        yield Finding(
            severity="blocking",
            code="CrossSubscriptionFromSnapshot",
            text="The recovery point is a snapshot only; those are restored in their own "
            "subscription.",
            action='Ask for a point in the vault: "recoveryPoint": {"tier": "VaultStandard"}.',
            path="$.recoveryPoint",
        )
    if not case.point.is_managed_vm:
        yield Finding(
            severity="blocking",
            code="CrossSubscriptionUnmanaged",
            text="Only managed VMs are restored to another subscription.",
            action="Restore into the vault's own subscription.",
            path=path,
        )
    if case.point.is_encrypted:
        yield Finding(
            severity="warning",
            code="CrossSubscriptionEncrypted",
            text="Encrypted VMs were not restored to other subscriptions when Microsoft last "
            "wrote about it; Azure may refuse.",
            action="Restore into the vault's own subscription.",
            path=path,
        )


def _zones(case: Case) -> Found:
    zones = getattr(case.request, "zones", None)
    if not zones or zones == ("NoZone",):
        return
    in_vault = case.point.tier in ("VaultStandard", "SnapshotAndVaultStandard")
    reasons = {
        f"the vault is {case.facts.storage_type}, not ZoneRedundant": case.facts.storage_type
        not in (None, "ZoneRedundant"),
        "the recovery point is not in the vault's standard tier": not in_vault,
        "the VM is encrypted": case.point.is_encrypted,
        "the VM is unmanaged": not case.point.is_managed_vm,
    }
    for reason, applies in reasons.items():
        if applies:
            yield Finding(
                severity="blocking",
                code="ZoneNotAllowed",
                text=f"A zone cannot be chosen: {reason}.",
                action="Leave zones out.",
                path="$.zones",
            )


def _encryption(case: Case) -> Found:
    if isinstance(case.request, OriginalLocation) and case.point.is_encrypted:
        yield Finding(
            severity="blocking",
            code="EncryptedVmNotReplaceable",
            text="The disks of a VM with Azure Disk Encryption cannot be replaced in place.",
            action="Restore as a new VM or restore the disks.",
            path="$.recoveryType",
        )


def _edge_zone(case: Case) -> Found:
    location = case.point.extended_location
    is_original = isinstance(case.request, OriginalLocation)
    if location is not None and not is_original and case.request.extended_location is None:
        yield Finding(
            severity="warning",
            code="LeavesEdgeZone",
            text=f"The VM was in the edge zone {location.name}; what is restored will lie in the "
            "region.",
            action="Name the edge zone as extendedLocation if it is to go back there.",
            path="$.extendedLocation",
        )


def _vms(case: Case) -> Found:
    if isinstance(case.request, AlternateLocation) and case.facts.has_target_vm:
        yield Finding(
            severity="blocking",
            code="TargetNameTaken",
            text=f"There is a VM named {arm_ids.name_of(case.request.target_virtual_machine_id)} "
            "in the target resource group already.",
            action="Choose another name for the new VM.",
            path="$.targetVirtualMachineId",
        )
    if isinstance(case.request, OriginalLocation) and case.facts.has_source_vm is False:
        yield Finding(
            severity="blocking",
            code="SourceVmMissing",
            text="The VM does not exist any more; only an existing VM's disks can be replaced.",
            action="Restore as a new VM (AlternateLocation).",
            path="$.sourceResourceId",
        )


def _target(case: Case) -> str | None:
    if isinstance(case.request, OriginalLocation):
        return None
    return case.request.target_resource_group_id


ALL: tuple[Callable[[Case], Found], ...] = (_subscription, _zones, _encryption, _edge_zone, _vms)
