"""Restrictions by where a restore goes: region, subscription, zone, edge zone, the VMs there.

Rows of the table in restrictions.py.
"""

from collections.abc import Callable

from restore.messages.plan_io import Severity
from restore.plan import sources
from restore.plan.point_restrictions import OF_ENCRYPTED
from restore.plan.sources import Source
from restore.plan.traits import Restriction, Traits
from restore.values.arm_ids import lower_ascii

_OWN_SUBSCRIPTION = "Restore into the subscription of vault and VM."


def _region(text: str | None) -> str:
    """`West Europe` and `westeurope` are the same region."""
    return lower_ascii((text or "").replace(" ", ""))


def _has_zone(traits: Traits) -> bool:
    return bool(traits.zones) and traits.zones != ("NoZone",)


def _zone(
    rule: str,
    applies: Callable[[Traits], bool],
    source: Source,
    *,
    severity: Severity = "blocking",
    detail: Callable[[Traits], str] | None = None,
) -> Restriction:
    return Restriction(
        code="ZoneNotAllowed",
        severity=severity,
        rule=rule,
        applies=lambda s: _has_zone(s) and applies(s),
        detail=detail,
        action="Leave zones out.",
        path="$.zones",
        source=source,
    )


ROWS: tuple[Restriction, ...] = (
    Restriction(
        code="OtherRegion",
        severity="blocking",
        rule="This app restores in the vault's own region: it does not restore to the secondary "
        "region.",
        applies=lambda s: s.region is not None and _region(s.region) != _region(s.vault_region),
        detail=lambda s: f"The vault is in {s.vault_region}.",
        action="To restore in the paired region, use the Azure portal or `az backup restore "
        "restore-disks --use-secondary-region`; the vault needs Cross Region Restore for it. To "
        "restore in the vault's region, leave region out.",
        path="$.region",
        source=sources.SECONDARY_REGION,
    ),
    Restriction(
        code="CrossSubscriptionRestoreDisabled",
        severity="blocking",
        rule="The vault must allow restores to other subscriptions.",
        applies=lambda s: (
            s.is_elsewhere and s.cross_subscription in ("Disabled", "PermanentlyDisabled")
        ),
        detail=lambda s: f"Here that is {s.cross_subscription}.",
        action=f"{_OWN_SUBSCRIPTION} Or enable cross-subscription restore in the vault's "
        "properties.",
        path="$.targetResourceGroupId",
        source=sources.PORTAL,
    ),
    Restriction(
        code="CrossSubscriptionFromSnapshot",
        severity="blocking",
        rule="A recovery point that is a snapshot only is restored in the subscription of its "
        "vault and VM.",
        applies=lambda s: s.is_elsewhere and s.tiers == {"Snapshot"},
        action='Ask for a point in the vault: "recoveryPoint": {"tier": "VaultStandard"}.',
        path="$.recoveryPoint",
        source=sources.PORTAL,
    ),
    Restriction(
        code="CrossSubscriptionUnmanaged",
        severity="blocking",
        rule="Only managed VMs are restored to another subscription.",
        applies=lambda s: s.is_elsewhere and not s.is_managed,
        action=_OWN_SUBSCRIPTION,
        path="$.targetResourceGroupId",
        source=sources.PORTAL,
    ),
    Restriction(
        code="CrossSubscriptionEncrypted",
        severity="blocking",
        rule="VMs with Azure Disk Encryption are restored in their own subscription only.",
        applies=lambda s: s.is_encrypted and s.is_elsewhere,
        action=OF_ENCRYPTED,
        path="$.targetResourceGroupId",
        source=sources.ENCRYPTED,
    ),
    Restriction(
        code="CrossSubscriptionTrustedLaunch",
        severity="warning",
        rule="Trusted Launch VMs were not restored to other subscriptions when Microsoft last "
        "wrote about it; Azure may refuse.",
        applies=lambda s: s.is_elsewhere and s.security_type == "TrustedLaunch",
        action=_OWN_SUBSCRIPTION,
        path="$.targetResourceGroupId",
        source=sources.PORTAL,
    ),
    Restriction(
        code="CrossSubscriptionEdgeZone",
        severity="blocking",
        rule="What goes to another subscription goes to no edge zone.",
        applies=lambda s: s.is_elsewhere and s.to_edge_zone,
        action=f"{_OWN_SUBSCRIPTION} Or leave extendedLocation out.",
        path="$.extendedLocation",
        source=sources.CLI,
    ),
    Restriction(
        code="NeverInEdgeZone",
        severity="warning",
        rule="Only what was backed up in an edge zone is restored to one; Azure may refuse.",
        applies=lambda s: s.to_edge_zone and s.edge_zone is None,
        action="Leave extendedLocation out.",
        path="$.extendedLocation",
        source=sources.CLI,
    ),
    Restriction(
        code="LeavesEdgeZone",
        severity="warning",
        rule="Without extendedLocation what is restored lies in the region, not in an edge zone.",
        applies=lambda s: s.edge_zone is not None and not s.is_replacing and not s.to_edge_zone,
        detail=lambda s: f"The VM was in the edge zone {s.edge_zone}.",
        action="Name the edge zone as extendedLocation if it is to go back there.",
        path="$.extendedLocation",
        source=sources.CLI,
    ),
    _zone(
        "A zone can be chosen for a zone-redundant vault only.",
        lambda s: s.storage_type not in (None, "ZoneRedundant"),
        sources.CLI,
        detail=lambda s: f"This one is {s.storage_type}.",
    ),
    _zone(
        "A zone can be chosen for a recovery point in the vault's standard tier only.",
        lambda s: "VaultStandard" not in s.tiers,
        sources.CLI,
    ),
    _zone("A zone can be chosen for managed VMs only.", lambda s: not s.is_managed, sources.PORTAL),
    _zone(
        "No zone can be chosen for VMs with Azure Disk Encryption.",
        lambda s: s.is_encrypted,
        sources.PORTAL,
    ),
    _zone(
        "For Trusted Launch VMs no zone could be chosen when Microsoft last wrote about it; Azure "
        "may refuse.",
        lambda s: s.security_type == "TrustedLaunch",
        sources.PORTAL,
        severity="warning",
    ),
    Restriction(
        code="TargetNameTaken",
        severity="blocking",
        rule="A new VM needs a name that is free in its resource group.",
        applies=lambda s: s.makes_vm and s.has_target_vm is True,
        action="Choose another name for the new VM.",
        path="$.targetVirtualMachineId",
        source=sources.PORTAL,
    ),
    Restriction(
        code="SourceVmMissing",
        severity="blocking",
        rule="Only an existing VM's disks can be replaced.",
        applies=lambda s: s.is_replacing and s.has_source_vm is False,
        action="Restore as a new VM (AlternateLocation).",
        path="$.sourceResourceId",
        source=sources.PORTAL,
    ),
)
