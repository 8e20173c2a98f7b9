"""One reply of ARM that is not a success -> one error of restore/messages/errors.py.

ARM's own code and message are kept; a sentence on what to do is added where the code is known. The
code decides before the HTTP status does: a 409 can be final and a 404 can be a wrong api-version.
Only 429 and 5xx are what their status says. Nothing here knows whether a request may be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from arm import texts
from restore.messages import errors
from restore.messages.model import Failure
from restore.values.problem import Problem

_DETAILS_MAX = 10
_CODE_CHARS_MAX = 120

_ROLES = (
    "The app's identity needs Backup Operator on the vault, Virtual Machine Contributor on the "
    "source VM or its resource group, Contributor on the target resource group and Storage "
    "Account Contributor on the staging storage account."
)
_LINKED = (
    "The app's identity lacks rights on a resource that the request names: the subnet (join), the "
    "target resource group, the staging storage account or the vault's Resource Guard."
)
_VAGUE = "Azure Backup does not say which field is wrong: check ids, region and target fields."
_GONE = "Check the id; the resource may have been deleted or moved."
_VERSION = "Set BACKUP_API_VERSION to a version that this cloud and region serve."
_SLOWER = "Azure asks to slow down."


class _Meaning(NamedTuple):
    kind: type[errors.RestoreError]
    advice: str


_CODES: dict[str, _Meaning] = {
    "BMSUserErrorInvalidInput": _Meaning(errors.InvalidRequest, _VAGUE),
    "CloudInvalidInputError": _Meaning(errors.InvalidRequest, f"Not transient. {_VAGUE}"),
    "UserErrorOperationFailedInvalidParameters": _Meaning(errors.InvalidRequest, _VAGUE),
    "InvalidApiVersionParameter": _Meaning(errors.InvalidRequest, _VERSION),
    "NoRegisteredProviderFound": _Meaning(errors.InvalidRequest, _VERSION),
    "UserErrorInstantRpNotFound": _Meaning(
        errors.NotFound, "The snapshot is gone: choose another recovery point."
    ),
    "UserErrorSkuNotAvailable": _Meaning(
        errors.Conflict, "The VM size is not available there: restore the disks instead."
    ),
    "UserErrorMarketPlaceVMNotSupported": _Meaning(
        errors.Conflict, "The marketplace plan was withdrawn: restore the disks instead."
    ),
    "UserErrorCoreCountSubscriptionQuotaReached": _Meaning(
        errors.Conflict, "The subscription's core quota is used up: ask for more."
    ),
    "UserErrorBcmDatasourceNotPresent": _Meaning(
        errors.Conflict, "Azure Backup could not back up the VM before replacing its disks."
    ),
    "OlrBackupFailed": _Meaning(
        errors.Conflict,
        "The backup that precedes replacing disks failed: a running backup must end first.",
    ),
    "UserErrorRequestDisallowedByPolicy": _Meaning(
        errors.AccessDenied, "An Azure Policy forbids what the restore would create."
    ),
    "UserErrorMigrationFromTrustedLaunchVMToNonTrustedVMNotAllowed": _Meaning(
        errors.Conflict, "The security type may not change: choose a matching target."
    ),
    "BMSUserErrorConflictingProtectionOperation": _Meaning(
        errors.ServiceUnavailable, "Another protection operation is running on this VM."
    ),
    "BMSUserErrorContainerIsAlreadyRegisteredWithAnotherVault": _Meaning(
        errors.Conflict, "The VM belongs to another vault: give that vault's id."
    ),
    "AuthorizationFailed": _Meaning(errors.AccessDenied, _ROLES),
    "LinkedAuthorizationFailed": _Meaning(errors.AccessDenied, _LINKED),
    "LinkedAccessCheckFailed": _Meaning(errors.AccessDenied, _LINKED),
    "ResourceNotFound": _Meaning(errors.NotFound, _GONE),
    "ResourceGroupNotFound": _Meaning(errors.NotFound, _GONE),
    "SubscriptionNotFound": _Meaning(errors.NotFound, _GONE),
    "TooManyRequests": _Meaning(errors.Throttled, _SLOWER),
    "SubscriptionRequestsThrottled": _Meaning(errors.Throttled, _SLOWER),
    "ResourceRequestsThrottled": _Meaning(errors.Throttled, _SLOWER),
}
_BY_CODE = {code.lower(): meaning for code, meaning in _CODES.items()}

_BY_STATUS: dict[int, _Meaning] = {
    401: _Meaning(
        errors.AccessDenied,
        "Azure refused the token: the app's identity must belong to the subscription's tenant.",
    ),
    403: _Meaning(errors.AccessDenied, _ROLES),
    404: _Meaning(errors.NotFound, _GONE),
    408: _Meaning(errors.ServiceUnavailable, ""),
    409: _Meaning(errors.Conflict, ""),
    410: _Meaning(errors.NotFound, _GONE),
    412: _Meaning(errors.Conflict, ""),
    429: _Meaning(errors.Throttled, _SLOWER),
}


class ArmError(NamedTuple):
    """What an error body says, without secrets."""

    code: str | None
    message: str
    details: tuple[str, ...] = ()


def from_reply(
    status: int,
    body: bytes,
    *,
    retry_after_s: float | None,
    doing: str,
    trace_id: str | None = None,
) -> errors.RestoreError:
    """The error that a reply without success stands for."""
    said = read(_json(body))
    details = (*said.details, f"Azure's trace id: {trace_id}") if trace_id else said.details
    kind, advice = _meaning(status, said.code)
    code = said.code or f"HTTP {status}"
    text = _sentence(said.message or f"Azure answered with HTTP status {status}", advice)
    if issubclass(kind, errors.TemporaryError):
        return kind(text, code=code, details=details, doing=doing, retry_after_s=retry_after_s)
    if issubclass(kind, errors.InvalidRequest):
        return _invalid(text, code, details, doing)
    return kind(text, code=code, details=details, doing=doing)


def to_failure(error: object) -> Failure:
    """The failure that an operation's `error` object stands for; it came inside a 200."""
    said = read(error)
    known = _BY_CODE.get((said.code or "").lower())
    category = known.kind.__name__ if known else errors.JobFailed.__name__
    message = _sentence(
        said.message or "Azure Backup gave no reason", known.advice if known else ""
    )
    return Failure(
        code=said.code or "OperationFailed",
        message=message,
        category=category,
        details=said.details,
    )


def read(body: object) -> ArmError:
    """Take an error object apart, whether or not it is wrapped in `error`."""
    error = body.get("error", body) if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return ArmError(None, texts.free(error))
    code = texts.free(error.get("code"), _CODE_CHARS_MAX) or None
    return ArmError(code, texts.free(error.get("message")), _details(error.get("details")))


def _meaning(status: int, code: str | None) -> _Meaning:
    if status == 429:
        return _BY_STATUS[429]
    if status < 400 or status >= 500:
        return _Meaning(errors.ServiceUnavailable, "")
    known = _BY_CODE.get((code or "").lower())
    return known or _BY_STATUS.get(status) or _Meaning(errors.InvalidRequest, "")


def _invalid(text: str, code: str, details: tuple[str, ...], doing: str) -> errors.InvalidRequest:
    error = errors.InvalidRequest([Problem(path="$", message=text)], doing=doing)
    # It was ARM that found the fault, so its own code and words stand at the top.
    error.code, error.message, error.details = code, text, details
    return error


def _details(details: object) -> tuple[str, ...]:
    if not isinstance(details, list):
        return ()
    told = [read(detail) for detail in details[:_DETAILS_MAX] if isinstance(detail, Mapping)]
    return tuple(f"{one.code or 'no code'}: {one.message}" for one in told)


def _sentence(message: str, advice: str) -> str:
    stop = "" if message.endswith((".", "!", "?", "…")) else "."
    return f"{message}{stop} {advice}".strip()


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
