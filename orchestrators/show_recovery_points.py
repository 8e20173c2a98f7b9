"""Read a VM's recovery points for a person: find the item, list its points."""

from typing import Any

import azure.durable_functions as df

from orchestrators.steps import Steps
from restore import names
from restore.contracts import Outcome
from restore.orders import FindItem, decode, encode
from restore.polling import Pace

blueprint = df.Blueprint()

_PATIENCE = Pace(later_count_max=3)


@blueprint.orchestration_trigger(context_name="context", orchestration=names.SHOW_RECOVERY_POINTS)
def show_recovery_points(context: df.DurableOrchestrationContext) -> Any:
    """Answer with an Outcome.

    1. Find the protected item.
    2. List its points, and what the app would choose.
    """
    wanted = decode(context.get_input(), FindItem)
    steps = Steps(context, _PATIENCE)
    found: Outcome = yield from steps.run(names.FIND_PROTECTED_ITEM, encode(wanted))
    if found.kind != "done":
        return encode(found)
    listed = yield from steps.run(names.LIST_RECOVERY_POINTS, {"item": found.value})
    if listed.kind == "done":
        listed = Outcome.done({"item": found.value} | listed.value)
    return encode(listed)
