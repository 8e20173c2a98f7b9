"""What the orchestrator verify_vm and the activities around it say to each other.

Plain JSON on the wire, read strictly: a history kept by an older version is either understood or
refused, never half understood.
"""

from datetime import datetime

from restore.messages.log_line import LogContext
from restore.messages.model import Failure, Verdict
from restore.messages.poll_policy import PollPolicy
from restore.messages.verification import CheckResult, Verify
from restore.values.structs import StrictModel


class BeginVerification(StrictModel, frozen=True, kw_only=True):
    """Input of begin_verification, answered by the Verifying that stands in the ledger."""

    request_id: str
    verdict: Verdict
    """On the job."""
    job_began: datetime | None = None


class ReadVm(StrictModel, frozen=True, kw_only=True):
    """Input of read_vm, answered by a VmState."""

    vm_id: str


class ProbeVm(StrictModel, frozen=True, kw_only=True):
    """Input of probe_vm, answered by a ProbeResult."""

    url: str
    recovery_type: str


class VerifyVm(StrictModel, frozen=True, kw_only=True):
    """Input of the orchestrator verify_vm, and what it hands on when it continues as new."""

    vm_id: str
    recovery_type: str
    verify: Verify
    poll_policy: PollPolicy
    since: datetime
    """When the time of the checks began."""
    restored_since: datetime | None = None
    """When the job began: what is older is no work of the restore's."""
    passed: tuple[CheckResult, ...] = ()
    attempt: int = 0
    """How often the check whose turn it is did not pass."""
    error: Failure | None = None
    """Why it did not, the last time."""
    about: LogContext = LogContext()
    """What its lines of the log are about."""
