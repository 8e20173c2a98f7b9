"""What can be said of a restore before Azure is asked: each check is a small generator of findings.

Checks look at the request, the recovery point and what could be read of the surroundings; what
could not be read is None, and said. What Azure Backup does not restore stands in restrictions.py.
"""

from collections.abc import Callable, Sequence

from restore.messages import azure_codes
from restore.messages.errors import PolicyRefused, TemporaryError
from restore.messages.plan_io import Finding
from restore.messages.request import AlternateLocation, OriginalLocation
from restore.messages.threats import HARMLESS
from restore.plan import facts, restrictions
from restore.plan.facts import Case, Found
from restore.plan.model import in_order
from restore.policy import judging
from restore.policy.judging import Asked
from restore.policy.rules import Policy
from restore.result import disk_remarks
from restore.start import disks
from restore.start.data_loss import data_loss
from restore.values import arm_ids
from restore.values.api_versions import THREATS_SINCE
from restore.values.plain_text import plain
from restore.values.problem import Problem
from restore.values.times import text_of


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


def of_opinion(code: str, message: str, recommendations: Sequence[str]) -> Finding:
    """Return what Azure's own validation says against a restore. What passes by itself only warns:
    it may be gone when the restore is sent."""
    known = azure_codes.find(code)
    passes = known is not None and issubclass(known.kind, TemporaryError)
    advice = (*recommendations, known.advice if known else "")
    return Finding(
        severity="warning" if passes else "blocking",
        code=code,
        text=f"Azure would refuse this restore: {message}",
        action=plain(" ".join(advice).strip()),
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


def _restrictions(case: Case) -> Found:
    traits = facts.traits_of(case.request, case.item, case.point, case.facts)
    for row in restrictions.met(traits):
        yield Finding(
            severity=row.severity,
            code=row.code,
            text=row.says(traits),
            action=row.action,
            path=row.path,
        )


def _guard(case: Case) -> Found:
    wanted = case.facts.guard_requests
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
    if case.point.threat_status not in HARMLESS:
        named = "; ".join(map(str, case.point.threats))
        yield Finding(
            severity="warning",
            code="ThreatFound",
            text=f"Azure calls this recovery point {case.point.threat_status}"
            f"{f': {named}' if named else ''}.",
            action="Choose an older point, or restore it where it can do no harm.",
            path="$.recoveryPoint",
        )
    loss = data_loss(case.point, case.request.incident_at)
    if loss is not None and not loss.is_before_incident:
        yield Finding(
            severity="warning",
            code="PointAfterIncident",
            text=loss.text,
            action="Choose a point from before the incident, or look for the damage afterwards.",
            path="$.recoveryPoint",
        )
    if not case.facts.tells_threats:
        yield Finding(
            severity="warning",
            code="ThreatsNotTold",
            text="Whether Azure found threats in this recovery point is not known: the api-version "
            f"in BACKUP_API_VERSION is older than {THREATS_SINCE}, and tells none.",
            action=f"Set BACKUP_API_VERSION to {THREATS_SINCE}.",
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
        of_vm, lun_list = case.facts.disks or (), case.request.restore_disk_lun_list
        fates = disks.fates(of_vm, case.point.disks, lun_list)
        named = disks.shortened([disk.name for disk in fates.replaced])
        replaced = f"Disks ({named})" if named else "The disks"
        yield Finding(
            severity="warning",
            code="DisksWillBeReplaced",
            text=f"{replaced} of {arm_ids.name_of(case.item.source_resource_id)} will be replaced. "
            "Azure Backup takes a snapshot of the VM first; the old disks stay in its resource "
            "group, and are paid for, until somebody deletes them.",
        )
        for text in disk_remarks.of_kept(fates.kept):
            yield Finding(severity="warning", code="DisksKept", text=text)
        for text in disk_remarks.of_others(fates.replaced):
            yield Finding(severity="warning", code="OtherDisksReplaced", text=text)
    if isinstance(case.request, AlternateLocation):
        yield Finding(
            severity="info",
            code="NewVmDiffers",
            text="The new VM is in no availability set, a static IP address becomes dynamic, and "
            "extensions are there but not enabled. Should the VM not be creatable, its disks are "
            "restored all the same.",
        )


def _disks(case: Case) -> Found:
    held = case.point.disks
    if held is None or not held.are_listed:
        yield Finding(
            severity="info",
            code="DisksNotKnown",
            text="Azure does not say which disks this recovery point holds.",
        )


def _unread(case: Case) -> Found:
    for text in case.facts.unread:
        yield Finding(
            severity="warning",
            code="NotChecked",
            text=text,
            action="Give the app's identity the right to read it, or check by hand.",
        )


_CHECKS: tuple[Callable[[Case], Found], ...] = (
    _restrictions,
    _guard,
    _point,
    _consequences,
    _disks,
    _unread,
)
