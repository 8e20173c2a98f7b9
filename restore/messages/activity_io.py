"""What orchestrators and activities say to each other: one struct per activity's order and answer.

Plain JSON on the wire (`decode` reads it strictly), so that a history kept by an older version is
either understood or refused, never half understood. What people and other systems send is in
restore/messages/model.py.
"""

from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

import msgspec

from restore.messages.ledger_entry import LedgerState
from restore.messages.model import (
    Approval,
    Choice,
    Failure,
    Permit,
    ProtectedItem,
    RecoveryPoint,
    RestoreRequest,
    Verdict,
)
from restore.plan.hashing import Finding
from restore.progress.poll_intervals import Pace
from restore.values import decoding

T = TypeVar("T")
RESTORE_VERSION: Literal[2] = 2
"""The order of steps of restore_vm. An input that says another, or none, is refused: it may leave
out the guard."""

WatchEnd = Literal["job", "operation_failed", "deadline", "lost"]


class _Order(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """An order that names anything unknown comes from another version: refuse it."""


class Restore(_Order, frozen=True, kw_only=True):
    """Input of the orchestrator restore_vm, sent by a starter."""

    request: RestoreRequest
    pace: Pace
    source: str = "unknown"
    revival: int = 0
    """How often it was started before, for its children need ids of their own."""
    version: Literal[2]

    def until(self, since: datetime) -> datetime:
        """Return when the request's deadline passes, if its clock has run since then."""
        return since + timedelta(seconds=self.request.deadline_s)


class Opened(_Order, frozen=True, kw_only=True):
    """Answer of open_restore: how far the request has come, as the ledger knows."""

    state: LedgerState
    accepted_at: datetime
    verdict: Verdict | None = None
    item: ProtectedItem | None = None
    choice: Choice | None = None
    permit: Permit | None = None
    approval: Approval | None = None
    operation_id: str | None = None
    job_id: str | None = None
    adopted: bool = False

    @property
    def nobody_waits_since(self) -> datetime:
        """Since when no person is waited for, at the latest: from then its clock runs."""
        if self.approval is not None:
            return self.approval.at
        until = self.permit.until if self.permit else None
        return until or self.accepted_at


class FindItem(_Order, frozen=True, kw_only=True):
    """Order of find_protected_item."""

    source_resource_id: str
    vault_id: str | None = None


class FindPoint(_Order, frozen=True, kw_only=True):
    """Order of find_recovery_point."""

    request: RestoreRequest
    item: ProtectedItem


class ShowPoints(_Order, frozen=True, kw_only=True):
    """Input of the orchestrator show_recovery_points, sent by a trigger."""

    source_resource_id: str
    vault_id: str | None = None
    continuation_token: str | None = None


class ListPoints(_Order, frozen=True, kw_only=True):
    """Order of list_recovery_points, answered by one page, the total and the choice."""

    item: ProtectedItem
    continuation_token: str | None = None


class MakePlan(_Order, frozen=True, kw_only=True):
    """Input of the orchestrator plan_restore, sent by a trigger."""

    request: RestoreRequest
    source: str
    revival: int = 0
    """How often it was started before."""


class Survey(_Order, frozen=True, kw_only=True):
    """Order of survey_restore."""

    request: RestoreRequest
    item: ProtectedItem
    source: str


class Surveyed(_Order, frozen=True, kw_only=True):
    """Answer of survey_restore: the choice, and what is known before Azure is asked."""

    choice: Choice
    findings: tuple[Finding, ...]
    body: dict[str, Any] | None = None
    plan_hash: str | None = None


class StartValidation(_Order, frozen=True, kw_only=True):
    """Order of start_validation, answered by `{operationId}`."""

    item: ProtectedItem
    point: str
    body: dict[str, Any]


class ReadValidation(_Order, frozen=True, kw_only=True):
    """Order of read_validation, answered by `{findings}`."""

    vault_id: str
    operation_id: str


class Guard(_Order, frozen=True, kw_only=True):
    """Order of guard_restore."""

    request: RestoreRequest
    item: ProtectedItem
    choice: Choice


class Guarded(_Order, frozen=True, kw_only=True):
    """Answer of guard_restore: it may go on, or wait for a person."""

    permit: Permit
    approval: Approval | None = None
    """What was decided already."""
    is_over: bool = False
    """It was cancelled, or has a verdict."""

    @property
    def must_wait(self) -> bool:
        """A person has yet to decide."""
        return self.permit.approval and self.approval is None and not self.is_over


class ReadDecision(_Order, frozen=True, kw_only=True):
    """Order of read_decision."""

    request_id: str
    is_over: bool
    """The time is up: where nobody has decided, it has expired."""


class Decided(_Order, frozen=True, kw_only=True):
    """Answer of read_decision."""

    approval: Approval | None = None
    is_over: bool = False
    """It was cancelled, or has a verdict."""


class Trigger(_Order, frozen=True, kw_only=True):
    """Order of trigger_restore."""

    request: RestoreRequest
    item: ProtectedItem
    point: RecoveryPoint
    settle_s: float
    """How long after a POST was begun its job may first show in the list."""
    until: datetime
    """The restore's own time: after it nothing is sent."""


class Started(_Order, frozen=True, kw_only=True):
    """Answer of trigger_restore: what was started, now or before."""

    operation_id: str | None = None
    job_id: str | None = None
    adopted: bool = False
    cancelled: bool = False
    """Nothing was, and nothing will be."""


class Retry(_Order, frozen=True, kw_only=True):
    """Input of the orchestrator retry_activity, and what it hands on when it continues as new: a
    call that said "later"."""

    activity: str
    order: Any
    pace: Pace
    until: datetime
    """The last try is made then."""
    attempt: int = 0
    """How often it said "later"."""
    again_at: datetime | None = None
    """When to call next; None: at once."""
    error: Failure | None = None
    """What it waits for."""
    unforeseen_since: datetime | None = None
    """Since when every call raised."""


class Watch(_Order, frozen=True, kw_only=True):
    """Input of the orchestrator watch_job, and what it hands on when it continues as new."""

    request_id: str
    item: ProtectedItem
    pace: Pace
    deadline_at: datetime
    since: datetime
    operation_id: str | None = None
    job_id: str | None = None
    adopted: bool = False
    looks: int = 0
    misses: int = 0
    """Looks in a row that Azure answered, and there was no job."""
    unanswered: int = 0
    """Looks in a row that told nothing."""
    error: Failure | None = None
    """Why the last look told nothing."""
    phase: str | None = None
    phase_since: datetime | None = None


class ReadOperation(_Order, frozen=True, kw_only=True):
    """Order of read_operation."""

    request_id: str
    vault_id: str
    operation_id: str


class FindJob(_Order, frozen=True, kw_only=True):
    """Order of find_job."""

    request_id: str
    item: ProtectedItem


class ReadJob(_Order, frozen=True, kw_only=True):
    """Order of read_job."""

    cancels: str | None = None
    """See to wishes to cancel this request, too."""
    vault_id: str
    job_id: str


class Cancel(_Order, frozen=True, kw_only=True):
    """Input of the orchestrator cancel_job, and order of cancel_restore."""

    request_id: str
    pace: Pace
    until: datetime
    tries: int = 0


class Close(_Order, frozen=True, kw_only=True):
    """Order of close_restore: the verdict on a job that was followed; or why there is none, and the
    ledger's entry decides what may be said (restore/result/conclude.py)."""

    request_id: str
    verdict: Verdict | None = None
    failure: Failure | None = None
    item: ProtectedItem | None = None
    choice: Choice | None = None
    """What was found: a restore that ended before its permit has neither in its entry."""
    is_over: bool = False
    """Azure's work has ended: nothing of it holds a slot any more."""


class Reconcile(_Order, frozen=True, kw_only=True):
    """Input of the orchestrator reconcile, sent by its timer, and what it hands on."""

    deletes: bool = False
    """What is old is deleted, too: once a day."""
    part: int = 0
    """Which of its parts, in order, it is at."""
    token: str | None = None
    """Where that part goes on."""


class ListOpen(_Order, frozen=True, kw_only=True):
    """Order of list_open."""

    token: str | None = None


class Purge(_Order, frozen=True, kw_only=True):
    """Order of purge_histories and purge_documents, answered by `{token}`: where it goes on."""

    folder: Literal["plans/", "events/"] | None = None
    """Of documents. No other folder is ever purged."""
    token: str | None = None


class OpenRequests(_Order, frozen=True, kw_only=True):
    """Answer of list_open."""

    request_ids: tuple[str, ...]
    token: str | None = None


class ReconcileRestore(_Order, frozen=True, kw_only=True):
    """Order of reconcile_restore."""

    request_id: str


class Watched(_Order, frozen=True, kw_only=True):
    """Answer of the orchestrator watch_job."""

    end: WatchEnd
    job: dict[str, Any] | None = None
    """The last JobLook, as JSON."""
    job_id: str | None = None
    error: Failure | None = None
    looks: int = 0

    @property
    def is_over(self) -> bool:
        """Azure's work has ended."""
        return self.end in ("job", "operation_failed")


def decode(value: Any, kind: type[T]) -> T:
    """Read an order or answer from plain JSON. Raises msgspec.ValidationError."""
    return decoding.decode(value, kind)


def encode(value: Any) -> Any:
    """Return an order or answer as plain JSON."""
    return msgspec.to_builtins(value)
