"""Read a VM's recovery points for a person: find the item, list its points."""

from datetime import timedelta
from typing import Any

import azure.durable_functions as df

from orchestrators.display import Display
from orchestrators.exits import logged
from orchestrators.steps import Steps
from restore.messages import names
from restore.messages.activity_io import FindItem
from restore.messages.log_line import LogContext
from restore.messages.model import Outcome, ProtectedItem
from restore.messages.plan_io import ListPoints, ShowPoints
from restore.messages.poll_policy import PollPolicy

_PATIENCE = timedelta(minutes=2)
"""Somebody waits for the answer, and may ask again."""


@logged
def show_recovery_points(context: df.DurableOrchestrationContext) -> Any:
    """Answer with an Outcome.

    1. Find the protected item.
    2. List one page of its points, and what the app would choose.
    """
    asked = ShowPoints.from_json(context.get_input())
    wanted = FindItem(source_resource_id=asked.source_resource_id, vault_id=asked.vault_id)
    about = LogContext(
        vm=asked.source_resource_id, vault=asked.vault_id, traceparent=asked.traceparent
    )
    display = Display(context, names.SHOW_RECOVERY_POINTS, lambda: about)
    steps = Steps(display, PollPolicy(), context.current_utc_datetime + _PATIENCE)
    found: Outcome = yield from steps.run(names.FIND_PROTECTED_ITEM, wanted.as_json())
    if found.kind != "done":
        return found.as_json()
    item = ProtectedItem.from_json(found.value)
    order = ListPoints(
        item=item,
        incident_at=asked.incident_at,
        continuation_token=asked.continuation_token,
    )
    listed = yield from steps.run(names.LIST_RECOVERY_POINTS, order.as_json())
    if listed.kind == "done":
        listed = Outcome.done({"item": found.value} | listed.value)
    return listed.as_json()
