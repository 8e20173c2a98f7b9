"""What each look at the operation or the job changes, and when watching ends. Pure; orchestrated by
orchestrators/watch_job.py.
"""

from datetime import datetime
from typing import Any

import msgspec

from restore.messages import poll_policy
from restore.messages.activity_io import Watch, Watched, WatchEnd
from restore.messages.errors import NotYet, to_failure
from restore.messages.model import Failure, JobLook, OperationLook, Outcome
from restore.progress import wait_reasons
from restore.progress.phases import RestorePhase, advanced, phase_of
from restore.progress.wait_reasons import Waiting
from restore.values.times import stamp

MISSES_MAX = 20
"""So many times in a row must Azure have answered that there is no such job, then the watch ends: a
quarter of an hour at the least. A look that nobody answered, or that was refused, tells nothing of
the job, and is repeated until the deadline."""

_NOT_SHOWN = to_failure(NotYet("Azure answers that it knows no such job.", code="JobNotShown"))


def learn_operation(watch: Watch, outcome: Outcome) -> Watch | Watched:
    """Take in a look at the operation: it names the job, or failed, or must be looked at again."""
    if outcome.kind != "done":
        return _unanswered(watch, outcome)
    look = OperationLook.from_json(outcome.value)
    if look.state == "Failed":
        return _over(watch, "operation_failed", error=look.error)
    if look.job_id is not None:
        return _answered(watch, job_id=look.job_id)
    assert not must_search(outcome), "then the operation says no more"
    return _answered(watch, looks=watch.looks + 1)


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
    """Take in a look at the job list for a job that its operation did not name."""
    if outcome.kind != "done":
        return _unanswered(watch, outcome)
    job_id = outcome.value["jobId"]
    return _missed(watch) if job_id is None else _answered(watch, job_id=job_id)


def learn_job(watch: Watch, outcome: Outcome, now: datetime) -> Watch | Watched:
    """Take in a look at the job. Only its status decides whether it is over (facts 0.10)."""
    if outcome.kind != "done":
        return _unanswered(watch, outcome)
    look = job_look(outcome)
    if look is None:
        return _missed(watch)
    if look.is_terminal:
        return _over(watch, "job", look)
    return _answered(in_phase(watch, phase_of(look), now), looks=watch.looks + 1)


def at_deadline(watch: Watch, look: JobLook | None, now: datetime) -> Watched | None:
    """End the watch when its deadline is reached; the job itself goes on."""
    if remaining_s(watch, now) > poll_policy.NEAR_S:
        return None
    return _over(watch, "deadline", look)


def remaining_s(watch: Watch, now: datetime) -> float:
    """Return the seconds left until the deadline."""
    return (watch.deadline_at - now).total_seconds()


def job_look(outcome: Outcome) -> JobLook | None:
    """Return what a look at the job saw, None when it saw nothing."""
    if outcome.kind != "done" or outcome.value is None:
        return None
    return JobLook.from_json(outcome.value)


def in_phase(watch: Watch, phase: RestorePhase, now: datetime) -> Watch:
    """Return the watch in a phase, which keeps the time at which it was entered; a look that would
    lead back changes nothing."""
    if watch.phase is not None and advanced(RestorePhase(watch.phase), phase) != phase:
        return watch
    if watch.phase == phase.value:
        return watch
    return msgspec.structs.replace(watch, phase=phase.value, phase_since=now)


def status(watch: Watch, look: JobLook | None, why: Waiting | None = None) -> dict[str, Any]:
    """Return the custom status that shows where the job stands, and what the watch waits for."""
    job = None
    if watch.job_id is not None:
        job = {
            "id": watch.job_id,
            "status": look.status if look else None,
            "percent": look.percent if look else None,
            "remainingS": look.remaining_s if look else None,
            "task": look.task if look else None,
            "cancellable": look.cancellable if look else None,
        }
    return {
        "phase": watch.phase,
        "since": stamp(watch.phase_since) if watch.phase_since else None,
        "operationId": watch.operation_id,
        "job": job,
        "adopted": watch.adopted,
        "looks": watch.looks,
        "waiting": wait_reasons.shown(why or _why(watch)),
    }


def _why(watch: Watch) -> Waiting | None:
    if watch.error is None:
        return None
    return wait_reasons.why(watch.error, watch.deadline_at, watch.unanswered or watch.misses)


def _over(
    watch: Watch, end: WatchEnd, look: JobLook | None = None, error: Failure | None = None
) -> Watched:
    return Watched(
        end=end,
        job=look.as_json() if look else None,
        job_id=watch.job_id,
        error=error,
        looks=watch.looks + 1,
    )


def _answered(watch: Watch, **known: Any) -> Watch:
    return msgspec.structs.replace(watch, misses=0, unanswered=0, error=None, **known)


def _unanswered(watch: Watch, outcome: Outcome) -> Watch:
    return msgspec.structs.replace(
        watch, unanswered=watch.unanswered + 1, error=outcome.error, looks=watch.looks + 1
    )


def _missed(watch: Watch) -> Watch | Watched:
    misses = watch.misses + 1
    if misses > MISSES_MAX:
        return _over(watch, "lost")
    return msgspec.structs.replace(
        watch, misses=misses, unanswered=0, error=_NOT_SHOWN, looks=watch.looks + 1
    )
