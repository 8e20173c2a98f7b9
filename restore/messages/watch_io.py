"""What the orchestrator watch_job and its activities say to each other.

Plain JSON on the wire, read strictly: a history kept by an older version is either understood or
refused, never half understood.
"""

from datetime import datetime
from typing import Any, Literal

from restore.messages.job_details import has_data
from restore.messages.log_line import LogContext
from restore.messages.model import Failure, JobSnapshot, ProtectedItem
from restore.messages.poll_policy import PollPolicy
from restore.values.structs import StrictModel

WatchEnd = Literal["job", "operation_failed", "deadline", "lost"]


class Watch(StrictModel, frozen=True, kw_only=True):
    """Input of the orchestrator watch_job, and what it hands on when it continues as new."""

    request_id: str
    item: ProtectedItem
    poll_policy: PollPolicy
    deadline_at: datetime
    since: datetime
    operation_id: str | None = None
    job_id: str | None = None
    adopted: bool = False
    polls: int = 0
    consecutive_not_found: int = 0
    """Polls in a row that Azure answered, and there was no job."""
    consecutive_failures: int = 0
    """Polls in a row that told nothing."""
    error: Failure | None = None
    """Why the last poll told nothing."""
    phase: str | None = None
    phase_since: datetime | None = None
    target_vm_id: str | None = None
    """The VM that is to be created, if one is."""
    about: LogContext = LogContext()
    """What the parent's lines of the log are about."""


class Watched(StrictModel, frozen=True, kw_only=True):
    """Output of the orchestrator watch_job."""

    end: WatchEnd
    job: dict[str, Any] | None = None
    """The last JobSnapshot, as JSON."""
    job_id: str | None = None
    error: Failure | None = None
    polls: int = 0

    @property
    def is_over(self) -> bool:
        """Azure's work has ended."""
        return self.end in ("job", "operation_failed")

    @property
    def has_data(self) -> bool | None:
        """Whether the job has brought the data; None: it does not say, or there is none."""
        return None if self.job is None else has_data(JobSnapshot.from_json(self.job).tasks)


class ReadOperation(StrictModel, frozen=True, kw_only=True):
    """Input of read_operation."""

    request_id: str
    vault_id: str
    operation_id: str


class FindJob(StrictModel, frozen=True, kw_only=True):
    """Input of find_job."""

    request_id: str
    item: ProtectedItem


class ReadJob(StrictModel, frozen=True, kw_only=True):
    """Input of read_job."""

    cancels: str | None = None
    """See to wishes to cancel this request, too."""
    vault_id: str
    job_id: str
    target_vm_id: str | None = None
    """See whether this VM came to be, where the job itself does not say."""
