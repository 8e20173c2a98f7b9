"""May the restore be sent? Decided from the ledger and the vault's job list, without I/O.

A restore POST has no idempotency key. So before each POST, and after any whose reply was lost, the
job list is read: a new restore job of this item, begun in the window of the POST and claimed by no
other request, is ours. Our own requests hold the item's lock (storage/item_lock.py), hence two of
them can never be looked for at once. A job that only might be ours is never adopted: a person must
look.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import msgspec

from restore.messages.ledger_entry import Intent, LedgerEntry, LedgerState
from restore.messages.model import JobSnapshot
from restore.values.arm_ids import lower_as_azure, same

INTENT_S_MAX = 10.0
"""The intent may take so long to be written, and the POST begins so long after the intent's time at
the most: whose write took longer does not send (activities/sending.py)."""

_SAME_TIME = timedelta(seconds=5)
"""The `Date` of one of Azure's services and the start time of another are never further apart."""

_NEAR = timedelta(seconds=90)
"""Should they be, a job that seems to have begun a little before its POST is nobody's for certain:
taking it for another's would send a second restore."""

_ASK_AGAIN_S = 30.0
"""The list lags by seconds to minutes; each look costs a read of the vault's small quota."""


class Proceed(msgspec.Struct, frozen=True):
    """Nothing of ours is out: send, with these jobs known to be of others."""

    known_jobs: tuple[str, ...]


class Adopt(msgspec.Struct, frozen=True):
    """An earlier attempt's POST was accepted: this job is its work."""

    job_id: str


class Wait(msgspec.Struct, frozen=True):
    """An earlier attempt's job may still appear."""

    seconds: float


class Ambiguous(msgspec.Struct, frozen=True):
    """Each of these jobs could be ours, and none is for certain; a person must look."""

    job_ids: tuple[str, ...]


StartDecision = Proceed | Adopt | Wait | Ambiguous


def window_s(job_search_s: float, read_s: float) -> float:
    """Return for how many seconds after an intent's time a job may begin that is its POST's work.

    Exactly as long as its job is waited for, so that of two POSTs of ours for one item the windows
    never meet: the intent may take INTENT_S_MAX to be written, the POST and the list's lag
    `job_search_s` (PollPolicy.lost_reply_s); and the vault's time, which the reply told
    that took `read_s`, is late by that much at the most. Longer would only let more of what others
    start from the portal look like ours; shorter would send a restore again whose job is yet to
    show.
    """
    return INTENT_S_MAX + job_search_s + read_s


def next_step(
    entry: LedgerEntry,
    jobs: Iterable[JobSnapshot],
    container_name: str,
    claimed: Collection[str],
    *,
    vault_time: datetime,
) -> StartDecision:
    """Decide for an entry that is ACCEPTED or INTENDED, from a job list just read."""
    of_item = [job for job in jobs if is_of_item(job, container_name)]
    proceed = Proceed(tuple(job.job_id for job in of_item))
    if entry.state is LedgerState.ACCEPTED:
        return proceed
    assert entry.state is LedgerState.INTENDED, "only an open intent has a job to be searched"
    assert entry.intent is not None, "it was intended"
    ours = candidates(entry.intent, of_item, claimed)
    if len(ours) == 1:
        return Adopt(*ours)
    if ours:
        return Ambiguous(tuple(ours))
    if vault_time < entry.intent.until:
        return Wait(min(_ASK_AGAIN_S, (entry.intent.until - vault_time).total_seconds()))
    unclear = possible(entry.intent, of_item, claimed)
    return Ambiguous(tuple(unclear)) if unclear else proceed


def candidates(intent: Intent, jobs: Iterable[JobSnapshot], claimed: Collection[str]) -> list[str]:
    """Return the jobs that the intent's POST has started, as far as a list can tell: of its item by
    the container's name, and begun in its window."""
    return [
        job.job_id
        for job in _new(intent, jobs, claimed)
        if job.container_name is not None
        and job.start_time is not None
        and intent.vault_time - _SAME_TIME <= job.start_time <= intent.until
    ]


def possible(intent: Intent, jobs: Iterable[JobSnapshot], claimed: Collection[str]) -> list[str]:
    """Return the jobs that the intent's POST may have started: its candidates, and what could be
    the work of others as well: of a VM of that name, in whatever group; begun nobody says when, or
    a little too early."""
    return [
        job.job_id
        for job in _new(intent, jobs, claimed)
        if job.start_time is None or intent.vault_time - _NEAR <= job.start_time <= intent.until
    ]


def is_of_item(job: JobSnapshot, container_name: str) -> bool:
    """Compare container names as the service does: without case, and without the first segment,
    which jobs and items leave out (facts 5.2). A job that names none may be any VM's of its
    name."""
    if job.container_name is None:
        vm_name = container_name.rpartition(";")[2]
        return same(job.entity_name or "", vm_name)
    return _tail(job.container_name) == _tail(container_name)


def _new(
    intent: Intent, jobs: Iterable[JobSnapshot], claimed: Collection[str]
) -> list[JobSnapshot]:
    excluded = set(intent.known_jobs) | set(claimed)
    of_item = [job for job in jobs if is_of_item(job, intent.container_name)]
    return [job for job in of_item if job.job_id not in excluded]


def _tail(container_name: str) -> tuple[str, ...]:
    """`IaasVMContainer;iaasvmcontainerv2;rg;vm` and the same without its head -> the last 3."""
    return tuple(lower_as_azure(container_name).split(";")[-3:])
