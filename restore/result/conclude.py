"""Which verdict a restore ends with: by what the watch saw; or, where nothing was followed, by its
ledger entry, for only that knows whether anything can have been started.
"""

from restore.messages.activity_io import Close
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Failure, JobSnapshot, Verdict
from restore.messages.watch_io import Watched
from restore.progress.run_state import RestoreProgress
from restore.result import disk_remarks, fallback_verdicts, verdicts, verified

_LOST = Failure(
    code="JobNotSeen",
    message="Azure shows the job of this restore no longer.",
    category="ServiceUnavailable",
)


def of_entry(entry: LedgerEntry, close: Close) -> Verdict:
    """End a restore that is not closed yet."""
    is_of_all = close.verdict is not None and bool(close.verdict.attempts)
    if entry.state is LedgerState.FALLEN_BACK and not is_of_all:
        return fallback_verdicts.lost(entry, close.failure or _LOST)
    if close.verdict is not None:
        return close.verdict
    if entry.verifying is not None:
        return verified.cut_short(entry.verifying, close.failure or _LOST)
    if close.failure is None or entry.state is LedgerState.CANCELLED:
        return verdicts.cancelled_before_start()
    if entry.state is LedgerState.ACCEPTED:
        return verdicts.before_start(close.failure)
    point = entry.intent.recovery_point if entry.intent else None
    if entry.state is LedgerState.STARTED:
        return verdicts.lost(close.failure, job_id=entry.job_id, recovery_point=point)
    return verdicts.unknown(close.failure, recovery_point=point)


def of_watched(watched: Watched, progress: RestoreProgress) -> Verdict:
    """End with what the watch ended with."""
    snapshot = JobSnapshot.from_json(watched.job) if watched.job is not None else None
    point = _point(progress)
    if watched.end == "job":
        assert snapshot is not None, "a watch that ends with its job has seen it"
        return verdicts.judge_job(
            progress.request.recovery_type,
            snapshot,
            recovery_point=point,
            disks=progress.disks,
            kept_disks=progress.authorization.kept_disks if progress.authorization else (),
            remarks=disk_remarks.remarks(verdicts.kind_of(snapshot), progress),
        )
    job_id = snapshot.job_id if snapshot else watched.job_id
    if watched.end == "deadline":
        return verdicts.deadline_passed(
            progress.request.deadline_s, snapshot, job_id=job_id, recovery_point=point
        )
    if watched.end == "operation_failed":
        assert watched.error is not None, "an operation that failed says why"
        return verdicts.failed(watched.error, job_id=job_id, recovery_point=point)
    return verdicts.lost(watched.error or _LOST, job_id=job_id, recovery_point=point)


def _point(progress: RestoreProgress) -> str | None:
    return progress.choice.point.name if progress.choice else None
