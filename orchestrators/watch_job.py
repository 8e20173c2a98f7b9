"""Follow a started restore by durable timers: its operation until a job is named, then the job."""

from typing import Any

import azure.durable_functions as df

from orchestrators.display import Display
from orchestrators.exits import logged
from orchestrators.steps import Step, Steps
from restore.messages import names, poll_policy
from restore.messages.model import JobSnapshot
from restore.messages.watch_io import FindJob, ReadJob, ReadOperation, Watch, Watched
from restore.progress import job_watch, poll_intervals
from restore.progress.phases import RestorePhase
from restore.progress.wait_reasons import Waiting


@logged
def watch_job(context: df.DurableOrchestrationContext) -> Any:
    """Watch to a terminal job status, a failed operation, or the deadline.

    1. Poll: the operation while no job is known, else the job. Show what was seen.
    2. Over, or at the deadline? Then answer with a Watched.
    3. Wait as restore/progress/poll_intervals.py says, and poll again.
    4. After `polls_per_generation` polls continue as new, so that a day replays like a minute.
    """
    watch, snapshot = Watch.from_json(context.get_input()), None
    if watch.phase is None:
        watch = job_watch.in_phase(watch, RestorePhase.STARTING, context.current_utc_datetime)

    def tell(why: Waiting | None = None) -> None:
        display.show(job_watch.status(watch, snapshot, why))

    display = Display(context, names.WATCH_JOB, lambda: job_watch.about(watch), is_told=True)
    tell()
    steps = Steps(display, watch.poll_policy, watch.deadline_at, tell)
    for number in range(watch.poll_policy.polls_per_generation):
        seen, fresh, outcome = yield from _poll(context, steps, watch, number)
        snapshot = fresh or snapshot  # what was seen last, while nobody answers
        if isinstance(seen, Watched):
            tell()
            return seen.as_json()
        watch = seen
        tell()
        over = job_watch.at_deadline(watch, snapshot, context.current_utc_datetime)
        if over is not None:
            return over.as_json()
        yield from steps.sleep(_wait_s(context, watch, fresh, outcome))
    context.continue_as_new(watch.as_json())
    return None


def _poll(context: df.DurableOrchestrationContext, steps: Steps, watch: Watch, number: int) -> Step:
    """Return what one poll makes of the watch, the JobSnapshot if it was one, and its Outcome."""
    vault_id = watch.item.vault_id
    if watch.job_id is not None:
        cancels = watch.request_id if number == 0 else None
        order = ReadJob(
            vault_id=vault_id,
            job_id=watch.job_id,
            cancels=cancels,
            target_vm_id=watch.target_vm_id,
        )
        outcome = yield from steps.once(names.READ_JOB, order.as_json())
        seen = job_watch.learn_job(watch, outcome, context.current_utc_datetime)
        return seen, job_watch.job_snapshot(outcome), outcome
    if watch.operation_id is not None:
        operation = ReadOperation(
            request_id=watch.request_id, vault_id=vault_id, operation_id=watch.operation_id
        )
        outcome = yield from steps.once(names.READ_OPERATION, operation.as_json())
        if not job_watch.must_search(outcome):
            return job_watch.learn_operation(watch, outcome), None, outcome
    outcome = yield from steps.once(
        names.FIND_JOB, FindJob(request_id=watch.request_id, item=watch.item).as_json()
    )
    return job_watch.learn_job_id(watch, outcome), None, outcome


def _wait_s(
    context: df.DurableOrchestrationContext,
    watch: Watch,
    snapshot: JobSnapshot | None,
    outcome: Any,
) -> float:
    now = context.current_utc_datetime
    remaining_s = job_watch.remaining_s(watch, now)
    spread = f"{context.instance_id}:{watch.polls}"
    if outcome.kind != "done":
        wait_s = poll_intervals.retry_wait_s(
            outcome, watch.consecutive_failures, watch.poll_policy, spread
        )
    elif watch.job_id is None:
        asked_s = job_watch.asked_wait_s(outcome)
        wait_s = poll_intervals.next_operation_poll_s(watch.polls, watch.poll_policy, asked_s)
    else:
        elapsed_s = (now - watch.since).total_seconds()
        wait_s = poll_intervals.next_poll_s(
            snapshot, watch.polls, elapsed_s, remaining_s, watch.poll_policy, spread
        )
    return min(wait_s, max(remaining_s, poll_policy.NEAR_S))
