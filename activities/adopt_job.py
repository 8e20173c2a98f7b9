"""Follow a job that somebody began elsewhere: read it, have it permitted, and enter it as started.

Nothing is ever sent for it. Two things can go wrong: two could follow it, or it could be the work
of a request of this app that does not know its own job yet. So it is claimed on the item's lock, as
the jobs of our own requests are (storage/item_lock.py), by a write that nobody comes between; while
a request of ours for that VM is looking for its job, this waits. May run twice: of the same job
there is one entry.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from activities import activity_result, clock, policies
from arm import connection as arm_connection
from restore.messages import names
from restore.messages.adoption import AdoptedJob, Adoption, AdoptJob
from restore.messages.errors import Conflict, NotFound, NotYet
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Authorization, JobSnapshot, ProtectedItem
from restore.policy import following
from restore.policy.rules import Policy
from restore.settings import Settings
from restore.start import lost_reply
from restore.values.arm_ids import same
from storage import connection, item_lock, ledger_search, open_index
from storage.ledger import Ledger

_DOING = "adopt the job"


def adopt_job(order: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Input: AdoptJob. Done with Adoption; retry later with the code ItemLocked; failed when the
    job is no restore, is followed already, or may not be followed."""
    in_force = partial(policies.in_force, settings)
    return activity_result.outcome(order, lambda order: _adopt(AdoptJob.from_json(order), in_force))


def _adopt(order: AdoptJob, in_force: Callable[[], Policy]) -> Adoption:
    ledger, adopt = connection.ledger(), order.adopt
    held = ledger.read(adopt.request_id)
    if held is not None:
        return Adoption(request_id=_same(held.entry, order).request_id)
    job = _job(order)
    item = arm_connection.backup().find_item_of_job(adopt.vault_id, job)
    rule = following.judge(in_force(), item, order.source)
    look = item_lock.look(ledger, item.id, clock.now())
    if look.wait_s is not None:
        raise NotYet(
            "The app is starting a restore of this VM, and does not know its job yet.",
            code="ItemLocked",
            retry_after_s=look.wait_s,
        )
    taken = _taken(ledger, item, job)
    if taken is not None:
        return taken
    item_lock.claim(ledger, item.id, look, job.job_id, job.start_time or clock.now())
    entry, is_new = ledger.accept(_entry(order, job, item, rule))
    connection.outbox().tell(entry)
    return Adoption(request_id=entry.request_id, is_new=is_new)


def _job(order: AdoptJob) -> JobSnapshot:
    try:
        job = arm_connection.backup().read_job(order.adopt.vault_id, order.adopt.job_id)
    except NotFound as error:
        raise NotFound(
            "The vault shows no such job, or the app's identity may not see it.",
            code="JobNotFound",
            details=(f"{error.code}: {error.message}",),
            doing=_DOING,
        ) from None
    if job.operation != "Restore":
        raise Conflict(
            f"The job is no restore. Azure calls it {job.operation or 'nothing'}.",
            code="NotARestoreJob",
            doing=_DOING,
        )
    return job


def _same(entry: LedgerEntry, order: AdoptJob) -> LedgerEntry:
    """Return the entry if it is of this very job. Raises Conflict."""
    if entry.begun_elsewhere and same(entry.request["vaultId"], order.adopt.vault_id):
        return entry
    raise Conflict(
        f"The request id {entry.request_id!r} stands for something else.",
        code="RequestIdReused",
        doing=_DOING,
    )


def _taken(ledger: Ledger, item: ProtectedItem, job: JobSnapshot) -> Adoption | None:
    """Return which request of this app follows the job, or may yet find it to be its own."""
    for folder in (names.ENTRIES, names.ATTEMPTS):
        for request_id in ledger_search.ids_with(ledger, "jobid", job.job_id, folder):
            held = ledger.read(request_id)
            is_over = held is not None and held.entry.state is LedgerState.FINISHED
            why = "had this job, and is over" if is_over else "follows this job already"
            return Adoption(request_id=request_id, taken=why)
    for request_id in open_index.ids(ledger.documents):
        held = ledger.read(request_id)
        if held is not None and _may_be_its(held.entry, item, job):
            why = "is looking for its job, which may be this one"
            return Adoption(request_id=request_id, taken=why)
    return None


def _may_be_its(entry: LedgerEntry, item: ProtectedItem, job: JobSnapshot) -> bool:
    intent = entry.intent
    if intent is None or entry.job_id is not None or not same(intent.item_id, item.id):
        return False
    return bool(lost_reply.possible(intent, [job], ()))


def _entry(order: AdoptJob, job: JobSnapshot, item: ProtectedItem, rule: str) -> LedgerEntry:
    adopt = order.adopt
    request = AdoptedJob(
        request_id=adopt.request_id,
        job_id=job.job_id,
        vault_id=item.vault_id,
        source_resource_id=item.source_resource_id,
        job_recovery_type=job.recovery_type,
        deadline=adopt.deadline,
    )
    return LedgerEntry(
        request_id=request.request_id,
        request_hash=names.request_hash(request),
        request=request.as_json(),
        source=order.source,
        accepted_at=clock.now(),
        state=LedgerState.STARTED,
        asked_by=order.asked_by,
        item=item,
        authorization=Authorization(rule=rule),
        job_id=job.job_id,
        adopted=True,
        traceparent=order.traceparent,
    )
