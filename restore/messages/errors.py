"""The error tree. Inside a room errors are raised; at an activity's edge they become a Failure.

    RestoreError            message, code, details, what was being done, for which request
      TemporaryError          try later, after retry_after_s
        NotYet                  nothing is wrong: others come first, or time must pass
        Throttled               Azure asks to slow down
        ServiceUnavailable      surely nothing happened; the other side did not answer well
          SettingsWrong           surely nothing happened; the app itself is set up wrongly
        ReplyLost               it may have happened: find out by reading, never send again
      PermanentError          a person must act
        InvalidRequest          the request is wrong; .problems lists everything that is
        NotSupported            Azure Backup does not restore it so; .problems says why
        PolicyRefused           the policy does not allow it; .problems says which rule, and why
        AccessDenied            identity or role is missing
        NotFound                vault, item, point or job does not exist
        Conflict                something stands in the way
        PlanChanged             it is not what was planned; .problems lists what differs
        Untrusted               an answer of Azure's leads where no token may go
        JobFailed               Azure Backup's job failed
        DeadlinePassed          it took longer than the request allows
        NotVerified             the restored VM did not pass its checks

An AssertionError is our bug: never caught, never retried. Whatever a message quotes is made plain
and redacted here, for it ends in logs, statuses, events and answers.
"""

from collections.abc import Sequence

from restore.messages.model import Failure
from restore.values.plain_text import TEXT_CHARS_MAX
from restore.values.problem import Problem
from restore.values.redaction import redacted

_DETAILS_MAX = 50
_CODE_CHARS_MAX = 200
_CORRECTED_AFTER_S = 60.0
"""A person corrects a setting, and the host starts anew with it."""
_AT_FAULT = {
    "VaultNotFound": "$.vaultId",
    "ProtectedItemNotFound": "$.sourceResourceId",
    "ProtectedItemSoftDeleted": "$.sourceResourceId",
    "VirtualMachineNotFound": "$.sourceResourceId",
    "VaultAmbiguous": "$.vaultId",
    "NoRestorablePoint": "$.recoveryPoint",
}


class RestoreError(Exception):
    """Any failure that is foreseen."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        details: Sequence[str] = (),
        doing: str | None = None,
        request_id: str | None = None,
    ) -> None:
        self.message = redacted(message, TEXT_CHARS_MAX)
        super().__init__(self.message)
        self.code = redacted(code or type(self).__name__, _CODE_CHARS_MAX)
        self.details = tuple(redacted(detail, TEXT_CHARS_MAX) for detail in details)
        self.doing = doing
        self.request_id = request_id

    def __str__(self) -> str:
        doing = f" (while trying to {self.doing})" if self.doing else ""
        return f"{self.code}: {self.message}{doing}"


class TemporaryError(RestoreError):
    """Try later."""

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        code: str | None = None,
        details: Sequence[str] = (),
        doing: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, code=code, details=details, doing=doing, request_id=request_id)
        self.retry_after_s = retry_after_s


class NotYet(TemporaryError):
    """Nothing is wrong: others come first, or time must pass; .code says what is waited for."""


class Throttled(TemporaryError):
    """Azure asks to slow down."""


class ServiceUnavailable(TemporaryError):
    """The other side did not answer well, and surely nothing happened."""


class SettingsWrong(ServiceUnavailable):
    """A setting of the app is wrong: nothing is done by the default of what was set."""

    def __init__(self, message: str, *, doing: str | None = None) -> None:
        super().__init__(message, retry_after_s=_CORRECTED_AFTER_S, doing=doing)


class ReplyLost(TemporaryError):
    """A write may have been accepted: find out by reading."""


class PermanentError(RestoreError):
    """A person must act. Where the request is to blame, .problems says at which of its fields."""

    problems: tuple[Problem, ...] = ()


class InvalidRequest(PermanentError):
    """The request is wrong, in all the ways that .problems lists."""

    def __init__(
        self,
        problems: Sequence[Problem],
        *,
        doing: str | None = None,
        request_id: str | None = None,
    ) -> None:
        assert problems, "an invalid request has a problem"
        self.problems = _redacted(problems)
        texts = [f"{problem.path}: {problem.message}" for problem in self.problems]
        count = "1 problem" if len(texts) == 1 else f"{len(texts)} problems"
        super().__init__(
            f"The request has {count}: {'; '.join(texts[:5])}{' …' if len(texts) > 5 else ''}",
            doing=doing,
            request_id=request_id,
        )


class NotSupported(PermanentError):
    """Azure Backup does not restore it so, for all the reasons that .problems lists."""

    def __init__(self, problems: Sequence[Problem], *, code: str) -> None:
        assert problems, "what is not supported has a reason"
        self.problems = _redacted(problems)
        texts = " ".join(problem.message for problem in self.problems)
        super().__init__(texts, code=code, doing="look whether Azure Backup restores it so")


class PolicyRefused(PermanentError):
    """The policy does not allow it; .problems says which rule, and why."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        problems: Sequence[Problem] = (),
        doing: str | None = None,
    ) -> None:
        super().__init__(message, code=code, doing=doing)
        self.problems = _redacted(problems)


class AccessDenied(PermanentError):
    """Identity or role is missing."""


class NotFound(PermanentError):
    """Vault, item, point or job does not exist."""


class Conflict(PermanentError):
    """Something stands in the way."""


class PlanChanged(PermanentError):
    """The restore would not be the one that was planned, in all the ways that .problems lists."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        assert problems, "a plan that changed differs in something"
        self.problems = _redacted(problems)
        super().__init__(
            "The plan changed: the restore would differ from the plan of this planHash. Nothing "
            "was started. Make a new plan. Then send the request with its planHash.",
            doing="compare the restore with its plan",
        )


class Untrusted(PermanentError):
    """An answer of Azure's leads where no token may go; asking again would lead there again."""


class JobFailed(PermanentError):
    """Azure Backup's job failed."""


class DeadlinePassed(PermanentError):
    """It took longer than the request allows."""


class NotVerified(PermanentError):
    """The restored VM did not pass its checks."""


def _redacted(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            path=redacted(problem.path, _CODE_CHARS_MAX),
            message=redacted(problem.message, TEXT_CHARS_MAX),
        )
        for problem in problems
    )


def to_failure(error: RestoreError) -> Failure:
    """Turn an error into data."""
    problems = error.problems if isinstance(error, PermanentError) else ()
    return Failure(
        code=error.code,
        message=error.message,
        category=type(error).__name__,
        details=error.details[:_DETAILS_MAX],
        problems=problems[:_DETAILS_MAX],
    )


def problems_of(failure: Failure) -> tuple[Problem, ...]:
    """Return a failure as problems of the request: by their places, as far as they are known."""
    path = _AT_FAULT.get(failure.code, "$")
    own = failure.problems or (Problem(path=path, message=failure.message),)
    return (*own, *(Problem(path=path, message=text) for text in failure.details))
