"""What orchestrators and activities say to each other: one struct per activity's input and output.

Plain JSON on the wire (`from_json` reads it strictly), so that a history kept by an older version
is either understood or refused, never half understood. What people and other systems send is in
restore/messages/model.py.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

from restore.messages.adoption import AdoptedJob, Followed
from restore.messages.ledger_entry import LedgerState, Verifying
from restore.messages.log_line import LogContext
from restore.messages.model import (
    Approval,
    Authorization,
    Choice,
    Failure,
    ProtectedItem,
    RecoveryPoint,
    Verdict,
)
from restore.messages.poll_policy import PollPolicy
from restore.messages.request import RestoreRequest
from restore.values.structs import StrictModel

RESTORE_VERSION: Literal[2] = 2
"""The order of steps of restore_vm. An input that says another, or none, is refused: it may leave
out the authorization."""


class Restore(StrictModel, frozen=True, kw_only=True):
    """Input of the orchestrator restore_vm, sent by a starter."""

    request: Followed
    poll_policy: PollPolicy
    source: str = "unknown"
    revival: int = 0
    """How often it was started before, for its children need ids of their own."""
    traceparent: str | None = None
    """W3C trace context of the call that asked for it."""
    version: Literal[2]

    @property
    def asked(self) -> RestoreRequest:
        """The request. Of a job that was begun elsewhere there is none: it is only followed."""
        assert not isinstance(self.request, AdoptedJob), "nothing is asked of Azure for it"
        return self.request

    def until(self, since: datetime) -> datetime:
        """Return when the request's deadline passes, if its clock has run since then."""
        return since + timedelta(seconds=self.request.deadline_s)


class Opened(StrictModel, frozen=True, kw_only=True):
    """Output of open_restore: how far the request has come, as the ledger knows."""

    state: LedgerState
    accepted_at: datetime
    verdict: Verdict | None = None
    item: ProtectedItem | None = None
    choice: Choice | None = None
    authorization: Authorization | None = None
    approval: Approval | None = None
    operation_id: str | None = None
    job_id: str | None = None
    adopted: bool = False
    verifying: Verifying | None = None

    @property
    def nobody_waits_since(self) -> datetime:
        """Since when no person is waited for, at the latest: from then its clock runs."""
        if self.approval is not None:
            return self.approval.at
        until = self.authorization.until if self.authorization else None
        return until or self.accepted_at


class FindItem(StrictModel, frozen=True, kw_only=True):
    """Input of find_protected_item."""

    source_resource_id: str
    vault_id: str | None = None


class FindPoint(StrictModel, frozen=True, kw_only=True):
    """Input of find_recovery_point."""

    request: RestoreRequest
    item: ProtectedItem


class Authorize(StrictModel, frozen=True, kw_only=True):
    """Input of authorize_restore."""

    request: RestoreRequest
    item: ProtectedItem
    choice: Choice


class Authorized(StrictModel, frozen=True, kw_only=True):
    """Output of authorize_restore: it may go on, or wait for a person."""

    authorization: Authorization
    approval: Approval | None = None
    """What was decided already."""
    is_over: bool = False
    """It was cancelled, or has a verdict."""
    item: ProtectedItem | None = None
    choice: Choice | None = None
    """What an earlier run found and chose, if that is not what was asked about: it stands."""

    @property
    def must_wait(self) -> bool:
        """A person has yet to decide."""
        return self.authorization.approval and self.approval is None and not self.is_over


class ReadDecision(StrictModel, frozen=True, kw_only=True):
    """Input of read_decision."""

    request_id: str
    is_over: bool
    """The time is up: where nobody has decided, it has expired."""


class Decided(StrictModel, frozen=True, kw_only=True):
    """Output of read_decision."""

    approval: Approval | None = None
    is_over: bool = False
    """It was cancelled, or has a verdict."""


class Trigger(StrictModel, frozen=True, kw_only=True):
    """Input of trigger_restore."""

    request: RestoreRequest
    item: ProtectedItem
    point: RecoveryPoint
    job_search_s: float
    """How long after a POST was begun its job may first show in the list."""
    until: datetime
    """The restore's own time: after it nothing is sent."""


class Started(StrictModel, frozen=True, kw_only=True):
    """Output of trigger_restore: what was started, now or before."""

    operation_id: str | None = None
    job_id: str | None = None
    adopted: bool = False
    cancelled: bool = False
    """Nothing was, and nothing will be."""


class Retry(StrictModel, frozen=True, kw_only=True):
    """Input of the orchestrator retry_activity, and what it hands on when it continues as new: a
    call that said "retry later"."""

    activity: str
    order: Any
    poll_policy: PollPolicy
    until: datetime
    """The last try is made then."""
    attempt: int = 0
    """How often it said "retry later"."""
    again_at: datetime | None = None
    """When to call next; None: at once."""
    error: Failure | None = None
    """What it waits for."""
    unforeseen_since: datetime | None = None
    """Since when every call raised."""
    unforeseen: int = 0
    """How many calls that were."""
    about: LogContext = LogContext()
    """What the caller's lines of the log are about."""


class Cancel(StrictModel, frozen=True, kw_only=True):
    """Input of the orchestrator cancel_job, and input of cancel_restore."""

    request_id: str
    poll_policy: PollPolicy
    until: datetime
    tries: int = 0


class Close(StrictModel, frozen=True, kw_only=True):
    """Input of close_restore: the verdict on a job that was followed; or why there is none, and the
    ledger's entry decides what may be said (restore/result/conclude.py)."""

    request_id: str
    verdict: Verdict | None = None
    failure: Failure | None = None
    item: ProtectedItem | None = None
    choice: Choice | None = None
    """What was found: a restore that ended before its authorization has neither in its entry."""
    is_over: bool = False
    """Azure's work has ended: nothing of it holds a slot any more."""
    has_data: bool | None = None
    """Of a job that failed: whether it had brought the data by then; None: it does not say."""
