"""Which verdict a story ends with: by how far it came, and by what the watch saw."""

import msgspec

from restore import verdicts
from restore.contracts import Failure, JobLook, Outcome, Verdict
from restore.errors import Throttled
from restore.orders import Watched, decode
from restore.phases import RestorePhase
from restore.story import Tale

_UNKNOWN = (
    "It is not known whether Azure started a restore: look at the vault's restore jobs before "
    "asking again."
)
_LOST = Failure(
    code="JobNotSeen",
    message="The restore was started, but Azure does not show its job any more.",
    category="ServiceUnavailable",
)


def is_refused(outcome: Outcome) -> bool:
    """Whether "later" means that Azure surely did not accept the restore, and nothing is open."""
    return outcome.error is not None and outcome.error.category == Throttled.__name__


def of_failure(failure: Failure, tale: Tale) -> Verdict:
    """End before there was anything to follow."""
    if tale.phase is RestorePhase.SETTLING:
        verdict = verdicts.failed(failure, recovery_point=_point(tale))
        return msgspec.structs.replace(verdict, text=f"{_UNKNOWN} {verdict.text}")
    return verdicts.before_start(failure)


def of_watched(watched: Watched, tale: Tale) -> Verdict:
    """End with what the watch ended with."""
    look = decode(watched.job, JobLook) if watched.job is not None else None
    point = _point(tale)
    if watched.end == "job":
        assert look is not None, "a watch that ends with its job has seen it"
        return verdicts.judge_job(
            tale.request.recovery_type, look, recovery_point=point, disks=tale.disks
        )
    job_id = look.job_id if look else watched.job_id
    if watched.end == "deadline":
        return verdicts.deadline_passed(
            tale.request.deadline_s, look, job_id=job_id, recovery_point=point
        )
    if watched.end == "operation_failed":
        assert watched.error is not None, "an operation that failed says why"
        return verdicts.failed(watched.error, job_id=job_id, recovery_point=point)
    return verdicts.lost(watched.error or _LOST, job_id=job_id, recovery_point=point)


def _point(tale: Tale) -> str | None:
    return tale.choice.point.name if tale.choice else None
