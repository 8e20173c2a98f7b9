"""Which lines of the log a change of an orchestration's custom status makes."""

from collections.abc import Iterator
from typing import Any

from restore.messages.log_line import LogContext, LogLine

Status = dict[str, Any]

_OF_JOB = ("id", "status", "percent", "task")


def of_change(before: Status, after: Status) -> Iterator[LogLine]:
    """Return a line for another phase, another reason to wait, and another state of the job."""
    if after.get("phase") not in (None, before.get("phase")):
        yield LogLine(event="phase")
    waiting = after.get("waiting") or {}
    if waiting.get("code") not in (None, (before.get("waiting") or {}).get("code")):
        about = LogContext(attempt=waiting["attempt"])
        yield LogLine(event="waiting", about=about, code=waiting["code"], text=waiting["reason"])
    job = after.get("job")
    if job is not None and _seen(job) != _seen(before.get("job")):
        yield LogLine(
            event="poll",
            about=LogContext(job=job["id"]),
            operation=after.get("operationId"),
            status=job["status"],
            percent=job["percent"],
            remaining_s=job["remainingS"],
            task=job["task"],
        )


def _seen(job: Status | None) -> tuple[Any, ...] | None:
    return tuple(job[name] for name in _OF_JOB) if job is not None else None
