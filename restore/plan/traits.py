"""What a restriction looks at, and what it is: a row of restrictions.py.

Traits are a restore in words that do not depend on who describes it: the plan and the checks make
them of a request and its recovery point, the simulated Azure of its own state.
"""

from collections.abc import Callable

from msgspec import Struct

from restore.messages.plan_io import Severity
from restore.plan.sources import Source
from restore.values import arm_ids


class Traits(Struct, frozen=True, kw_only=True):
    """Those of one restore. What is None is not known, and then restricts nothing."""

    recovery_type: str
    vault_id: str
    source_id: str
    target_id: str | None = None
    """A resource group or storage account; None: where the VM is."""
    tiers: frozenset[str] = frozenset()
    """Where the recovery point can be restored from: Snapshot, VaultStandard, VaultArchive."""
    is_managed: bool
    is_encrypted: bool
    """With Azure Disk Encryption."""
    security_type: str | None = None
    edge_zone: str | None = None
    """Where the VM was."""
    luns: frozenset[int] | None = None
    """Of the data disks that the point holds."""
    left_out: str | None = None
    """The disks of the VM that the point does not hold, named or counted."""
    left_out_luns: frozenset[int] = frozenset()
    lun_list: frozenset[int] | None = None
    """Of the data disks that are asked for."""
    zones: tuple[str, ...] = ()
    region: str | None = None
    """That is asked for."""
    vault_region: str
    to_edge_zone: bool
    converts: bool
    """Unmanaged disks are to become managed ones."""
    is_identity_based: bool
    storage_type: str | None = None
    """The vault's redundancy."""
    cross_subscription: str | None = None
    """Whether the vault restores to other subscriptions: Enabled, Disabled, PermanentlyDisabled."""
    has_source_vm: bool | None = None
    has_target_vm: bool | None = None

    @property
    def is_replacing(self) -> bool:
        """Whether a VM's disks are replaced."""
        return self.recovery_type == "OriginalLocation"

    @property
    def makes_vm(self) -> bool:
        """Whether a new VM is created."""
        return self.recovery_type == "AlternateLocation"

    @property
    def is_elsewhere(self) -> bool:
        """Whether it leaves the subscription of its vault or VM."""
        return arm_ids.is_other_subscription(self.target_id, self.vault_id, self.source_id)


class Restriction(Struct, frozen=True, kw_only=True):
    """Something that Azure Backup does not restore, or not so."""

    code: str
    severity: Severity
    rule: str
    """What holds for all restores, in a sentence."""
    applies: Callable[[Traits], bool]
    detail: Callable[[Traits], str] | None = None
    """What of this restore is meant, in a sentence."""
    action: str = ""
    path: str
    source: Source

    def says(self, traits: Traits) -> str:
        """Return the rule, with what of this restore it is about."""
        return f"{self.rule} {self.detail(traits)}" if self.detail else self.rule
