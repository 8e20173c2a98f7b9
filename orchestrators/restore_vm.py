"""One VM from request to verdict: every step, once, in order."""

from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import msgspec

from orchestrators import authorization, fallback, verification
from orchestrators.display import Display
from orchestrators.exits import logged
from orchestrators.steps import Step, StepFailed, Steps, broken, run_again, unforeseen
from restore.messages import log_line, names
from restore.messages.activity_io import (
    Close,
    FindItem,
    FindPoint,
    Opened,
    Restore,
    Started,
    Trigger,
)
from restore.messages.ledger_entry import LedgerState
from restore.messages.model import Choice, ProtectedItem, Verdict
from restore.messages.request import AlternateLocation, RestoreRequest
from restore.messages.watch_io import Watch, Watched
from restore.progress import run_state
from restore.progress.phases import RestorePhase
from restore.progress.wait_reasons import Waiting
from restore.result import conclude, verdicts, verified

_CLOSING_MAX = timedelta(days=7)
"""A verdict outlives days without storage."""


@logged
def restore_vm(context: df.DurableOrchestrationContext) -> Any:
    """Restore one VM.

    1. Open the ledger entry. A request that has a verdict already gets it again; nothing is done.
       One that was followed before goes on from where the ledger says, with its own item and point;
       so does a job that was begun elsewhere, which is followed only.
    2. Find the protected item; choose the recovery point, keeping the reason for each other one.
    3. Have it permitted: by the policy, and by a person where the policy says so.
    4. Trigger until it is started, now or before; each "retry later" says what it waits for. What
       is sent is judged once more at that moment.
    5. Follow operation and job in a child, which is run again when it fails. Judge.
    6. Where the request asks for it, look in another child whether the VM works.
    7. Where it failed so that the policy lets it fall back, see to other attempts.
    8. Write the verdict into the ledger.

    Steps 2 to 5 share one clock, the request's deadline. It runs from the acceptance; where a
    person must decide, from the decision. Each step that tells something tells it with its change
    of the ledger (storage/outbox.py).
    """
    order = Restore.from_json(context.get_input())
    progress = run_state.RestoreProgress(order.request)
    display = Display(context, names.RESTORE_VM, lambda: progress.about(order))

    def wait(why: Waiting | None) -> None:
        display.show(progress.wait(why, context.current_utc_datetime))

    steps = Steps(
        display,
        order.poll_policy,
        order.until(context.current_utc_datetime),
        wait,
        revival=order.revival,
    )
    _show(steps, progress, RestorePhase.ACCEPTED)
    close = Close(request_id=order.request.request_id)
    try:
        answer = yield from steps.need(names.OPEN_RESTORE, order.as_json())
        opened = Opened.from_json(answer)
        progress.know(opened)
        if opened.verdict is not None:
            _show(steps, progress, RestorePhase(opened.verdict.verdict))
            return opened.verdict.as_json()
        steps.until = order.until(opened.nobody_waits_since)
        close = yield from _proceed(context, steps, progress, order, opened)
    except StepFailed as failed:
        close = msgspec.structs.replace(close, failure=failed.failure)
    except Exception as error:  # our bug: it must not leave the entry open
        display.tell(log_line.fault(error))
        failure = broken(names.RESTORE_VM, type(error).__name__)
        close = msgspec.structs.replace(close, failure=failure)
    close = msgspec.structs.replace(close, item=progress.item, choice=progress.choice)
    close = yield from fallback.fall_back(steps, progress, close)
    steps.until = context.current_utc_datetime + _CLOSING_MAX
    closed = yield from steps.run(names.CLOSE_RESTORE, close.as_json())
    if closed.kind == "done":
        verdict = Verdict.from_json(closed.value["verdict"])
    else:
        verdict = close.verdict or verdicts.unknown(close.failure or closed.error)
    _show(steps, progress, RestorePhase(verdict.verdict))
    return verdict.as_json()


def _proceed(
    context: df.DurableOrchestrationContext,
    steps: Steps,
    progress: run_state.RestoreProgress,
    order: Restore,
    opened: Opened,
) -> Step:
    """Steps 2 to 6, from where the ledger says: return how to close. Raises StepFailed."""
    close, verifying = Close(request_id=order.request.request_id), opened.verifying
    if progress.has_fallen:
        _show(steps, progress, RestorePhase.FALLING_BACK)
        return close
    if verifying is None:
        watched = yield from _restore(context, steps, progress, order, opened.state)
        if watched is None:
            return close
        verdict = conclude.of_watched(watched, progress)
        close = msgspec.structs.replace(close, verdict=verdict, is_over=watched.is_over)
        if watched.end == "job" and verdict.error is not None:
            close = msgspec.structs.replace(close, has_data=watched.has_data)
        if verified.wanted(order.request, verdict) is None:
            return close
        verifying = yield from verification.begin(steps, order, verdict, watched)
    _show(steps, progress, RestorePhase.VERIFYING)
    verdict = yield from verification.verify(steps, order, verifying)
    return msgspec.structs.replace(close, verdict=verdict, is_over=True)


def _restore(
    context: df.DurableOrchestrationContext,
    steps: Steps,
    progress: run_state.RestoreProgress,
    order: Restore,
    state: LedgerState,
) -> Step:
    """Steps 2 to 5, from where it stands: a Watched, or None when nothing was started, nor will be.
    Raises StepFailed."""
    if state is LedgerState.CANCELLED:
        return None
    if state is LedgerState.ACCEPTED:
        if progress.choice is None:
            yield from _choose(steps, progress, order.asked)
        is_authorized = yield from authorization.ask(context, steps, progress, order)
        if not is_authorized:
            return None
    if progress.started is None:
        _show(steps, progress, RestorePhase.TRIGGERING)
        started = yield from _start(steps, progress, order)
        if started.cancelled:
            return None
        progress.started = started
    _show(steps, progress, RestorePhase.STARTING)
    return (yield from _follow(context, steps, progress, order))


def _choose(steps: Steps, progress: run_state.RestoreProgress, request: RestoreRequest) -> Step:
    """Find the item and choose its point. Raises StepFailed."""
    _show(steps, progress, RestorePhase.FINDING_ITEM)
    wanted = FindItem(source_resource_id=request.source_resource_id, vault_id=request.vault_id)
    found = yield from steps.need(names.FIND_PROTECTED_ITEM, wanted.as_json())
    progress.item = ProtectedItem.from_json(found)
    _show(steps, progress, RestorePhase.CHOOSING_POINT)
    chosen = yield from steps.need(
        names.FIND_RECOVERY_POINT, FindPoint(request=request, item=progress.item).as_json()
    )
    progress.choice = Choice.from_json(chosen)


def _start(steps: Steps, progress: run_state.RestoreProgress, order: Restore) -> Step:
    """Trigger until the restore is Started. Raises StepFailed."""
    assert progress.item is not None, "it was found before"
    assert progress.choice is not None, "it was made before"
    trigger = Trigger(
        request=order.asked,
        item=progress.item,
        point=progress.choice.point,
        job_search_s=order.poll_policy.lost_reply_s,
        until=steps.until,
    )
    started = yield from steps.need(names.TRIGGER_RESTORE, trigger.as_json())
    return Started.from_json(started)


def _follow(
    context: df.DurableOrchestrationContext,
    steps: Steps,
    progress: run_state.RestoreProgress,
    order: Restore,
) -> Step:
    """Wait for the child that follows the job."""
    assert progress.item is not None, "it was found before"
    assert progress.started is not None, "it was started before"
    watch = Watch(
        request_id=order.request.request_id,
        item=progress.item,
        poll_policy=order.poll_policy,
        deadline_at=steps.until,
        since=context.current_utc_datetime,
        operation_id=progress.started.operation_id,
        job_id=progress.started.job_id,
        adopted=progress.started.adopted,
        target_vm_id=order.request.target_virtual_machine_id
        if isinstance(order.request, AlternateLocation)
        else None,
        about=steps.display.about(),
    )
    watch_id = names.watch_id(context.instance_id, order.revival)
    try:
        watched = yield from run_again(context, names.WATCH_JOB, watch, watch_id)
    except Exception as error:  # so often: that is our bug, and must not go unsaid
        failure = unforeseen(names.WATCH_JOB, error)
        return Watched(end="lost", job_id=progress.started.job_id, error=failure)
    ended = Watched.from_json(watched)
    progress.started = msgspec.structs.replace(progress.started, job_id=ended.job_id)
    return ended


def _show(steps: Steps, progress: run_state.RestoreProgress, phase: RestorePhase) -> None:
    now = steps.display.context.current_utc_datetime
    steps.display.show(progress.show(phase, now))
