"""Say what a restore would be: choose the point, build the body, look at what stands around it.

Reads only. What cannot be read is a finding of its own and stops nothing.
"""

from collections.abc import Callable
from typing import TypeVar

import azure.durable_functions as df

from activities import clock, edge
from arm import connection as arm_connection
from restore import names
from restore.contracts import (
    AlternateLocation,
    OriginalLocation,
    ProtectedItem,
    RestoreRequest,
)
from restore.errors import AccessDenied, InvalidRequest, NotFound
from restore.orders import Survey, Surveyed, decode
from restore.plan import Finding
from restore.plan_checks import Surroundings
from storage import connection, plans

blueprint = df.Blueprint()

T = TypeVar("T")


@blueprint.activity_trigger(input_name="order", activity=names.SURVEY_RESTORE)
def survey_restore(order: dict) -> dict:  # type: ignore[type-arg]
    """Order: Survey. Done with Surveyed; failed when there is no recovery point to restore."""
    return edge.outcome(lambda: _survey(decode(order, Survey)))


def _survey(order: Survey) -> Surveyed:
    from restore import plan, plan_checks, request_body, selection

    request, item = order.request, order.item
    points = arm_connection.backup().recovery_points(item)
    choice = selection.choose_for(request, points, now=clock.now())
    around = _surroundings(request, item)
    case = plan_checks.Case(request=request, item=item, point=choice.point, around=around)
    found = list(plan_checks.findings(case))
    try:
        body = request_body.build(request, item, choice.point)
    except InvalidRequest as error:
        found += [plan_checks.of_problem(problem) for problem in error.problems]
        return Surveyed(choice=choice, findings=plan.in_order(found))
    matter = plan.matter(request, item, choice.point, body)
    plan_hash = plan.plan_hash(matter)
    found += _of_hash(request, matter)
    plans.keep(connection.ledger().documents, plan_hash, matter)
    return Surveyed(choice=choice, findings=plan.in_order(found), body=body, plan_hash=plan_hash)


def _of_hash(request: RestoreRequest, matter: dict[str, object]) -> list[Finding]:
    """A plan may be asked for by a request that carries an older one's hash."""
    from restore import plan, plan_checks
    from restore.errors import PlanChanged

    if request.plan_hash is None:
        return []
    known = plans.read(connection.ledger().documents, request.plan_hash)
    try:
        plan.require_same(request.plan_hash, known, matter)
    except PlanChanged as error:
        return [plan_checks.of_problem(problem, error.code) for problem in error.problems]
    return []


def _surroundings(request: RestoreRequest, item: ProtectedItem) -> Surroundings:
    look, unread = arm_connection.backup().preflight, list[str]()

    def tried(what: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except (AccessDenied, NotFound) as error:
            unread.append(f"{what} could not be read: {error.code}: {error.message}")
            return None

    vault_id = item.vault_id
    has_source = has_target = None
    if isinstance(request, OriginalLocation):
        source_id = item.source_resource_id
        has_source = tried("The VM", lambda: look.has_vm(source_id))
    if isinstance(request, AlternateLocation):
        target_id = request.target_virtual_machine_id
        has_target = tried("Whether the new VM's name is free", lambda: look.has_vm(target_id))
    return Surroundings(
        storage_type=tried("The vault's redundancy", lambda: look.storage_type(vault_id)),
        cross_subscription=tried(
            "The vault's restore settings", lambda: look.cross_subscription(vault_id)
        ),
        guard_requests=tried(
            "The vault's Resource Guard", lambda: look.guard_requests(vault_id)
        ),
        has_source_vm=has_source,
        has_target_vm=has_target,
        unread=tuple(unread),
    )  # fmt: skip
