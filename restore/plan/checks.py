"""What can be said of a restore before Azure is asked: each check is a small generator of findings.

Checks look at the request, the recovery point and what could be read of the surroundings; what
could not be read is None, and said. Sources: facts 1.4, 7.2, 7.3, 7.4.
"""

from collections.abc import Callable, Iterator

from restore.messages.errors import PolicyRefused
from restore.messages.model import (
    AlternateLocation,
    Contract,
    OriginalLocation,
    Problem,
    ProtectedItem,
    RecoveryPoint,
    RestoreRequest,
)
from restore.plan.hashing import Finding, in_order
from restore.policy import judging
from restore.policy.judging import Asked, Policy
from restore.values import arm_ids
from restore.values.times import text_of


class Surroundings(Contract, frozen=True, kw_only=True):
    """What could be read around a restore; None: it could not."""

    storage_type: str | None = None
    """The vault's redundancy."""
    cross_subscription: str | None = None
    """Whether the vault restores to other subscriptions: Enabled, Disabled, PermanentlyDisabled."""
    guard_requests: tuple[str, ...] | None = None
    """What a request must name when a Resource Guard protects restores; empty: no guard."""
    has_source_vm: bool | None = None
    disks: tuple[str, ...] | None = None
    """The VM's disks that would be replaced."""
    has_target_vm: bool | None = None
    unread: tuple[str, ...] = ()
    """What could not be read, and why."""


class Case(Contract, frozen=True, kw_only=True):
    """A request with what it is about."""

    request: RestoreRequest
    item: ProtectedItem
    point: RecoveryPoint
    around: Surroundings


Found = Iterator[Finding]


def findings(case: Case) -> tuple[Finding, ...]:
    """Return everything there is to know, the blocking findings first."""
    found = [finding for check in _CHECKS for finding in check(case)]
    return in_order(found)


def of_problem(problem: Problem, code: str = "InvalidRequest") -> Finding:
    """Return what the request's own rules say as a finding."""
    return Finding(
        severity="blocking",
        code=code,
        text=f"{problem.path} {problem.message}.",
        action="Change the request.",
        path=problem.path,
    )


def of_policy(in_force: Policy, asked: Asked) -> Found:
    """Say what the policy says: which rule allows it, whether a person must, or why not."""
    try:
        allowed = judging.judge(in_force, asked)
    except PolicyRefused as error:
        for problem in error.problems:
            yield of_problem(problem, error.code)
        return
    if allowed.approval:
        yield Finding(
            severity="warning",
            code="NeedsApproval",
            text=f"The policy's rule {allowed.rule!r} allows it once a person has approved it, "
            f"within {text_of(in_force.approval_within_s)}.",
            action="Have somebody else ready to approve it.",
        )
        return
    yield Finding(
        severity="info",
        code="PolicyAllows",
        text=f"The policy's rule {allowed.rule!r} allows it.",
    )


def _subscription(case: Case) -> Found:
    target = _target(case)
    vaults = arm_ids.subscription_of(case.item.vault_id)
    if target is None or arm_ids.subscription_of(target) == vaults:
        return
    path = "$.targetResourceGroupId"
    if case.around.cross_subscription in ("Disabled", "PermanentlyDisabled"):
        yield Finding(
            severity="blocking",
            code="CrossSubscriptionRestoreDisabled",
            text="The vault does not restore to other subscriptions "
            f"({case.around.cross_subscription}).",
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
        f"the vault is {case.around.storage_type}, not ZoneRedundant": case.around.storage_type
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
    if isinstance(case.request, AlternateLocation) and case.around.has_target_vm:
        yield Finding(
            severity="blocking",
            code="TargetNameTaken",
            text=f"There is a VM named {arm_ids.name_of(case.request.target_virtual_machine_id)} "
            "in the target resource group already.",
            action="Choose another name for the new VM.",
            path="$.targetVirtualMachineId",
        )
    if isinstance(case.request, OriginalLocation) and case.around.has_source_vm is False:
        yield Finding(
            severity="blocking",
            code="SourceVmMissing",
            text="The VM does not exist any more; only an existing VM's disks can be replaced.",
            action="Restore as a new VM (AlternateLocation).",
            path="$.sourceResourceId",
        )


def _guard(case: Case) -> Found:
    wanted = case.around.guard_requests
    given = case.request.resource_guard_operation_requests or ()
    if not wanted:
        return
    if all(any(arm_ids.same(each, one) for one in given) for each in wanted):
        yield Finding(
            severity="info",
            code="ResourceGuardInForce",
            text="A Resource Guard protects restores from this vault; the request names it.",
            action="The app's identity needs Backup MUA Operator on the guard while it runs.",
        )
        return
    yield Finding(
        severity="blocking",
        code="ResourceGuardInForce",
        text="A Resource Guard protects restores from this vault.",
        action=f"Put {', '.join(wanted)} into resourceGuardOperationRequests, and have the guard's "
        "owner give the app's identity Backup MUA Operator on it.",
        path="$.resourceGuardOperationRequests",
    )


def _point(case: Case) -> Found:
    if case.point.threat_status == "UnHealthy":
        yield Finding(
            severity="warning",
            code="ThreatFound",
            text="Azure found a threat in this recovery point.",
            action="Choose an older point, or restore it where it can do no harm.",
            path="$.recoveryPoint",
        )
    if case.point.tier == "VaultArchive":
        yield Finding(
            severity="warning",
            code="RehydrationNeeded",
            text="The recovery point is in the archive; it is rehydrated first, which takes hours.",
            action="Choose a point in another tier if time matters.",
            path="$.recoveryPoint",
        )


def _consequences(case: Case) -> Found:
    if isinstance(case.request, OriginalLocation):
        named = ", ".join(case.around.disks or ())
        disks = f"Disks ({named})" if named else "The disks"
        yield Finding(
            severity="warning",
            code="DisksWillBeReplaced",
            text=f"{disks} of {arm_ids.name_of(case.item.source_resource_id)} will be replaced. "
            "Azure Backup takes a snapshot of the VM first; the old disks stay in its resource "
            "group, and are paid for, until somebody deletes them.",
        )
    if isinstance(case.request, AlternateLocation):
        yield Finding(
            severity="info",
            code="NewVmDiffers",
            text="The new VM is in no availability set, a static IP address becomes dynamic, and "
            "extensions are there but not enabled. Should the VM not be creatable, its disks are "
            "restored all the same.",
        )


def _unread(case: Case) -> Found:
    for text in case.around.unread:
        yield Finding(
            severity="warning",
            code="NotChecked",
            text=text,
            action="Give the app's identity the right to read it, or check by hand.",
        )


_CHECKS: tuple[Callable[[Case], Found], ...] = (
    _subscription,
    _zones,
    _encryption,
    _edge_zone,
    _vms,
    _guard,
    _point,
    _consequences,
    _unread,
)


def _target(case: Case) -> str | None:
    if isinstance(case.request, OriginalLocation):
        return None
    return case.request.target_resource_group_id
