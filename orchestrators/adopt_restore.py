"""Adopt a job for a person who waits: only activities read Azure."""

from datetime import timedelta
from typing import Any

import azure.durable_functions as df

from orchestrators.display import Display
from orchestrators.exits import logged
from orchestrators.steps import Steps
from restore.messages import names
from restore.messages.adoption import AdoptJob
from restore.messages.log_line import LogContext
from restore.messages.model import Outcome
from restore.messages.poll_policy import PollPolicy

_PATIENCE = timedelta(minutes=10)
"""As long as a request of ours for that VM may look for its job; who asks again finds the same."""


@logged
def adopt_restore(context: df.DurableOrchestrationContext) -> Any:
    """Answer with the Outcome of adopt_job. Following is restore_vm's work, which whoever asked
    starts, or the reconciler."""
    order = AdoptJob.from_json(context.get_input())
    about = LogContext(
        request_id=order.adopt.request_id,
        vault=order.adopt.vault_id,
        job=order.adopt.job_id,
        traceparent=order.traceparent,
    )
    display = Display(context, names.ADOPT_RESTORE, lambda: about)
    steps = Steps(display, PollPolicy(), context.current_utc_datetime + _PATIENCE)
    outcome: Outcome = yield from steps.run(names.ADOPT_JOB, order.as_json())
    return outcome.as_json()
