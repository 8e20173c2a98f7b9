"""One VM from request to verdict: the whole story, once, in order."""

from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import msgspec

from orchestrators import permission
from orchestrators.steps import Step, StepFailed, Steps, given_up, show, unforeseen
from restore import endings, names, story, verdicts
from restore.contracts import Choice, Outcome, ProtectedItem, Verdict
from restore.orders import (
    Cancel,
    Clearance,
    Close,
    FindItem,
    FindPoint,
    Prepare,
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
    4. Prepare until it is certain that sending would be the first time, or that it was done before;
       then trigger, which judges once more what it sends. A lost reply leads back to prepare, which
       finds the job.
    5. Follow operation and job in a child; a cancel request meanwhile is passed on to Azure.
    6. Judge, write the verdict into the ledger, publish it.
    """
    order = decode(context.get_input(), Restore)
    steps, tale = Steps(context, order.pace), story.Tale(order.request, order.source)
    _show(context, tale, RestorePhase.ACCEPTED)
    opened = yield from steps.run(names.OPEN_RESTORE, encode(order))
    if opened.kind == "done" and opened.value["verdict"] is not None:
        return opened.value["verdict"]
    yield from _publish(context, steps, tale, "accepted")
    try:
        verdict = yield from _restore(context, steps, tale, order)
    except StepFailed as failed:
        verdict = endings.of_failure(failed.failure, tale)
    # However long it took: the end has patience of its own.
    pace = msgspec.structs.replace(order.pace, later_s_max=_END_S_MAX)
    steps = Steps(context, pace, waits_max=_END_WAITS, growth=_END_GROWTH)
    closed = yield from steps.run(
        names.CLOSE_RESTORE, encode(Close(request_id=order.request.request_id, verdict=verdict))
    )
    if closed.kind == "done":
        verdict = decode(closed.value["verdict"], Verdict)
    tale.verdict = verdict
    if verdict.verdict == "Rejected":
        yield from _publish(context, steps, tale, "rejected")
    yield from _publish(context, steps, tale, "finished")
    _show(context, tale, RestorePhase(verdict.verdict))
    return encode(verdict)


def _restore(
    context: df.DurableOrchestrationContext, steps: Steps, tale: story.Tale, order: Restore
) -> Step:
    """Steps 2 to 5. Raises StepFailed."""
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
        return verdicts.cancelled_before_start()
    _show(context, tale, RestorePhase.TRIGGERING)
    started = yield from _start(context, steps, tale, order)
    if started is None:
        return verdicts.cancelled_before_start()
    tale.started = started
    _show(context, tale, RestorePhase.STARTING)
    watched = yield from _follow(context, steps, tale, order)
    return endings.of_watched(watched, tale)


def _start(
    context: df.DurableOrchestrationContext, steps: Steps, tale: story.Tale, order: Restore
) -> Step:
    """Prepare, then trigger, until the restore is started (Started) or cancelled (None)."""
    assert tale.item is not None, "it was found before"
    assert tale.choice is not None, "it was made before"
    prepare = Prepare(
        request_id=order.request.request_id, item=tale.item, settle_s=order.pace.lost_reply_s
    )
    attempt = 0
    while True:
        answer = yield from steps.need(names.PREPARE_RESTORE, encode(prepare))
        clearance = decode(answer, Clearance)
        if clearance.kind == "cancelled":
            return None
        if clearance.kind == "started":
            return story.started_before(clearance)
        if clearance.kind == "full":
            yield from _wait_for_slot(context, tale, order)
            continue
        _show(context, tale, RestorePhase.TRIGGERING)  # what was out, if anything, is settled
        trigger = Trigger(
            request=order.request, item=tale.item, point=tale.choice.point, clearance=clearance
        )
        outcome: Outcome = yield from steps.once(names.TRIGGER_RESTORE, encode(trigger))
        if outcome.kind == "done":
            return decode(outcome.value, Started)
        if outcome.kind == "failed":
            raise StepFailed(outcome)
        if not endings.is_refused(outcome):
            _show(context, tale, RestorePhase.SETTLING)
        attempt += 1
        is_spent = yield from steps.wait_later(outcome, attempt)
        if is_spent:
            raise StepFailed(Outcome.failed(given_up(names.TRIGGER_RESTORE, outcome)))


def _wait_for_slot(
    context: df.DurableOrchestrationContext, tale: story.Tale, order: Restore
) -> Step:
    """Wait in a child until a place is ours, or it is over. Raises StepFailed."""
    _show(context, tale, RestorePhase.WAITING_FOR_SLOT)
    until = context.current_utc_datetime + timedelta(seconds=order.request.deadline_s)
    wait = WaitForSlot(request_id=order.request.request_id, pace=order.pace, until=until)
    try:
        answer = yield context.call_sub_orchestrator(names.WAIT_FOR_SLOT, encode(wait))
    except Exception as error:
        raise StepFailed(Outcome.failed(unforeseen(names.WAIT_FOR_SLOT, error))) from None
    outcome = decode(answer, Outcome)
    if outcome.kind == "failed":
        raise StepFailed(outcome)


def _follow(
    context: df.DurableOrchestrationContext, steps: Steps, tale: story.Tale, order: Restore
) -> Step:
    """Wait once for the follower or a cancel request; after a cancel only for the follower."""
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
    cancel = context.wait_for_external_event(names.CANCEL_EVENT)
    winner = yield context.task_any([follower, cancel])
    if winner == cancel:
        order_ = Cancel(request_id=order.request.request_id, vault_id=tale.item.vault_id)
        outcome = yield from steps.run(names.CANCEL_RESTORE, encode(order_))
        tale.cancel = story.cancel_said(outcome)
        _show(context, tale, RestorePhase.STARTING)
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
