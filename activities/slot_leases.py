"""What becomes of a slot whose lease has run out: the job is read, nothing is guessed.

Called by who needs a slot while all are taken, and by whoever tidies up (`end(ledger,
concurrency_slots.overdue(...))`). That is one read of the job of each; where it gets no answer the
slot is held on.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from arm import connection as arm_connection
from arm import log
from restore.messages.errors import NotFound, RestoreError
from restore.messages.ledger_entry import Intent, LedgerState
from restore.messages.log_line import LogContext, LogLine
from restore.messages.model import JobSnapshot
from restore.start import lost_reply
from storage import concurrency_slots
from storage.documents import Changed
from storage.ledger import Ledger

_BACK = timedelta(minutes=5)
"""Clocks differ, and the list filters by start time: a little more is read than is needed."""
_SOON = timedelta(minutes=5)
"""Where a read gets no answer: many may wait, and come every half minute."""


def end(ledger: Ledger, holders: Iterable[str], now: datetime) -> None:
    """Release the slots that nothing of Azure's needs any more; renew the leases of the others."""
    for request_id in holders:
        try:
            until = needed_until(ledger, request_id, now)
        except (RestoreError, Changed) as error:
            text = f"Whether it still needs its slot is not known: {error}"
            log.write(LogLine(event="remark", about=LogContext(request_id=request_id), text=text))
            until = now + _SOON
        if until is None:
            concurrency_slots.release(ledger.documents, request_id, now)
        else:
            concurrency_slots.renew(ledger.documents, request_id, until)


def needed_until(ledger: Ledger, request_id: str, now: datetime) -> datetime | None:
    """Return until when at the least a request needs its slot; None when it needs none."""
    held = ledger.read(request_id)
    if held is None:
        return None
    entry = held.entry
    if entry.verifying is not None:
        return None  # its job is over
    if entry.intent is None:
        if entry.state is LedgerState.ACCEPTED:
            ledger.fence(held)  # should it be about to send, it asks for a slot first
        return None
    if entry.state in (LedgerState.INTENDED, LedgerState.STARTED):
        return now + concurrency_slots.JOB_AGAIN  # whoever follows it releases it
    if now < entry.intent.over_at:  # until then Azure may not show a job that has begun
        return entry.intent.over_at
    jobs = _listed(entry.intent) if entry.job_id is None else _read(entry.intent, entry.job_id)
    return None if all(job.is_terminal for job in jobs) else now + concurrency_slots.JOB_AGAIN


def _read(intent: Intent, job_id: str) -> list[JobSnapshot]:
    try:
        return [arm_connection.backup().read_job(intent.item_id, job_id)]
    except NotFound:
        # Azure forgets a job long after its end. A 404 may pass as well: the list must agree.
        return [job for job in _jobs(intent) if job.job_id == job_id]


def _listed(intent: Intent) -> list[JobSnapshot]:
    """All that may be the work of a POST whose job nobody had the time to look for."""
    jobs = _jobs(intent)
    ours = lost_reply.possible(intent, jobs, ())
    return [job for job in jobs if job.job_id in ours]


def _jobs(intent: Intent) -> tuple[JobSnapshot, ...]:
    return arm_connection.backup().restore_jobs(intent.item_id, intent.vault_time - _BACK).jobs
