"""The frozen structs that cross a boundary: between rooms, into history, onto a wire.

The request stands in request.py. Decisions about these values live in
the package of their step. Unknown fields are ignored on the way in, so that a newer deployment's
history can still be read.
"""

from datetime import datetime
from typing import Any, Literal

from restore.messages.attempts import Attempt
from restore.messages.data_loss import DataLoss
from restore.messages.disks import KeptDisk, PointDisks, VmDisk
from restore.messages.job_details import FAILED_TASKS, JobRecoveryType, JobTask, RestoreOutput
from restore.messages.request import ExtendedLocation
from restore.messages.threats import Threat
from restore.messages.verification import Verification
from restore.values.problem import Problem
from restore.values.structs import Model

VerdictKind = Literal[
    "Completed", "CompletedWithWarnings", "Failed", "Cancelled", "DeadlinePassed", "Rejected"
]

_TERMINAL_STATUSES = {"Completed", "CompletedWithWarnings", "Failed", "Cancelled"}


class ProtectedItem(Model, frozen=True, kw_only=True):
    """A VM in the care of a vault. Names are the URL's, as found in the item's id."""

    id: str
    vault_id: str
    container_name: str
    name: str
    source_resource_id: str
    region: str
    """The vault's location."""
    protection_state: str
    friendly_name: str | None = None


class RecoveryPoint(Model, frozen=True, kw_only=True):
    """One recovery point, as far as choosing and restoring need it."""

    name: str
    time: datetime
    consistency: str = ""
    """ARM's recoveryPointType: one of selection.CONSISTENCIES, "other: …", or empty."""
    tier: str | None = None
    """The usable tier (restore/start/tiers.py); None: cannot be restored."""
    is_soft_deleted: bool = False
    is_managed_vm: bool = True
    zones: tuple[str, ...] | None = None
    is_private_access_enabled: bool = False
    extended_location: ExtendedLocation | None = None
    original_storage_account_option: bool = False
    threat_status: str | None = None
    """ARM's threatStatus; None: not told, as by an api-version before 2026-07-01."""
    threats: tuple[Threat, ...] = ()
    is_encrypted: bool = False
    """With Azure Disk Encryption."""
    security_type: str | None = None
    disks: PointDisks | None = None
    """None: Azure does not say which disks it holds."""


class PassedOver(Model, frozen=True, kw_only=True):
    """A recovery point that was not chosen, and why."""

    recovery_point: str
    time: datetime
    reason: str
    text: str


class Choice(Model, frozen=True, kw_only=True):
    """The chosen recovery point and the reasons."""

    point: RecoveryPoint
    why: str
    considered: int
    passed_over: tuple[PassedOver, ...] = ()
    """At most the 20 newest."""
    passed_over_counts: dict[str, int] = {}
    data_loss: DataLoss | None = None
    """None: nobody said when the incident began."""


class Failure(Model, frozen=True, kw_only=True):
    """An error as data: what an activity or a verdict carries instead of an exception."""

    code: str
    message: str
    category: str
    """The class of restore/messages/errors.py: InvalidRequest, AccessDenied, NotFound, …"""
    details: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Of a request that is wrong: everything that is, each with its place."""


class Outcome(Model, frozen=True, kw_only=True):
    """What an activity answers: done with a value, retry later, or failed for good."""

    kind: Literal["done", "retryLater", "failed"]
    value: Any = None
    retry_after_s: float | None = None
    error: Failure | None = None

    @classmethod
    def done(cls, value: Any) -> "Outcome":
        """It is done; the value is plain JSON."""
        return cls(kind="done", value=value)

    @classmethod
    def retry_later(cls, retry_after_s: float | None, error: Failure | None = None) -> "Outcome":
        """Not now; ask again after some time."""
        return cls(kind="retryLater", retry_after_s=retry_after_s, error=error)

    @classmethod
    def failed(cls, error: Failure) -> "Outcome":
        """Asking again is of no use; a person must act."""
        return cls(kind="failed", error=error)


class Caller(Model, frozen=True, kw_only=True):
    """Who calls, as App Service authentication says it. Names are shown, only ids are compared."""

    id: str | None = None
    """The principal's: in Microsoft Entra the object id."""
    name: str | None = None

    def __str__(self) -> str:
        """For people: the name, and the id that tells it from the same name of others."""
        return f"{self.name} ({self.id})" if self.name and self.id else self.name or self.id or ""


class Approval(Model, frozen=True, kw_only=True):
    """What a person decided about a restore, or that nobody did in time."""

    decision: Literal["approved", "refused", "expired"]
    at: datetime
    by: str | None = None
    """None: not known."""
    reason: str | None = None
    plan_hash: str | None = None
    """Of what was approved: nothing else may be sent on the strength of it."""


class Authorization(Model, frozen=True, kw_only=True):
    """What authorize_restore found: the rule that allows a restore, and on what terms."""

    rule: str
    approval: bool = False
    """A person must approve."""
    until: datetime | None = None
    """By then, or it has expired."""
    disks: tuple[VmDisk, ...] | None = None
    """Of OriginalLocation: those that will be replaced; None: they could not be read."""
    kept_disks: tuple[KeptDisk, ...] = ()
    """Of OriginalLocation: those that will not, or of which that is not known."""
    plan_hash: str | None = None
    """Of what was judged."""


class Triggered(Model, frozen=True, kw_only=True):
    """Azure accepted the restore."""

    operation_id: str | None = None


class OperationSnapshot(Model, frozen=True, kw_only=True):
    """What one poll of an operation saw."""

    state: Literal["InProgress", "Succeeded", "Failed", "Unknown"]
    job_id: str | None = None
    error: Failure | None = None
    retry_after_s: float | None = None


class JobError(Model, frozen=True, kw_only=True):
    """One of a job's errorDetails. Its code is a number; texts are localised."""

    code: int | None = None
    title: str = ""
    text: str = ""
    recommendations: tuple[str, ...] = ()


class JobSnapshot(Model, frozen=True, kw_only=True):
    """What one poll of a job saw."""

    job_id: str
    status: str
    """As Azure documents it; "other: …" if it does not."""
    operation: str | None = None
    container_name: str | None = None
    entity_name: str | None = None
    percent: float | None = None
    remaining_s: float | None = None
    task: str | None = None
    """The id of the running task."""
    start_time: datetime | None = None
    cancellable: bool = False
    errors: tuple[JobError, ...] = ()
    message: str | None = None
    """dynamicErrorMessage."""
    tasks: tuple[JobTask, ...] = ()
    output: RestoreOutput | None = None
    recovery_type: JobRecoveryType | None = None
    """As the job itself says it (internalPropertyBag.restoreLocationType), if that is a known one:
    only for a job that was begun elsewhere."""
    has_target_vm: bool | None = None
    """Of a job that ended with warnings: whether the VM is there that it was to create; None: not
    looked at, or not to be seen."""

    @property
    def failed_tasks(self) -> tuple[str, ...]:
        """The names of the tasks that failed."""
        return tuple(task.name for task in self.tasks if task.status in FAILED_TASKS)

    @property
    def is_terminal(self) -> bool:
        """Only the status decides. `Invalid` (Azure could not tell) and a status that nobody knows
        are followed until the deadline."""
        return self.status in _TERMINAL_STATUSES


class Verdict(Model, frozen=True, kw_only=True):
    """How a request ended."""

    verdict: VerdictKind
    succeeded: bool
    text: str
    """For a human at 3 a.m.: what happened, and what to do next."""
    job_id: str | None = None
    recovery_point: str | None = None
    error: Failure | None = None
    job_errors: tuple[JobError, ...] = ()
    replaced_disks: tuple[str, ...] = ()
    """The disks that the VM had before, which are still there; as far as they could be read."""
    output: RestoreOutput | None = None
    """What came out of it, as the job says."""
    kept_disks: tuple[str, ...] = ()
    """The disks that were not replaced, or may not have been: nobody must delete them."""
    attempts: tuple[Attempt, ...] = ()
    """All that were made, where the restore fell back."""
    choice: Choice | None = None
    """The point of the attempt that counts, where it is another one than was chosen at first."""
    verification: Verification | None = None
    """What a look at the VM came to, where one was asked for and there was one to look at."""
