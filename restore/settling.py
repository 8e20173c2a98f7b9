"""May the restore be sent? Decided from the ledger and the vault's job list, without I/O.

A restore POST has no idempotency key. So before each POST, and after any whose reply was lost, the
job list is read: a new restore job of this item, begun soon after the intent and claimed by no
other request, is ours. Our own requests take turns on an item (storage/turns.py), hence two of them
can never be looked for at once.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import msgspec

from restore.contracts import JobLook
from restore.ids import lower_as_azure, same
from restore.ledger import Intent, LedgerEntry, LedgerState

CLOCK_SLACK = timedelta(seconds=90)
"""By so much the intent's time may be later than the POST: the vault's clocks differ a little, and
the time that a job list is told with is taken for that at which it was asked for."""

_LOOK_AGAIN_S = 30.0

INTENT_S_MAX = 10.0
"""The intent may take so long to be written, and the POST begins so long after the intent's time at
the most: whose write took longer does not send (activities/trigger_restore.py)."""

BEGINS_S_MAX = 900.0
"""A POST's job begins within seconds; one that began later than this is another request's. Without
the bound whoever looks only hours after a lost reply, because the app was down, would take the job
of the request that has sent meanwhile for its own."""


class Go(msgspec.Struct, frozen=True, tag=True, rename="camel"):
    """Nothing of ours is out: send, with these jobs known to be of others."""

    known_jobs: tuple[str, ...]


class Adopt(msgspec.Struct, frozen=True, tag=True, rename="camel"):
    """An earlier attempt's POST was accepted: this job is its work."""

    job_id: str


class Wait(msgspec.Struct, frozen=True, tag=True, rename="camel"):
    """An earlier attempt's job may still appear."""

    seconds: float


class Stop(msgspec.Struct, frozen=True, tag=True, rename="camel"):
    """It was cancelled, and nothing of ours was started."""


class Ambiguous(msgspec.Struct, frozen=True, tag=True, rename="camel"):
    """Several jobs could be ours; a person must look."""

    job_ids: tuple[str, ...]


Step = Go | Adopt | Wait | Stop | Ambiguous


def next_step(
    entry: LedgerEntry,
    jobs: Iterable[JobLook],
    container_name: str,
    claimed: Collection[str],
    *,
    vault_time: datetime,
    settle_s: float,
) -> Step:
    """Decide for an entry that is ACCEPTED, CANCELLED or INTENDED, from a job list just read.

    `settle_s` is how long after a POST was begun its job may first appear in the list: the time the
    POST may take, and the list's lag.
    """
    of_item = [job for job in jobs if is_of_item(job, container_name)]
    if entry.state is LedgerState.CANCELLED:
        return Stop()
    if entry.intent is None or entry.state is LedgerState.ACCEPTED:
        return Go(tuple(job.job_id for job in of_item))
    assert entry.state is LedgerState.INTENDED, "only an open intent has to be settled"
    ours = candidates(entry.intent, of_item, claimed)
    if len(ours) == 1:
        return Adopt(ours[0])
    if ours:
        return Ambiguous(tuple(ours))
    due = entry.intent.vault_time + timedelta(seconds=INTENT_S_MAX + settle_s)
    if vault_time < due:
        return Wait(min(_LOOK_AGAIN_S, (due - vault_time).total_seconds()))
    if entry.cancel_asked:
        return Stop()
    return Go(tuple(job.job_id for job in of_item))


def sent_point(entry: LedgerEntry) -> str | None:
    """Return the recovery point that an earlier orchestration of this request has sent, or may
    have: a later choice would tell of a restore that is another one."""
    is_out = entry.state in (LedgerState.INTENDED, LedgerState.STARTED)
    return entry.intent.recovery_point if is_out and entry.intent is not None else None


def candidates(intent: Intent, jobs: Iterable[JobLook], claimed: Collection[str]) -> list[str]:
    """Return the jobs that the intent's POST may have started."""
    excluded = set(intent.known_jobs) | set(claimed)
    earliest = intent.vault_time - CLOCK_SLACK
    latest = intent.vault_time + timedelta(seconds=BEGINS_S_MAX)
    return [
        job.job_id
        for job in jobs
        if job.job_id not in excluded
        and is_of_item(job, intent.container_name)
        and (job.start_time is None or earliest <= job.start_time <= latest)
    ]


def is_of_item(job: JobLook, container_name: str) -> bool:
    """Compare container names as the service does: without case, and without the first segment,
    which jobs and items leave out (facts 5.2)."""
    if job.container_name is None:
        vm_name = container_name.rsplit(";", 1)[-1]
        return same(job.entity_name or "", vm_name)
    return _tail(job.container_name) == _tail(container_name)


def _tail(container_name: str) -> tuple[str, ...]:
    """`IaasVMContainer;iaasvmcontainerv2;rg;vm` and the same without its head -> the last 3."""
    return tuple(lower_as_azure(container_name).split(";")[-3:])
