"""What each look at the operation or the job changes, and when watching ends. Pure; orchestrated by
orchestrators/watch_job.py.
"""

from datetime import datetime
from typing import Any

import msgspec

from restore.contracts import Failure, JobLook, OperationLook, Outcome
from restore.decoding import decode
from restore.orders import Watch, Watched, WatchEnd, encode
from restore.phases import RestorePhase, advanced, phase_of
from restore.times import stamp

MISSES_MAX = 20
"""So many looks in a row without an answer end the watch: a quarter of an hour at the least."""

DEADLINE_NEAR_S = 5.0
"""Timers fire up to a second early and none is shorter than this: nearer is reached."""


def learn_operation(watch: Watch, outcome: Outcome) -> Watch | Watched:
    """Take in a look at the operation: it names the job, or failed, or must be looked at again."""
    if outcome.kind != "done":
        return _missed(watch, outcome.error)
    look = decode(outcome.value, OperationLook)
    if look.state == "Failed":
        return _over(watch, "operation_failed", error=look.error)
    if look.job_id is not None:
        return msgspec.structs.replace(watch, job_id=look.job_id, misses=0)
    if look.state == "InProgress":
        return msgspec.structs.replace(watch, looks=watch.looks + 1, misses=0)
    return _missed(watch, look.error)


def must_search(outcome: Outcome) -> bool:
    """Say whether the job must be looked for in the list: its operation is over, or forgotten,
    and named none (facts 3)."""
    return outcome.kind == "done" and outcome.value["state"] in ("Succeeded", "Unknown")


def asked_wait_s(outcome: Outcome) -> float | None:
    """Return how long Azure asks to leave an operation alone, as far as it does."""
    if outcome.kind != "done":
        return None
    asked_s: float | None = outcome.value.get("retryAfterS")
    return asked_s


def learn_job_id(watch: Watch, outcome: Outcome) -> Watch | Watched:
    """Take in a look at the job list for a job that its operation did not name."""
    job_id = outcome.value["jobId"] if outcome.kind == "done" else None
    if job_id is not None:
        return msgspec.structs.replace(watch, job_id=job_id, misses=0)
    return _missed(watch, outcome.error)


def learn_job(watch: Watch, outcome: Outcome, now: datetime) -> Watch | Watched:
    """Take in a look at the job. Only its status decides whether it is over (facts 0.10)."""
    look = job_look(outcome)
    if look is None:
        return _missed(watch, outcome.error)
    if look.is_terminal:
        return _over(watch, "job", look)
    return msgspec.structs.replace(
        in_phase(watch, phase_of(look), now), looks=watch.looks + 1, misses=0
    )


def at_deadline(watch: Watch, look: JobLook | None, now: datetime) -> Watched | None:
    """End the watch when its deadline is reached; the job itself goes on."""
    if remaining_s(watch, now) > DEADLINE_NEAR_S:
        return None
    return _over(watch, "deadline", look)


def remaining_s(watch: Watch, now: datetime) -> float:
    """Return the seconds left until the deadline."""
    return (watch.deadline_at - now).total_seconds()


def job_look(outcome: Outcome) -> JobLook | None:
    """Return what a look at the job saw, None when it saw nothing."""
    if outcome.kind != "done" or outcome.value is None:
        return None
    return decode(outcome.value, JobLook)


def in_phase(watch: Watch, phase: RestorePhase, now: datetime) -> Watch:
    """Return the watch in a phase, which keeps the time at which it was entered; a look that would
    lead back changes nothing."""
    if watch.phase is not None and advanced(RestorePhase(watch.phase), phase) != phase:
        return watch
    if watch.phase == phase.value:
        return watch
    return msgspec.structs.replace(watch, phase=phase.value, phase_since=now)


def status(watch: Watch, look: JobLook | None) -> dict[str, Any]:
    """Return the custom status that shows where the job stands."""
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
    }


def _over(
    watch: Watch, end: WatchEnd, look: JobLook | None = None, error: Failure | None = None
) -> Watched:
    return Watched(
        end=end,
        job=encode(look) if look else None,
        job_id=watch.job_id,
        error=error,
        looks=watch.looks + 1,
    )


def _missed(watch: Watch, error: Failure | None) -> Watch | Watched:
    misses = watch.misses + 1
    if misses > MISSES_MAX:
        return _over(watch, "lost", error=error)
    return msgspec.structs.replace(watch, misses=misses, looks=watch.looks + 1)
