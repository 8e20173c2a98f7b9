"""The answers of the HTTP surface as shapes, for its OpenAPI document.

What is answered is built in views.py, listing.py and so on; that it has these shapes is tested
against the running app. Fields that are not known (yet) are absent, so nothing here is nullable.
"""

from datetime import datetime
from typing import Any, Literal

from restore.messages.alerted import Alerted, StoppedBy
from restore.messages.job_details import RestoreOutput
from restore.messages.model import (
    Choice,
    Failure,
    JobError,
    ProtectedItem,
    RecoveryPoint,
    VerdictKind,
)
from restore.messages.verification import CheckResult
from restore.notify.receiver_state import Dropped
from restore.progress.wait_reasons import Waiting
from restore.values.problem import Problem
from restore.values.structs import Model


class ProblemDocument(Model, frozen=True, kw_only=True):
    """An error (RFC 9457), served as application/problem+json."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    """For programs; never changes its meaning."""
    problems: tuple[Problem, ...] = ()


class EventsHeld(Model, frozen=True, kw_only=True):
    """Events that the queue has not accepted yet. The app sends them as soon as it does."""

    events: int
    since: datetime


class NotificationsHeld(Model, frozen=True, kw_only=True):
    """Notifications that a receiver has not taken yet. The app sends them as soon as it does."""

    notifications: int
    since: datetime
    receiver: str | None = None
    """Its name in RESTORE_NOTIFY; absent: the app has not come to send them."""


class Restore(Model, frozen=True, kw_only=True):
    """The state of one restore."""

    request_id: str
    phase: str
    """One of the phases while its history is kept, else the ledger's state."""
    source: str
    accepted_at: datetime
    recovery_type: str | None = None
    source_resource_id: str | None = None
    since: datetime | None = None
    waiting: Waiting | None = None
    percent: float | None = None
    remaining_s: float | None = None
    vault_id: str | None = None
    protected_item: str | None = None
    recovery_point: dict[str, Any] | None = None
    adopted: bool | None = None
    """The job was found, or begun elsewhere: no reply of Azure's has named it."""
    operation_id: str | None = None
    job: dict[str, Any] | None = None
    cancel: dict[str, Any] | None = None
    approval: dict[str, Any] | None = None
    runtime_status: str | None = None
    duplicates: tuple[str, ...] = ()
    """The ids of further messages that said the same in time, and are this restore; at most 20."""
    alert: Alerted | None = None
    """Of a restore that an alert asked for."""
    events_held: EventsHeld | None = None
    """Events that the app could not send for more than a minute. The restore does not wait."""
    notifications_held: tuple[NotificationsHeld, ...] = ()
    """Notifications that have not arrived for more than a minute. The restore does not wait."""
    finished_at: datetime | None = None
    verdict: str | None = None
    succeeded: bool | None = None
    text: str | None = None
    error: Failure | None = None
    job_errors: tuple[JobError, ...] = ()
    disks_to_replace: tuple[str, ...] | None = None
    disks_to_keep: tuple[str, ...] | None = None
    """Not in the recovery point, or not known to be: they are not replaced, nobody must delete
    them."""
    replaced_disks: tuple[str, ...] | None = None
    output: RestoreOutput | None = None
    """What came out of it: VM, resource group, template; all that the job says of it."""
    kept_disks: tuple[str, ...] | None = None
    stopped: StoppedBy | None = None
    """An alert asked for it, it is not in Azure yet, and all such are stopped: it is not sent."""
    is_new: bool | None = None
    """In the answer to a request: it was not known before."""
    attempts: tuple[dict[str, Any], ...] = ()
    """Where the restore fell back: each attempt, why the one before it failed, and what it came to;
    the one under way as it stands."""
    attempt_of: str | None = None
    """Of such an attempt: the request at which it is made."""
    verified: bool | None = None
    """Whether the restored VM passed all checks; absent where none were asked for, or nothing came
    to be that could be looked at."""
    checks: tuple[CheckResult, ...] = ()
    """Those that passed so far, and the one that did not."""
    truncated: tuple[str, ...] = ()
    """The JSON paths of what was left out or cut, to keep within the bounds of a status and of an
    answer."""


class RestoreLine(Model, frozen=True, kw_only=True):
    """One restore in a list."""

    request_id: str
    state: str | None
    verdict: str | None
    recovery_type: str | None
    source_resource_id: str | None
    job_id: str | None
    accepted_at: str | None
    finished_at: str | None


class RestoreList(Model, frozen=True, kw_only=True):
    """One page of the list of restores."""

    value: tuple[RestoreLine, ...]
    continuation_token: str | None = None


class RejectionLine(Model, frozen=True, kw_only=True):
    """One message in a list of those that became no request."""

    id: str
    kind: str | None
    at: str | None
    code: str | None
    message_id: str | None
    request_id: str | None
    put_back_at: str | None


class RejectionList(Model, frozen=True, kw_only=True):
    """One page of the list of messages that became no request, the newest first."""

    value: tuple[RejectionLine, ...]
    continuation_token: str | None = None


class CancelAnswer(Model, frozen=True, kw_only=True):
    """The result of a request to cancel."""

    request_id: str
    cancel: Literal["BeforeStart", "Asked"]
    text: str


class AbandonAnswer(Model, frozen=True, kw_only=True):
    """The verdict of an abandoned restore."""

    request_id: str
    verdict: VerdictKind
    text: str


class ApprovalAnswer(Model, frozen=True, kw_only=True):
    """The decision that counts."""

    request_id: str
    decision: str
    at: datetime
    by: str | None = None
    reason: str | None = None
    plan_hash: str | None = None
    """Of what the decision was about."""
    text: str | None = None


class PlanPending(Model, frozen=True, kw_only=True):
    """The plan takes longer. Fetch it from this address."""

    plan: str
    text: str


class RecoveryPoints(Model, frozen=True, kw_only=True):
    """One page of a VM's recovery points, newest first, and the one that the app would choose."""

    item: ProtectedItem
    points: tuple[RecoveryPoint, ...]
    total: int
    unreadable: int
    """So many more are in Azure's list, without a name or time that can be read."""
    choice: Choice | None
    reasons: dict[str, str]
    """Of each point of this page that would not be chosen, by its name: the code of its reason."""
    continuation_token: str | None = None


class ReceiverTrouble(Model, frozen=True, kw_only=True):
    """A receiver of notifications that something waits for, or was dropped of."""

    receiver: str | None = None
    """Its name in RESTORE_NOTIFY; absent: the app has not come to send anything."""
    waiting: int | None = None
    since: datetime | None = None
    code: str | None = None
    """Why it takes nothing."""
    text: str | None = None
    again_at: datetime | None = None
    dropped: int | None = None
    """How many were ever given up."""
    last_dropped: Dropped | None = None
    problem: str | None = None
    """Why nothing is known."""


class Health(Model, frozen=True, kw_only=True):
    """Whether the app can do its work."""

    status: Literal["ok", "failing"]
    problems: tuple[str, ...]
    """Everything that keeps it from its work, as sentences."""
    checks: dict[str, str]
    """`ok` or a code, for each: settings, blob, queue, table, identity, alerts (`stopped`: no alert
    restores anything)."""
    arm: str | None = None
    """While the settings are right."""
    backup_api_version: str | None = None
    notifications: tuple[ReceiverTrouble, ...] = ()
    """Which receivers have not got what they should. No restore waits for them."""


class Live(Model, frozen=True, kw_only=True):
    """The app runs functions."""

    status: Literal["ok"]
