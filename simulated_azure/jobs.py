"""How a restore job moves, by the clock alone.

A job's record says when it began and what is to become of it; `look` says what it looks like at a
moment. Nothing ticks and nothing is stored on the way, so that any amount of time may pass between
two looks. Recorded restores stay at 1 % for long, then jump and grow: 54 % with 115 of 127 GB
transferred, 64 % while the VM is created, 100 % at the end.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from simulated_azure.state import JobRecord

TRANSFER = "Transfer data from vault"
LAST_TASKS = {
    "AlternateLocation": "Create the restored virtual machine",
    "OriginalLocation": "Update the virtual machine",
}

_QUIET_SHARE = 0.4
_PERCENT_OF_TRANSFER = 60.0
_PERCENT_AFTER_TRANSFER = 64.0


@dataclass(frozen=True)
class Task:
    """One line of a job's task list."""

    name: str
    status: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class JobView:
    """A job at a moment."""

    status: str
    tasks: tuple[Task, ...]
    elapsed: timedelta
    end: datetime | None = None
    percent: float | None = None
    remaining: timedelta | None = None
    transferred_share: float | None = None

    @property
    def is_cancellable(self) -> bool:
        """Whether a cancel would be accepted now: only while data is being transferred."""
        return self.status == "InProgress" and self.tasks[0].status == "InProgress"


def look(job: JobRecord, now: datetime) -> JobView:
    """What the job looks like now."""
    end = end_of(job)
    if job.cancelled is not None:
        status = "Cancelling" if now < end else "Cancelled"
    else:
        status = "InProgress" if now < end else job.outcome
    moment = min(now, end)
    over = status not in ("InProgress", "Cancelling")
    share, percent = _progress(job, moment)
    is_estimated = percent > 1 and status == "InProgress"
    if status in ("Completed", "CompletedWithWarnings"):
        percent, is_estimated = 100.0, True
    return JobView(
        status=status,
        tasks=tuple(_or_failed(task, job) for task in _tasks(job, moment, status)),
        elapsed=moment - job.start,
        end=end if over else None,
        percent=None if status in ("Failed", "Cancelled") else percent,
        remaining=end - moment if is_estimated else None,
        transferred_share=share if percent > 1 else None,
    )


def end_of(job: JobRecord) -> datetime:
    """When the job ends, all being well or not."""
    planned = job.start + timedelta(seconds=job.rehydration_s + job.duration_s)
    if job.outcome == "Failed":
        share = job.fails_at_share
        planned = job.start + timedelta(seconds=job.rehydration_s + job.duration_s * share)
    if job.cancelled is not None:
        return job.cancelled + timedelta(seconds=job.cancel_s)
    return planned


def transfer_end_of(job: JobRecord) -> datetime:
    """When data transfer ends; a job without a second task transfers to its end."""
    share = job.transfer_share if job.recovery_type in LAST_TASKS else 1.0
    return job.start + timedelta(seconds=job.rehydration_s + job.duration_s * share)


def _progress(job: JobRecord, moment: datetime) -> tuple[float, float]:
    """The share of data transferred, and the percentage shown."""
    begin = job.start + timedelta(seconds=job.rehydration_s)
    length = (transfer_end_of(job) - begin).total_seconds()
    share = (moment - begin).total_seconds() / length if length > 0 else 1.0
    if share < _QUIET_SHARE:
        return max(share, 0.0), 1.0
    if share >= 1.0:
        return 1.0, _PERCENT_AFTER_TRANSFER
    return share, round(share * _PERCENT_OF_TRANSFER, 1)


def _tasks(job: JobRecord, moment: datetime, status: str) -> tuple[Task, ...]:
    transferred = transfer_end_of(job)
    in_transfer = moment < transferred or job.cancelled is not None
    last = LAST_TASKS.get(job.recovery_type)
    if in_transfer:
        running = Task(TRANSFER, _task_status(status), job.start, None)
        return (running, Task(last, "NotStarted")) if last else (running,)
    done = Task(TRANSFER, "Completed", job.start, transferred)
    if last is None:
        return (Task(TRANSFER, _task_status(status), job.start, transferred),)
    return (done, Task(last, _task_status(status), transferred, None))


def _or_failed(task: Task, job: JobRecord) -> Task:
    """The task, or how it is shown when it has failed and the job went on."""
    has_failed = task.name == job.failed_task and task.status == "Completed"
    return replace(task, status="Failed") if has_failed else task


def _task_status(job_status: str) -> str:
    if job_status in ("InProgress", "Cancelling"):
        return "InProgress"
    return "Completed" if job_status == "CompletedWithWarnings" else job_status
