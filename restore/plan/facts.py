"""What a plan's checks look at: a request, what it is about, and what could be read of it."""

from collections.abc import Iterator

from restore.messages.disks import VmDisk
from restore.messages.model import Finding, ProtectedItem, RecoveryPoint
from restore.messages.request import RestoreRequest
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
    unread: tuple[str, ...] = ()
    """What could not be read, and why."""


class Case(Model, frozen=True, kw_only=True):
    """A request with what it is about."""

    request: RestoreRequest
    item: ProtectedItem
    point: RecoveryPoint
    facts: PreflightFacts


Found = Iterator[Finding]
