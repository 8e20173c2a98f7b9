"""Call an activity again and again, for days if need be, on behalf of an orchestration that waits.

A child, for it continues as new and so keeps its history short, which its parent must not: it would
lose a decision or a cancel that comes meanwhile.
"""

from typing import Any

import azure.durable_functions as df

from orchestrators.display import Display
from orchestrators.exits import logged
from orchestrators.steps import Steps
from restore.messages import names
from restore.messages.activity_io import Retry


@logged
def retry_activity(context: df.DurableOrchestrationContext) -> Any:
    """Answer with the activity's Outcome, done or failed; failed as well when the time is up.

    1. Wait until it is to be called again, and call it.
    2. After `polls_per_generation` waits continue as new.
    """
    retry = Retry.from_json(context.get_input())
    display = Display(context, names.RETRY_ACTIVITY, lambda: retry.about, is_told=True)
    steps = Steps(
        display, retry.poll_policy, retry.until, waits_max=retry.poll_policy.polls_per_generation
    )
    found = yield from steps.attempt(retry)
    if isinstance(found, Retry):
        context.continue_as_new(found.as_json())
        return None
    display.show({})
    return found.as_json()
