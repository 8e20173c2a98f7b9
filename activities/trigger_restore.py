"""Start the restore, exactly once. One run goes all the way: what was done before, a concurrency
slot, the item's lock, the vault's jobs, the checks (activities/admission.py), and only then the
POST (activities/sending.py). What counts is the policy at that moment, with the plan, the approval
and the VM's quota; what is out already is not judged.

This activity may run twice, even at once: of two that would send only one gets its intent into the
ledger. Whatever has to be waited for is "retry later", with a code that says what; nothing of a run
that did not end travels on to the next, which reads all of it anew. After a lost reply that next
run finds the job.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from activities import activity_result, admission, alert_gate, clock, policies, sending, slot_leases
from arm import log
from restore.messages import poll_policy
from restore.messages.activity_io import Started, Trigger
from restore.messages.errors import Conflict, DeadlinePassed, NotYet, RestoreError
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.log_line import LogLine
from restore.policy import approvals, quota
from restore.policy.rules import Policy
from restore.progress import ledger_lines
from restore.settings import Settings
from restore.start import lost_reply
from storage import concurrency_slots, connection, item_lock
from storage.ledger import Held, Ledger

_JOBS_BACK = timedelta(hours=26)
"""The quota counts a day; two hours more for clocks that differ and jobs that list late."""
_NEAR = timedelta(seconds=poll_policy.NEAR_S)
_LEASE = timedelta(minutes=15)
"""Of a slot, until it is seen that something is out: three times as long as a run may take
(functionTimeout in host.json); who asks again renews it."""


def trigger_restore(order: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Input: Trigger. Done with Started; retry later with a code that says what it waits for:
    NoSlot, ItemLocked, LocatingJob, or what Azure said; failed when it may not be sent."""
    in_force = partial(policies.in_force, settings)
    return activity_result.outcome(
        order, lambda order: _trigger(Trigger.from_json(order), in_force, settings)
    )


def _trigger(order: Trigger, in_force: Callable[[], Policy], settings: Settings) -> Started:
    ledger = connection.ledger()
    held = ledger.read(order.request.request_id)
    assert held is not None, "open_restore entered it"
    before = _before(held.entry)
    if before is not None:
        return before
    if held.entry.state is LedgerState.ACCEPTED:
        _take_slot(ledger, order, in_force())
    lock = _lock_item(ledger, order, held)
    seen = sending.read_jobs(order.item.vault_id, _begun(held.entry) - _JOBS_BACK)
    step = lost_reply.next_step(
        held.entry,
        seen.jobs,
        order.item.container_name,
        lock.claimed,
        vault_time=seen.vault_time,
    )
    if isinstance(step, lost_reply.Adopt):
        entry = ledger.started(order.request.request_id, held, job_id=step.job_id, adopted=True)
        connection.outbox().tell(entry)
        log.write(LogLine(event="adopted", about=ledger_lines.about(entry)))
        return Started(job_id=step.job_id, adopted=True)
    if not isinstance(step, lost_reply.Proceed):
        raise _not_to_be_sent(step)
    if held.entry.state is LedgerState.INTENDED:  # its POST has started nothing
        held = ledger.withdraw(held)
        if held.entry.state is LedgerState.CANCELLED:
            return Started(cancelled=True)
        _take_slot(ledger, order, in_force())
        lock = _lock_item(ledger, order, held)  # it is another version that will be sent
    if order.until - clock.now() <= _NEAR:
        raise DeadlinePassed("The request's deadline has passed. The app sends nothing more.")
    with admission.refusing(ledger, held):
        alert_gate.require_running(ledger.documents, settings, held.entry)
        body = _admit(order, in_force(), held.entry, seen, step.known_jobs, lock).body
    return sending.send(ledger, order, held, seen, step.known_jobs, body)


def _before(entry: LedgerEntry) -> Started | None:
    """What an earlier run, or orchestration, has come to; None: it may have to be sent."""
    if entry.state is LedgerState.STARTED:
        return Started(operation_id=entry.operation_id, job_id=entry.job_id)
    has_fallen = entry.state is LedgerState.FALLEN_BACK  # nothing more is sent for it
    return Started(cancelled=True) if entry.is_over or has_fallen else None


def _begun(entry: LedgerEntry) -> datetime:
    """Since when a job may have begun that is to be found, or counted."""
    return entry.intent.vault_time if entry.intent else clock.now()


def _take_slot(ledger: Ledger, order: Trigger, policy: Policy) -> None:
    request, now = order.request, clock.now()
    limit = policy.max_concurrent_restores
    slot = concurrency_slots.take(ledger.documents, request.request_id, limit, now, now + _LEASE)
    if slot.is_ours:
        return
    slot_leases.end(ledger, slot.overdue, now)
    raise NotYet(
        f"The policy allows no more restores at once (maxConcurrentRestores is {limit}). "
        f"{slot.ahead} wait before this one.",
        code="NoSlot",
        retry_after_s=concurrency_slots.ASK_AGAIN_S,
    )


def _lock_item(ledger: Ledger, order: Trigger, held: Held) -> item_lock.LockAttempt:
    lock = item_lock.acquire(ledger, order.item.id, held, clock.now())
    if lock.is_ours:
        return lock
    raise NotYet(
        "The app is starting another restore of this VM, and does not know its job yet.",
        code="ItemLocked",
        retry_after_s=lock.wait_s,
    )


def _admit(
    order: Trigger,
    policy: Policy,
    entry: LedgerEntry,
    seen: sending.Jobs,
    known_jobs: tuple[str, ...],
    lock: item_lock.LockAttempt,
) -> admission.Admitted:
    """Judge what is about to be sent, by all that there is to judge it by. Raises InvalidRequest,
    PolicyRefused, PlanChanged."""
    admitted = admission.admit(policy, entry.source, order.request, order.item, order.point)
    allowed = alert_gate.with_approval(admitted.allowed, entry)
    approvals.require(allowed, entry.approval, admitted.plan_hash)
    of_vm = [job for job in seen.jobs if job.job_id in known_jobs]
    unlisted = quota.unlisted(lock.begun, seen.jobs)
    begun = quota.begun_within_a_day(of_vm, unlisted, seen.vault_time)
    quota.check(policy, begun, entry.source, seen.vault_time_at(clock.now()))
    return admitted


def _not_to_be_sent(step: lost_reply.Wait | lost_reply.Ambiguous) -> RestoreError:
    if isinstance(step, lost_reply.Wait):
        return NotYet(
            "Azure's reply to the restore request did not arrive. The app looks for the job in the "
            "vault's job list.",
            code="LocatingJob",
            retry_after_s=step.seconds,
        )
    return Conflict(
        "Azure's reply to the restore request did not arrive. The app cannot tell which of these "
        f"jobs it started: {', '.join(step.job_ids)}. Look at them before you ask again.",
        code="RestoreJobAmbiguous",
        doing="find the job of a lost reply",
    )
