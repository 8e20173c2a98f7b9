"""Everything of a restore but the restore: what would be done, and what speaks against it."""

from datetime import timedelta
from typing import Any

import azure.durable_functions as df

from orchestrators.display import Display
from orchestrators.exits import logged
from orchestrators.steps import Step, Steps
from restore.messages import names
from restore.messages.activity_io import FindItem
from restore.messages.log_line import LogContext
from restore.messages.model import Outcome, ProtectedItem
from restore.messages.plan_io import (
    MakePlan,
    PreflightResult,
    ReadValidation,
    RunPreflight,
    StartValidation,
)
from restore.messages.poll_policy import WAIT_S_MIN, PollPolicy
from restore.plan import assemble

_PATIENCE = timedelta(minutes=15)
"""Somebody waits for the plan, and may ask for it again."""
_VALIDATION_MAX = timedelta(seconds=assemble.VALIDATION_S_MAX)


@logged
def plan_restore(context: df.DurableOrchestrationContext) -> Any:
    """Answer with an Outcome: done with a Plan, or failed when Azure did not answer.

    1. Find the protected item.
    2. RunPreflight: choose the point, build the body, check what ARM would refuse.
    3. Ask Azure to validate the body, and wait some minutes for its findings.
    4. A plan that came by the queue is published.
    """
    order = MakePlan.from_json(context.get_input())
    until = context.current_utc_datetime + _PATIENCE
    about = LogContext(
        request_id=order.request.request_id,
        vm=order.request.source_resource_id,
        vault=order.request.vault_id,
        revival=order.revival or None,
        traceparent=order.traceparent,
    )
    display = Display(context, names.PLAN_RESTORE, lambda: about)
    steps = Steps(display, PollPolicy(), until, revival=order.revival)
    outcome = yield from _plan(context, steps, order)
    if order.source == "queue":
        now = context.current_utc_datetime
        event = assemble.event(order.request, outcome, now, context.instance_id)
        yield from steps.run(names.PUBLISH_EVENT, event)
    return outcome.as_json()


def _plan(context: df.DurableOrchestrationContext, steps: Steps, order: MakePlan) -> Step:
    request, until = order.request, steps.until
    wanted = FindItem(source_resource_id=request.source_resource_id, vault_id=request.vault_id)
    found: Outcome = yield from steps.run(names.FIND_PROTECTED_ITEM, wanted.as_json())
    if found.kind != "done":
        return assemble.impossible(request, found, context.current_utc_datetime)
    item = ProtectedItem.from_json(found.value)
    run = RunPreflight(request=request, item=item, source=order.source)
    checked: Outcome = yield from steps.run(names.PREFLIGHT_RESTORE, run.as_json())
    if checked.kind != "done":
        return assemble.impossible(request, checked, context.current_utc_datetime, item)
    preflight = PreflightResult.from_json(checked.value)
    opinion: Outcome | None = None
    if preflight.body is not None:
        steps.until = min(until, context.current_utc_datetime + _VALIDATION_MAX)
        opinion = yield from _ask_azure(steps, item, preflight)
        steps.until = until
    return assemble.plan(request, item, preflight, opinion, context.current_utc_datetime)


def _ask_azure(steps: Steps, item: ProtectedItem, preflight: PreflightResult) -> Step:
    """Return the Outcome of Azure's validation."""
    assert preflight.body is not None, "only a body can be validated"
    start = StartValidation(item=item, point=preflight.choice.point.name, body=preflight.body)
    started: Outcome = yield from steps.run(names.START_VALIDATION, start.as_json())
    if started.kind != "done":
        return started
    operation_id = started.value["operationId"]
    if operation_id is None:
        return assemble.UNNAMED
    asked_s = min(started.value.get("retryAfterS") or WAIT_S_MIN, assemble.VALIDATION_S_MAX)
    yield from steps.sleep(max(asked_s, WAIT_S_MIN))
    read = ReadValidation(vault_id=item.vault_id, operation_id=operation_id)
    return (yield from steps.run(names.READ_VALIDATION, read.as_json()))
