"""Why something waits, in words for a person at 3 a.m.: the status's `waiting`.

Either something is wrong (an error of restore/messages/errors.py that will pass), or nothing is and
others come first (NotYet, whose own words say why). `code` is for programs and never changes
its meaning; docs/operating.md has a table of them, with what to do.
"""

from datetime import datetime
from typing import Any

from restore.messages import azure_codes
from restore.messages.errors import NotYet
from restore.messages.model import Failure
from restore.values.structs import Model
from restore.values.times import stamp

UNFORESEEN = "ActivityFailed"
"""The code of a call that raised what nobody foresaw, or whose worker process exited."""

WRONG = {
    "Throttled": "Azure asks to slow down.",
    "ServiceUnavailable": "Azure or the app's own storage account does not answer well.",
    "SettingsWrong": "A setting of the app is wrong. Correct it: the restore then continues.",
    "ReplyLost": "Azure's reply to the restore request did not arrive.",
    "AccessDenied": "The app's identity lacks a right. Grant it: the restore then continues.",
    UNFORESEEN: "A step of the app failed with an unforeseen error. The app repeats it.",
}
_OTHER = "ServiceUnavailable"
_REASON_CHARS_MAX = 1000


class Waiting(Model, frozen=True, kw_only=True):
    """What is waited for."""

    code: str
    reason: str
    until: datetime
    """When it is given up; or a person's time is over."""
    attempt: int
    """How often it was tried."""


def is_no_fault(error: Failure | None) -> bool:
    """Whether waiting longer than asked would help nobody."""
    return error is None or error.category == NotYet.__name__


def why(error: Failure, until: datetime, attempt: int) -> Waiting:
    """Return what is waited for, from the last answer that said "retry later"."""
    code = error.code if is_no_fault(error) else _code(error)
    reason = error.message
    if not is_no_fault(error):
        reason = f"{error.code}: {error.message}"
        if code != _OTHER or azure_codes.find(error.code) is None:  # else the message says it
            reason = f"{WRONG[code]} {reason}"
    if len(reason) > _REASON_CHARS_MAX:
        reason = f"{reason[: _REASON_CHARS_MAX - 1]}…"
    return Waiting(code=code, reason=reason, until=until, attempt=attempt)


def shown(waiting: Waiting | None) -> dict[str, Any] | None:
    """Return it as a status shows it."""
    if waiting is None:
        return None
    plain: dict[str, Any] = waiting.as_json()
    return plain | {"until": stamp(waiting.until)}


def _code(error: Failure) -> str:
    if error.code == UNFORESEEN:
        return UNFORESEEN
    return error.category if error.category in WRONG else _OTHER
