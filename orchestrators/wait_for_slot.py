"""Wait until a restore need not wait any more for what is no fault: a slot, the item's turn, the
job of a lost reply.

A child of its own, for it may take as long as others' restores do: it continues as new, so that the
parent's history stays short.
"""

from typing import Any

import azure.durable_functions as df
import msgspec

from orchestrators.steps import Steps
from restore import names, polling
from restore.contracts import Outcome
from restore.orders import WaitForSlot, decode, encode

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context", orchestration=names.WAIT_FOR_SLOT)
def wait_for_slot(context: df.DurableOrchestrationContext) -> Any:
    """Answer with the first Outcome that waits for something else, or for nothing any more.

    1. Wait as long as the last one asked, and trigger again.
    2. After `looks_per_generation` looks continue as new; when the restore's time is up, say so.
    """
    wait = decode(context.get_input(), WaitForSlot)
    steps, last = Steps(context, wait.pace), wait.last
    assert last.error is not None, "what waits says why"
    for look in range(wait.pace.looks_per_generation):
        spread = f"{context.instance_id}:{look}"
        yield from steps.sleep(polling.later_wait_s(last, 1, wait.pace, spread))
        outcome: Outcome = yield from steps.once(names.TRIGGER_RESTORE, encode(wait.trigger))
        error = outcome.error
        if outcome.kind != "later" or error is None or error.code != last.error.code:
            return encode(outcome)
        if context.current_utc_datetime >= wait.until:
            return encode(Outcome.failed(error))
        last = outcome
    context.continue_as_new(encode(msgspec.structs.replace(wait, last=last)))
    return None
