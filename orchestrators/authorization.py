"""How a restore is authorized: the policy judges, and where it says so a person decides, in time.

Part of restore_vm, one step after the other in the same orchestration. The ledger is the truth
about a decision; the event that comes with it only wakes this wait.
"""

from datetime import datetime
from typing import Any

import azure.durable_functions as df

from orchestrators.steps import Step, StepFailed, Steps
from restore.messages import names
from restore.messages.activity_io import Authorize, Authorized, Decided, ReadDecision, Restore
from restore.messages.errors import NotYet, to_failure
from restore.messages.model import Outcome
from restore.policy import approvals
from restore.progress import wait_reasons
from restore.progress.phases import RestorePhase
from restore.progress.run_state import RestoreProgress

_WANTED = to_failure(NotYet("A person must approve or refuse this restore.", code="ApprovalWanted"))


def ask(
    context: df.DurableOrchestrationContext, steps: Steps, progress: RestoreProgress, order: Restore
) -> Step:
    """Return True when the restore may be sent, False when it was cancelled. Raises StepFailed.

    1. Have it authorized. The policy may refuse, allow, or want a person's approval.
    2. Wait once for a decision or the end of its time.
    3. Read what was decided. Points and policies grow old: what is sent is judged once more then.

    The restore's clock runs from the decision.
    """
    authorized = yield from _judge(steps, progress, order)
    progress.approval = authorized.approval
    if authorized.must_wait:
        decided = yield from _wait(context, steps, progress, order, authorized)
        if decided.is_over:
            return False
        progress.approval = decided.approval
    if authorized.is_over:
        return False
    if progress.approval is not None:
        steps.until = order.until(progress.approval.at)
    refusal = approvals.refusal(authorized.authorization, progress.approval)
    if refusal is not None:
        raise StepFailed(Outcome.failed(refusal))
    return True


def _judge(steps: Steps, progress: RestoreProgress, order: Restore) -> Step:
    assert progress.item is not None, "it was found before"
    assert progress.choice is not None, "it was made before"
    authorize = Authorize(request=order.asked, item=progress.item, choice=progress.choice)
    answer = yield from steps.need(names.AUTHORIZE_RESTORE, authorize.as_json())
    authorized = Authorized.from_json(answer)
    progress.authorization = authorized.authorization
    progress.item = authorized.item or progress.item
    progress.choice = authorized.choice or progress.choice
    return authorized


def _wait(
    context: df.DurableOrchestrationContext,
    steps: Steps,
    progress: RestoreProgress,
    order: Restore,
    authorized: Authorized,
) -> Step:
    """Wait once for the event or the timer; return what the ledger says then."""
    until = authorized.authorization.until
    assert until is not None, "what waits for an approval waits for a time"
    now = context.current_utc_datetime
    steps.until = order.until(until)  # the clock stands until somebody has decided
    progress.waiting = wait_reasons.why(_WANTED, until, 1)
    steps.display.show(progress.show(RestorePhase.WAITING_FOR_APPROVAL, now))
    decision = context.wait_for_external_event(names.DECISION_EVENT)
    timer: Any = context.create_timer(_due(context, until))
    winner = yield context.task_any([decision, timer])
    if winner == decision:
        decided = yield from _read(steps, progress, is_over=False)
        if decided.approval is not None or decided.is_over:
            if not timer.is_completed:  # it may have fired while the ledger was read
                timer.cancel()
            return decided
        yield timer  # nobody has decided: whoever raised the event did not ask the ledger
    return (yield from _read(steps, progress, is_over=True))


def _read(steps: Steps, progress: RestoreProgress, *, is_over: bool) -> Step:
    order = ReadDecision(request_id=progress.request.request_id, is_over=is_over)
    answer: Any = yield from steps.need(names.READ_DECISION, order.as_json())
    return Decided.from_json(answer)


def _due(context: df.DurableOrchestrationContext, until: datetime) -> datetime:
    """Timers fire up to a second early, and none is for the past."""
    return max(until, context.current_utc_datetime) + approvals.TIMER_SLACK
