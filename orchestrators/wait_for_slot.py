"""Wait until a restore has its place among those that may run at once.

A child of its own, for it may take as long as others' restores do: it continues as new, so that the
parent's history stays short.
"""

from typing import Any

import azure.durable_functions as df

from orchestrators.steps import Steps
from restore import names, polling
from restore.contracts import Failure, Outcome
from restore.orders import WaitForSlot, decode, encode

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context", orchestration=names.WAIT_FOR_SLOT)
def wait_for_slot(context: df.DurableOrchestrationContext) -> Any:
    """Answer with an Outcome: done when there is nothing to wait for any more.

    1. Try to take a place.
    2. None free: wait and try again, until the restore's time is up.
    3. After `looks_per_generation` looks continue as new.
    """
    wait = decode(context.get_input(), WaitForSlot)
    steps = Steps(context, wait.pace)
    for look in range(wait.pace.looks_per_generation):
        outcome: Outcome = yield from steps.once(names.TAKE_SLOT, encode(wait))
        if outcome.kind != "later":
            return encode(outcome)
        if context.current_utc_datetime >= wait.until:
            return encode(Outcome.failed(_NO_SLOT))
        spread = f"{context.instance_id}:{look}"
        yield from steps.sleep(polling.later_wait_s(outcome, 1, wait.pace, spread))
    context.continue_as_new(encode(wait))
    return None


_NO_SLOT = Failure(
    code="NoSlot",
    message="As many restores as the policy allows at once (restoresAtOnce) were running all the "
    "time that this one had.",
    category="ServiceUnavailable",
)
