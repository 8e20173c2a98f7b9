"""Say what a restore would be: choose the point, build the body, read the facts that decide it.

Reads only. What cannot be read is a finding of its own and stops nothing.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from activities import activity_result, clock, point_with_disks, policies
from arm import connection as arm_connection
from restore.messages.disks import VmDisk
from restore.messages.errors import AccessDenied, InvalidRequest, NotFound
from restore.messages.model import ProtectedItem
from restore.messages.plan_io import Finding, PreflightResult, RunPreflight
from restore.messages.request import (
    AlternateLocation,
    OriginalLocation,
    RestoreRequest,
    probe_of,
)
from restore.plan import model
from restore.plan.facts import Case, PreflightFacts
from restore.policy.judging import Asked
from restore.policy.rules import Policy
from restore.settings import Settings
from storage import connection, plans

if TYPE_CHECKING:
    from arm.backup import Backup

T = TypeVar("T")


def preflight_restore(order: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Input: RunPreflight. Done with PreflightResult; failed when there is no recovery point to
    restore."""
    return activity_result.outcome(
        order,
        lambda order: _preflight(RunPreflight.from_json(order), policies.in_force(settings)),
    )


def _preflight(order: RunPreflight, in_force: Policy) -> PreflightResult:
    from restore.plan import checks, hashing
    from restore.start import arm_body

    request, item = order.request, order.item
    backup = arm_connection.backup()
    points, unreadable = backup.recovery_points(item)
    choice = point_with_disks.choose(backup, request, item, points, unreadable)
    facts = _facts(request, item)
    case = Case(request=request, item=item, point=choice.point, facts=facts)
    found = list(checks.findings(case))
    try:
        body = arm_body.build(request, item, choice.point)
    except InvalidRequest as error:
        found += [checks.of_problem(problem) for problem in error.problems]
        return PreflightResult(choice=choice, findings=model.in_order(found))
    asked = Asked(body, order.source, item, choice.point, clock.now(), probe_of(request))
    found += checks.of_policy(in_force, asked)
    subject = hashing.subject_of(request, item, choice.point, body)
    plan_hash = hashing.plan_hash(subject)
    found += _of_hash(request, subject)
    plans.keep(connection.ledger().documents, plan_hash, subject)
    return PreflightResult(
        choice=choice, findings=model.in_order(found), body=body, plan_hash=plan_hash
    )


def _of_hash(request: RestoreRequest, subject: dict[str, object]) -> list[Finding]:
    """A plan may be asked for by a request that carries an older one's hash."""
    from restore.messages.errors import PlanChanged
    from restore.plan import checks, hashing

    if request.plan_hash is None:
        return []
    known = plans.read(connection.ledger().documents, request.plan_hash)
    try:
        hashing.require_same(request.plan_hash, known, subject)
    except PlanChanged as error:
        return [checks.of_problem(problem, error.code) for problem in error.problems]
    return []


def _vm(
    backup: "Backup", request: OriginalLocation, unread: list[str]
) -> tuple[bool | None, tuple[VmDisk, ...] | None]:
    """Whether the VM exists, and the disks that it has."""
    try:
        return True, backup.vms.disks(request.source_resource_id)
    except NotFound:
        return False, None
    except AccessDenied as error:
        unread.append(f"The app could not read the VM: {error.code}: {error.message}")
        return None, None


def _facts(request: RestoreRequest, item: ProtectedItem) -> PreflightFacts:
    backup, unread = arm_connection.backup(), list[str]()
    look = backup.preflight

    def tried(what: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except (AccessDenied, NotFound) as error:
            unread.append(f"The app could not read {what}: {error.code}: {error.message}")
            return None

    vault_id = item.vault_id
    has_source = has_target = disks = None
    if isinstance(request, OriginalLocation):
        has_source, disks = _vm(backup, request, unread)
    if isinstance(request, AlternateLocation):
        target_id = request.target_virtual_machine_id
        has_target = tried("whether the new VM's name is free", lambda: look.has_vm(target_id))
    return PreflightFacts(
        storage_type=tried("the vault's redundancy", lambda: look.storage_type(vault_id)),
        cross_subscription=tried(
            "the vault's restore settings", lambda: look.cross_subscription(vault_id)
        ),
        guard_requests=tried(
            "the vault's Resource Guard", lambda: look.guard_requests(vault_id)
        ),
        has_source_vm=has_source,
        disks=disks,
        has_target_vm=has_target,
        tells_threats=backup.tells_threats,
        unread=tuple(unread),
    )  # fmt: skip
