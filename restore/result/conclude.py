"""Which verdict a restore ends with: by what the watch saw; or, where nothing was followed, by its
ledger entry, for only that knows whether anything can have been started.
"""

from restore.messages.activity_io import Close, Watched
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Failure, JobLook, Verdict
from restore.progress.run_state import Tale
from restore.result import verdicts

_LOST = Failure(
    code="JobNotSeen",
    message="The restore was started, but Azure does not show its job any more.",
    category="ServiceUnavailable",
)


def of_entry(entry: LedgerEntry, close: Close) -> Verdict:
    """End a restore that is not closed yet."""
    if close.verdict is not None:
        return close.verdict
    if close.failure is None or entry.state is LedgerState.CANCELLED:
        return verdicts.cancelled_before_start()
    if entry.state is LedgerState.ACCEPTED:
        return verdicts.before_start(close.failure)
    point = entry.intent.recovery_point if entry.intent else None
    if entry.state is LedgerState.STARTED:
        return verdicts.lost(close.failure, job_id=entry.job_id, recovery_point=point)
    return verdicts.unknown(close.failure, recovery_point=point)


def of_watched(watched: Watched, tale: Tale) -> Verdict:
    """End with what the watch ended with."""
    look = JobLook.from_json(watched.job) if watched.job is not None else None
    point = _point(tale)
    if watched.end == "job":
        assert look is not None, "a watch that ends with its job has seen it"
        return verdicts.judge_job(
            tale.request.recovery_type, look, recovery_point=point, disks=tale.disks
        )
    job_id = look.job_id if look else watched.job_id
    if watched.end == "deadline":
        return verdicts.deadline_passed(
            tale.request.deadline_s, look, job_id=job_id, recovery_point=point
        )
    if watched.end == "operation_failed":
        assert watched.error is not None, "an operation that failed says why"
        return verdicts.failed(watched.error, job_id=job_id, recovery_point=point)
    return verdicts.lost(watched.error or _LOST, job_id=job_id, recovery_point=point)


def _point(tale: Tale) -> str | None:
    return tale.choice.point.name if tale.choice else None
