"""Where a restore stands, and the one table of where it may go from there.

Phases only move on: looks may come late or twice, so `advanced` ignores what would lead back.
A terminal phase carries the name of its verdict and is never left.
"""

from enum import StrEnum

from restore.messages.model import JobSnapshot


class RestorePhase(StrEnum):
    """A phase, as custom status shows it."""

    ACCEPTED = "Accepted"
    FINDING_ITEM = "FindingItem"
    CHOOSING_POINT = "ChoosingPoint"
    WAITING_FOR_APPROVAL = "WaitingForApproval"
    TRIGGERING = "Triggering"
    WAITING_FOR_SLOT = "WaitingForSlot"
    """As many restores run as the policy allows at once."""
    LOCATING_JOB = "LocatingJob"
    """A reply may have been lost: the job list decides whether there is a job already."""
    STARTING = "Starting"
    """The operation runs; no job yet."""
    TRANSFERRING = "Transferring"
    FINALIZING = "Finalizing"
    """Data is there; the VM is being created or updated. Too late to cancel."""
    CANCELLING = "Cancelling"
    FALLING_BACK = "FallingBack"
    """It failed, and another attempt is made in its place."""
    VERIFYING = "Verifying"
    """Azure's job is over; the restored VM is looked at."""
    COMPLETED = "Completed"
    COMPLETED_WITH_WARNINGS = "CompletedWithWarnings"
    FAILED = "Failed"
    CANCELLED = "Cancelled"
    DEADLINE_PASSED = "DeadlinePassed"
    REJECTED = "Rejected"


_P = RestorePhase
_JOB_ENDS = {_P.COMPLETED, _P.COMPLETED_WITH_WARNINGS, _P.FAILED, _P.CANCELLED, _P.DEADLINE_PASSED}
_EARLY_ENDS = {_P.REJECTED, _P.FAILED, _P.CANCELLED, _P.DEADLINE_PASSED}
_JOB_RUNS = {_P.TRANSFERRING, _P.FINALIZING, _P.CANCELLING}

ALLOWED: dict[RestorePhase, set[RestorePhase]] = {
    # What is followed again does not find and choose again; what is over already says so.
    _P.ACCEPTED: {
        *(_P.FINDING_ITEM, _P.WAITING_FOR_APPROVAL, _P.TRIGGERING, _P.STARTING, _P.VERIFYING),
        _P.FALLING_BACK,
    }
    | _JOB_ENDS
    | _EARLY_ENDS,
    _P.FINDING_ITEM: {_P.CHOOSING_POINT} | _EARLY_ENDS,
    _P.CHOOSING_POINT: {_P.WAITING_FOR_APPROVAL, _P.TRIGGERING, _P.LOCATING_JOB} | _EARLY_ENDS,
    _P.WAITING_FOR_APPROVAL: {_P.TRIGGERING, _P.LOCATING_JOB} | _EARLY_ENDS,
    _P.TRIGGERING: {_P.WAITING_FOR_SLOT, _P.LOCATING_JOB, _P.STARTING, _P.FALLING_BACK}
    | _JOB_RUNS
    | _JOB_ENDS
    | _EARLY_ENDS,
    _P.WAITING_FOR_SLOT: {_P.TRIGGERING, _P.LOCATING_JOB, _P.STARTING, _P.FALLING_BACK}
    | _EARLY_ENDS,
    _P.LOCATING_JOB: {_P.TRIGGERING, _P.WAITING_FOR_SLOT, _P.STARTING, _P.FALLING_BACK}
    | _JOB_RUNS
    | _JOB_ENDS
    | _EARLY_ENDS,
    _P.STARTING: _JOB_RUNS | {_P.VERIFYING, _P.FALLING_BACK} | _JOB_ENDS,
    _P.TRANSFERRING: {_P.FINALIZING, _P.CANCELLING} | _JOB_ENDS,
    _P.FINALIZING: {_P.CANCELLING} | _JOB_ENDS,
    _P.FALLING_BACK: _JOB_ENDS | _EARLY_ENDS,
    _P.VERIFYING: {_P.COMPLETED, _P.COMPLETED_WITH_WARNINGS},
    _P.CANCELLING: {_P.TRANSFERRING, _P.FINALIZING} | _JOB_ENDS,  # cancelled too late: it goes on
    _P.COMPLETED: set(),
    _P.COMPLETED_WITH_WARNINGS: set(),
    _P.FAILED: set(),
    _P.CANCELLED: set(),
    _P.DEADLINE_PASSED: set(),
    _P.REJECTED: set(),
}
TERMINAL = frozenset(phase for phase, following in ALLOWED.items() if not following)

_PHASE_OF_STATUS = {
    "Cancelling": _P.CANCELLING,
    "Completed": _P.COMPLETED,
    "CompletedWithWarnings": _P.COMPLETED_WITH_WARNINGS,
    "Failed": _P.FAILED,
    "Cancelled": _P.CANCELLED,
}
_TRANSFER_TASK = "transfer data"


def phase_of(snapshot: JobSnapshot) -> RestorePhase:
    """Return the phase that a job is in. Status comes first; the running task only refines it."""
    known = _PHASE_OF_STATUS.get(snapshot.status)
    if known is not None:
        return known
    is_transfer = snapshot.task is None or snapshot.task.lower().startswith(_TRANSFER_TASK)
    return _P.TRANSFERRING if is_transfer else _P.FINALIZING


def advanced(phase: RestorePhase, to: RestorePhase) -> RestorePhase:
    """Return the next phase, or the same one where the table does not lead to the other."""
    return to if to in ALLOWED[phase] else phase
