"""A restore that was begun elsewhere, in the portal or by a CLI, and is followed here.

It has a ledger entry like a request of this app, with this in the request's place: nothing of it
was asked of the app, so nothing of it is sent.
"""

from restore.messages.field_types import Deadline, JobId, RequestId, VaultId, VmId
from restore.messages.job_details import JobRecoveryType
from restore.messages.model import Caller
from restore.messages.request import AlternateLocation, OriginalLocation, RestoreDisks
from restore.values.structs import StrictModel
from restore.values.times import seconds_of

ADOPTED = "Adopted"
UNKNOWN_TYPE = "Unknown"
"""The recovery type of a job that does not say its own."""


class Adopt(StrictModel, frozen=True, kw_only=True):
    """Body of `POST /restores/adopt`."""

    job_id: JobId
    vault_id: VaultId
    deadline: Deadline = "PT24H"
    """How long the job is followed, from now."""

    @property
    def request_id(self) -> str:
        """The same for the same job: to adopt it twice is to adopt it once."""
        return f"adopted-{self.job_id.lower()}"


class AdoptJob(StrictModel, frozen=True, kw_only=True):
    """Input of the orchestrator adopt_restore, sent by a trigger, and of adopt_job, answered by
    Adoption."""

    adopt: Adopt
    source: str
    asked_by: Caller | None = None
    traceparent: str | None = None


class Adoption(StrictModel, frozen=True, kw_only=True):
    """Output of adopt_job: which restore follows the job, and whether this call has made it so."""

    request_id: str
    is_new: bool = False
    taken: str | None = None
    """Why the job may not be adopted: that restore is another one, which follows it."""


class AdoptedJob(StrictModel, frozen=True, kw_only=True, tag_field="recoveryType", tag=ADOPTED):
    """What stands in a ledger entry in the request's place."""

    request_id: RequestId
    job_id: JobId
    vault_id: VaultId
    source_resource_id: VmId
    """The VM whose backup is restored."""
    job_recovery_type: JobRecoveryType | None = None
    """As the job says it; None: it does not."""
    deadline: Deadline

    @property
    def recovery_type(self) -> str:
        """ARM's name of the recovery type, if it is known."""
        return self.job_recovery_type or UNKNOWN_TYPE

    @property
    def deadline_s(self) -> float:
        """How long the job is followed."""
        return seconds_of(self.deadline)


Followed = RestoreDisks | OriginalLocation | AlternateLocation | AdoptedJob
"""What a restore's orchestration may be about."""
