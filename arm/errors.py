"""One reply of ARM that is not a success -> one error of restore/messages/errors.py.

ARM's own code and message are kept; a sentence on what to do is added where the code is known. The
code decides before the HTTP status does: a 409 can be final and a 404 can be a wrong api-version.
Only 429 and 5xx are what their status says. What codes mean stands in
restore/messages/azure_codes.py, what shapes bodies have in error_body.py.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from arm import error_body, texts
from arm.error_body import ArmError
from restore.messages import azure_codes, errors
from restore.messages.azure_codes import AzureCode
from restore.messages.model import Failure
from restore.values.problem import Problem

_NAME_CHARS_MAX = 300
_PAGE_CHARS_MAX = 300

# What a wait that somebody asks for does not change.
_FINAL = frozenset({401, 403, 404, 410})
# Client errors that a gateway may send although the request has gone on to its destination.
_GATEWAY = frozenset({408, 499})
# compiled, and kept, on first use
_POLICY = r"""policyAssignment\\*"\s*:\s*\{[^{}]{0,300}?name\\*"\s*:\s*\\*"([^"\\]{1,200})"""
_RIGHT = (
    r"not have (?:authorization|permission) to perform action(?:\(s\))? '([^']{1,200})' "
    r"(?:over|on) (?:the )?(?:linked )?scope(?:\(s\))? '([^']{1,1000})'"
)


class _Meaning(NamedTuple):
    kind: type[errors.RestoreError]
    advice: str
    wait_s: float | None = None


_PASSES = _Meaning(errors.ServiceUnavailable, "")
_BY_STATUS: dict[int, _Meaning] = {
    401: _Meaning(errors.AccessDenied, azure_codes.TENANT),
    403: _Meaning(errors.AccessDenied, ""),
    404: _Meaning(errors.NotFound, azure_codes.GONE),
    408: _PASSES,
    409: _Meaning(errors.Conflict, ""),
    410: _Meaning(errors.NotFound, azure_codes.GONE),
    412: _Meaning(errors.Conflict, ""),
    429: _Meaning(errors.Throttled, azure_codes.SLOWER),
    499: _PASSES,
}


def from_reply(
    status: int,
    body: bytes,
    *,
    retry_after_s: float | None,
    doing: str,
    trace_id: str | None = None,
) -> errors.RestoreError:
    """The error that a reply without success stands for."""
    said = error_body.of_bytes(body)
    details = (*said.details, f"Azure's trace id: {trace_id}") if trace_id else said.details
    kind, advice, wait_s = _meaning(status, said, retry_after_s)
    code = said.code or f"HTTP {status}"
    text = _sentence(said.message or _unsaid(status, said), advice)
    if issubclass(kind, errors.TemporaryError):
        after_s = wait_s if retry_after_s is None else retry_after_s
        return kind(text, code=code, details=details, doing=doing, retry_after_s=after_s)
    if issubclass(kind, errors.InvalidRequest):
        return _invalid(text, code, details, doing)
    return kind(text, code=code, details=details, doing=doing)


def is_undecided(status: int, body: bytes) -> bool:
    """Whether a write that is answered so may have been accepted all the same."""
    if status == 429:
        return False
    known = _known(error_body.of_bytes(body))
    is_final = 400 <= status < 500 and status not in _GATEWAY
    return not is_final or (known is not None and known.is_undecided)


def to_failure(error: object) -> Failure:
    """The failure that an operation's `error` object stands for; it came inside a 200."""
    said = error_body.of_json(error)
    known = _known(said)
    category = known.kind.__name__ if known else errors.JobFailed.__name__
    message = said.message or "Azure Backup gave no reason"
    return Failure(
        code=said.code or "OperationFailed",
        message=_sentence(message, _advice(known, said) if known else ""),
        category=category,
        details=said.details,
    )


def _known(said: ArmError) -> AzureCode | None:
    """The row of its code; an outer code that nobody knows may hold one that is known."""
    rows = (azure_codes.find(code) for code in (said.code, *said.codes) if code)
    return next((row for row in rows if row is not None), None)


def _meaning(status: int, said: ArmError, retry_after_s: float | None) -> _Meaning:
    known = _known(said)
    if status == 429 or not 400 <= status < 500:
        usual = _BY_STATUS.get(status, _PASSES)
        if known is None or not issubclass(known.kind, errors.TemporaryError):
            return usual
        return _Meaning(usual.kind, known.advice, known.wait_s)
    if known is not None:
        return _Meaning(known.kind, _advice(known, said), known.wait_s)
    if retry_after_s is not None and status not in _FINAL:
        return _PASSES  # Azure's own libraries take Retry-After for that at any status (facts 0.5)
    if status == 403 and said.code is None:
        return _Meaning(errors.AccessDenied, azure_codes.ROLES)
    return _BY_STATUS.get(status) or _Meaning(errors.InvalidRequest, "")


def _advice(known: AzureCode, said: ArmError) -> str:
    """What to do, with the policy or the right that Azure names."""
    if known.names == "policy":
        policy = _policy(said)
        return f"{known.advice} It is the policy {policy!r}." if policy else known.advice
    right = re.search(_RIGHT, _message(said)) if known.names == "right" else None
    if right is None:
        return known.advice
    action, scope = (texts.free(each, _NAME_CHARS_MAX) for each in right.groups())
    return f"Give the app's identity a role with {action} at {scope}."


def _policy(said: ArmError) -> str:
    told = error_body.named(
        said,
        "policyAssignmentDisplayName",
        "policyDefinitionDisplayName",
        "policyAssignmentName",
        "policyDefinitionName",
    )
    found = None if told else re.search(_POLICY, _message(said))
    return texts.free(found[1] if found else told, _NAME_CHARS_MAX)


def _message(said: ArmError) -> str:
    """The message in full length, in which something is looked for."""
    return error_body.named(said, "message") or said.message


def _unsaid(status: int, said: ArmError) -> str:
    """What stands for a message; of a page without names at least the beginning."""
    text = f"Azure answered with HTTP status {status}."
    page = " ".join(said.details) if said.raw is None else ""
    return f"{text} {texts.free(page, _PAGE_CHARS_MAX)}".strip()


def _invalid(text: str, code: str, details: tuple[str, ...], doing: str) -> errors.InvalidRequest:
    error = errors.InvalidRequest([Problem(path="$", message=text)], doing=doing)
    # It was ARM that found the fault, so its own code and words stand at the top.
    error.code, error.message, error.details = code, text, details
    return error


def _sentence(message: str, advice: str) -> str:
    stop = "" if message.endswith((".", "!", "?", "…")) else "."
    return f"{message}{stop} {advice}".strip()
