"""One VM from request to verdict: the whole story, once, in order."""

from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import msgspec

from orchestrators import permission
from orchestrators.steps import Step, StepFailed, Steps, given_up, show, unforeseen
from restore import endings, names, story, verdicts
from restore.contracts import Choice, Outcome, ProtectedItem, Verdict
from restore.errors import Waiting
from restore.orders import (
    Close,
    FindItem,
    FindPoint,
    Restore,
    Started,
    Trigger,
    WaitForSlot,
    Watch,
    Watched,
    decode,
    encode,
)
from restore.phases import RestorePhase

blueprint = df.Blueprint()

_END_WAITS, _END_GROWTH, _END_S_MAX = 6, 4, 3600
"""Six waits of 10 s to an hour: a verdict outlives an hour without storage."""


@blueprint.orchestration_trigger(context_name="context", orchestration=names.RESTORE_VM)
def restore_vm(context: df.DurableOrchestrationContext) -> Any:
    """Restore one VM.

    1. Open the ledger entry. A request that has a verdict already gets it again; nothing is done.
    2. Find the protected item; choose the recovery point, keeping the reason for each other one.
    3. Have it permitted: by the policy, and by a person where the policy says so.
    4. Trigger until it is started, now or before; each "later" says what it waits for. What is sent
       is judged once more at that moment.
    5. Follow operation and job in a child.
    6. Judge, write the verdict into the ledger, publish it.
    """
    order = decode(context.get_input(), Restore)
    steps, tale = Steps(context, order.pace), story.Tale(order.request, order.source)
    _show(context, tale, RestorePhase.ACCEPTED)
    opened = yield from steps.run(names.OPEN_RESTORE, encode(order))
    if opened.kind == "done" and opened.value["verdict"] is not None:
        return opened.value["verdict"]
    yield from _publish(context, steps, tale, "accepted")
    close = Close(request_id=order.request.request_id)
    try:
        watched = yield from _restore(context, steps, tale, order)
        if watched is not None:
            verdict, is_over = endings.of_watched(watched, tale), watched.is_over
            close = msgspec.structs.replace(close, verdict=verdict, is_over=is_over)
    except StepFailed as failed:
        close = msgspec.structs.replace(close, failure=failed.failure)
    # However long it took: the end has patience of its own.
    pace = msgspec.structs.replace(order.pace, later_s_max=_END_S_MAX)
    steps = Steps(context, pace, waits_max=_END_WAITS, growth=_END_GROWTH)
    closed = yield from steps.run(names.CLOSE_RESTORE, encode(close))
    if closed.kind == "done":
        verdict = decode(closed.value["verdict"], Verdict)
    else:
        verdict = close.verdict or verdicts.unknown(close.failure or closed.error)
    tale.verdict = verdict
    if verdict.verdict == "Rejected":
        yield from _publish(context, steps, tale, "rejected")
    yield from _publish(context, steps, tale, "finished")
    _show(context, tale, RestorePhase(verdict.verdict))
    return encode(verdict)


def _restore(
    context: df.DurableOrchestrationContext, steps: Steps, tale: story.Tale, order: Restore
) -> Step:
    """Steps 2 to 5: a Watched, or None when nothing was started, nor will be. Raises StepFailed."""
    request = order.request
    _show(context, tale, RestorePhase.FINDING_ITEM)
    wanted = FindItem(source_resource_id=request.source_resource_id, vault_id=request.vault_id)
    found = yield from steps.need(names.FIND_PROTECTED_ITEM, encode(wanted))
    tale.item = decode(found, ProtectedItem)
    _show(context, tale, RestorePhase.CHOOSING_POINT)
    chosen = yield from steps.need(
        names.FIND_RECOVERY_POINT, encode(FindPoint(request=request, item=tale.item))
    )
    tale.choice = decode(chosen, Choice)
    may_go = yield from permission.ask(context, steps, tale, order)
    if not may_go:
        return None
    _show(context, tale, RestorePhase.TRIGGERING)
    started = yield from _start(context, steps, tale, order)
    if started.cancelled:
        return None
    tale.started = started
    _show(context, tale, RestorePhase.STARTING)
    return (yield from _follow(context, tale, order))


def _start(
    context: df.DurableOrchestrationContext, steps: Steps, tale: story.Tale, order: Restore
) -> Step:
    """Trigger until the restore is Started. Raises StepFailed."""
    assert tale.item is not None, "it was found before"
    assert tale.choice is not None, "it was made before"
    trigger = Trigger(
        request=order.request,
        item=tale.item,
        point=tale.choice.point,
        settle_s=order.pace.lost_reply_s,
    )
    attempt = 0
    outcome: Outcome = yield from steps.once(names.TRIGGER_RESTORE, encode(trigger))
    while outcome.kind == "later":
        assert outcome.error is not None, "what waits says why"
        assert tale.phase is not None, "it was shown before"
        _show(context, tale, story.phase_of_wait(outcome.error, tale.phase))
        if outcome.error.category == Waiting.__name__:
            outcome = yield from _wait_for_slot(context, trigger, outcome, order)
            continue
        attempt += 1
        is_spent = yield from steps.wait_later(outcome, attempt)
        if is_spent:
            raise StepFailed(Outcome.failed(given_up(names.TRIGGER_RESTORE, outcome)))
        outcome = yield from steps.once(names.TRIGGER_RESTORE, encode(trigger))
    if outcome.kind == "failed":
        raise StepFailed(outcome)
    return decode(outcome.value, Started)


def _wait_for_slot(
    context: df.DurableOrchestrationContext, trigger: Trigger, outcome: Outcome, order: Restore
) -> Step:
    """Wait in a child for what is no fault; return the first Outcome that says something else."""
    until = context.current_utc_datetime + timedelta(seconds=order.request.deadline_s)
    wait = WaitForSlot(trigger=trigger, last=outcome, pace=order.pace, until=until)
    try:
        answer = yield context.call_sub_orchestrator(names.WAIT_FOR_SLOT, encode(wait))
    except Exception as error:
        return Outcome.failed(unforeseen(names.WAIT_FOR_SLOT, error))
    return decode(answer, Outcome)


def _follow(context: df.DurableOrchestrationContext, tale: story.Tale, order: Restore) -> Step:
    """Wait for the child that follows the job."""
    assert tale.item is not None, "it was found before"
    assert tale.started is not None, "it was started before"
    now = context.current_utc_datetime
    watch = Watch(
        request_id=order.request.request_id,
        source_resource_id=order.request.source_resource_id,
        item=tale.item,
        pace=order.pace,
        deadline_at=now + timedelta(seconds=order.request.deadline_s),
        since=now,
        operation_id=tale.started.operation_id,
        job_id=tale.started.job_id,
        adopted=tale.started.adopted,
    )
    follower = context.call_sub_orchestrator(
        names.WATCH_JOB, encode(watch), instance_id=names.watch_id(context.instance_id)
    )
    try:
        watched = yield follower
    except Exception as error:  # our bug, or a person ended it: that must not go unsaid
        failure = unforeseen(names.WATCH_JOB, error)
        return Watched(end="lost", job_id=tale.started.job_id, error=failure)
    return decode(watched, Watched)


def _publish(
    context: df.DurableOrchestrationContext, steps: Steps, tale: story.Tale, kind: str
) -> Step:
    event = story.event(kind, tale, context.current_utc_datetime)
    return (yield from steps.run(names.PUBLISH_EVENT, event))


def _show(context: df.DurableOrchestrationContext, tale: story.Tale, phase: RestorePhase) -> None:
    show(context, tale.show(phase, context.current_utc_datetime))
