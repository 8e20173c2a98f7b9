"""What each poll of the operation or the job changes, and when watching ends. Pure; orchestrated by
orchestrators/watch_job.py.
"""

from datetime import datetime
from typing import Any

import msgspec

from restore.messages import poll_policy
from restore.messages.errors import NotYet, to_failure
from restore.messages.log_line import LogContext
from restore.messages.model import Failure, JobSnapshot, OperationSnapshot, Outcome
from restore.messages.watch_io import Watch, Watched, WatchEnd
from restore.progress import wait_reasons
from restore.progress.phases import RestorePhase, advanced, phase_of
from restore.progress.wait_reasons import Waiting
from restore.values.decoding import encode
from restore.values.times import stamp

NOT_FOUND_MAX = 20
"""So many times in a row must Azure have answered that there is no such job, then the watch ends: a
quarter of an hour at the least. A poll that nobody answered, or that was refused, tells nothing of
the job, and is repeated until the deadline."""

_NOT_SHOWN = to_failure(NotYet("Azure answers that it knows no such job.", code="JobNotShown"))


def learn_operation(watch: Watch, outcome: Outcome) -> Watch | Watched:
    """Take in a poll of the operation: it names the job, or failed, or must be polled again."""
    if outcome.kind != "done":
        return _failed_poll(watch, outcome)
    snapshot = OperationSnapshot.from_json(outcome.value)
    if snapshot.state == "Failed":
        return _over(watch, "operation_failed", error=snapshot.error)
    if snapshot.job_id is not None:
        return _answered(watch, job_id=snapshot.job_id)
    assert not must_search(outcome), "then the operation says no more"
    return _answered(watch, polls=watch.polls + 1)


def must_search(outcome: Outcome) -> bool:
    """Say whether the job must be looked for in the list: its operation is over, or forgotten,
    and named none (facts 3)."""
    if outcome.kind != "done" or outcome.value.get("jobId") is not None:
        return False
    return outcome.value["state"] in ("Succeeded", "Unknown")


def asked_wait_s(outcome: Outcome) -> float | None:
    """Return how long Azure asks to leave an operation alone, as far as it does."""
    if outcome.kind != "done":
        return None
    asked_s: float | None = outcome.value.get("retryAfterS")
    return asked_s


def learn_job_id(watch: Watch, outcome: Outcome) -> Watch | Watched:
    """Take in a poll of the job list for a job that its operation did not name."""
    if outcome.kind != "done":
        return _failed_poll(watch, outcome)
    job_id = outcome.value["jobId"]
    return _not_found(watch) if job_id is None else _answered(watch, job_id=job_id)


def learn_job(watch: Watch, outcome: Outcome, now: datetime) -> Watch | Watched:
    """Take in a poll of the job. Only its status decides whether it is over (facts 0.10)."""
    if outcome.kind != "done":
        return _failed_poll(watch, outcome)
    snapshot = job_snapshot(outcome)
    if snapshot is None:
        return _not_found(watch)
    if snapshot.is_terminal:
        return _over(watch, "job", snapshot)
    return _answered(in_phase(watch, phase_of(snapshot), now), polls=watch.polls + 1)


def at_deadline(watch: Watch, snapshot: JobSnapshot | None, now: datetime) -> Watched | None:
    """End the watch when its deadline is reached; the job itself goes on."""
    if remaining_s(watch, now) > poll_policy.NEAR_S:
        return None
    return _over(watch, "deadline", snapshot)


def remaining_s(watch: Watch, now: datetime) -> float:
    """Return the seconds left until the deadline."""
    return (watch.deadline_at - now).total_seconds()


def job_snapshot(outcome: Outcome) -> JobSnapshot | None:
    """Return what a poll of the job saw, None when it saw nothing."""
    if outcome.kind != "done" or outcome.value is None:
        return None
    return JobSnapshot.from_json(outcome.value)


def in_phase(watch: Watch, phase: RestorePhase, now: datetime) -> Watch:
    """Return the watch in a phase, which keeps the time at which it was entered; a poll that would
    lead back changes nothing."""
    if watch.phase is not None and advanced(RestorePhase(watch.phase), phase) != phase:
        return watch
    if watch.phase == phase.value:
        return watch
    return msgspec.structs.replace(watch, phase=phase.value, phase_since=now)


def about(watch: Watch) -> LogContext:
    """Return what the watch's lines of the log are about; the attempt is the next poll."""
    now = LogContext(job=watch.job_id, phase=watch.phase, attempt=watch.polls + 1)
    return watch.about.known(now)


def status(
    watch: Watch, snapshot: JobSnapshot | None, why: Waiting | None = None
) -> dict[str, Any]:
    """Return the custom status that shows where the job stands, and what the watch waits for."""
    job: dict[str, Any] | None = None
    if watch.job_id is not None:
        job = {
            "id": watch.job_id,
            "status": snapshot.status if snapshot else None,
            "percent": snapshot.percent if snapshot else None,
            "remainingS": snapshot.remaining_s if snapshot else None,
            "task": snapshot.task if snapshot else None,
            "cancellable": _is_cancellable(watch, snapshot) if snapshot else None,
        }
        if snapshot is not None and snapshot.output is not None:
            job["output"] = encode(snapshot.output)
    return {
        "phase": watch.phase,
        "since": stamp(watch.phase_since) if watch.phase_since else None,
        "operationId": watch.operation_id,
        "job": job,
        "adopted": watch.adopted,
        "polls": watch.polls,
        "waiting": wait_reasons.shown(why or _why(watch)),
    }


def _why(watch: Watch) -> Waiting | None:
    if watch.error is None:
        return None
    return wait_reasons.why(
        watch.error, watch.deadline_at, watch.consecutive_failures or watch.consecutive_not_found
    )


def _is_cancellable(watch: Watch, snapshot: JobSnapshot) -> bool:
    """Azure says so until the job is over, and refuses once the data is there (facts 4)."""
    return snapshot.cancellable and watch.phase != RestorePhase.FINALIZING


def _over(
    watch: Watch, end: WatchEnd, snapshot: JobSnapshot | None = None, error: Failure | None = None
) -> Watched:
    return Watched(
        end=end,
        job=snapshot.as_json() if snapshot else None,
        job_id=watch.job_id,
        error=error,
        polls=watch.polls + 1,
    )


def _answered(watch: Watch, **known: Any) -> Watch:
    return msgspec.structs.replace(
        watch, consecutive_not_found=0, consecutive_failures=0, error=None, **known
    )


def _failed_poll(watch: Watch, outcome: Outcome) -> Watch:
    return msgspec.structs.replace(
        watch,
        consecutive_failures=watch.consecutive_failures + 1,
        error=outcome.error,
        polls=watch.polls + 1,
    )


def _not_found(watch: Watch) -> Watch | Watched:
    consecutive_not_found = watch.consecutive_not_found + 1
    if consecutive_not_found > NOT_FOUND_MAX:
        return _over(watch, "lost")
    return msgspec.structs.replace(
        watch,
        consecutive_not_found=consecutive_not_found,
        consecutive_failures=0,
        error=_NOT_SHOWN,
        polls=watch.polls + 1,
    )
