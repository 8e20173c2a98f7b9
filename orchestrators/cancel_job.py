"""Pass a wish to cancel on to Azure, for as long as it takes.

An orchestration of its own for each restore that somebody wants cancelled, started by who takes
the wish (triggers/starter.py). So nobody has to listen: not the restore's own orchestration, which
can wait for an event only once, nor its child, which would lose one when it continues as new.
"""

from typing import Any

import azure.durable_functions as df
import msgspec

from orchestrators.display import Display
from orchestrators.exits import logged
from orchestrators.steps import Steps
from restore.messages import names
from restore.messages.activity_io import Cancel
from restore.messages.log_line import LogContext
from restore.messages.model import Outcome
from restore.progress import poll_intervals


@logged
def cancel_job(context: df.DurableOrchestrationContext) -> Any:
    """Answer with an Outcome: done when Azure has answered, or there is nothing left to cancel.

    1. Ask Azure, as soon as the job is known.
    2. No answer: wait and ask again, longer each time, until the wish is out of date.
    3. After `polls_per_generation` tries continue as new.
    """
    order = Cancel.from_json(context.get_input())
    about = LogContext(request_id=order.request_id)
    steps = Steps(Display(context, names.CANCEL_JOB, lambda: about), order.poll_policy, order.until)
    for _ in range(order.poll_policy.polls_per_generation):
        this = LogContext(attempt=order.tries + 1)
        outcome: Outcome = yield from steps.once(names.CANCEL_RESTORE, order.as_json(), this)
        order = msgspec.structs.replace(order, tries=order.tries + 1)
        if outcome.kind != "retryLater" or context.current_utc_datetime >= order.until:
            return outcome.as_json()
        spread = f"{context.instance_id}:{order.tries}"
        yield from steps.sleep(
            poll_intervals.retry_wait_s(outcome, order.tries, order.poll_policy, spread)
        )
    context.continue_as_new(order.as_json())
    return None
