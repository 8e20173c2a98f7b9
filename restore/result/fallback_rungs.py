"""How a restore that failed may fall back, where the policy lets it: which rung is next, and what
is asked for there. What its end is called then, fallback_verdicts.py says.

| it failed because                                | next                                       |
|--------------------------------------------------|--------------------------------------------|
| the recovery point is gone: not in the list any  | the next older point that the request      |
| more, not to be restored, or Azure says so       | accepts                                    |
| the new VM was refused for its size or a quota   | the disks of the same point                |

Nothing else falls back. Nor does what names its point or its plan, for somebody has chosen just
that; what was cancelled; and what has no time left.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

import msgspec

from restore.messages.activity_io import Close
from restore.messages.attempts import ATTEMPTS_MAX, Rung
from restore.messages.azure_codes import CODES, find
from restore.messages.disks import GroupDisk
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Choice, Failure, JobError, RecoveryPoint, Verdict
from restore.messages.request import (
    AlternateLocation,
    RecoveryPointChoice,
    RestoreDisks,
    RestoreRequest,
)
from restore.values.decoding import decode

LEFT_S_MIN = 60.0
"""So much time must be left; less is not worth an attempt."""
_ENDS = ("Failed", "Rejected", "CompletedWithWarnings")
_MAY_BE_GONE = ("NotFound", "InvalidRequest")
"""What Azure answers to a POST for a point that it does not have; and to many others."""
_WORD = re.compile(r"[A-Za-z]{8,80}")
CLOCKS = timedelta(minutes=2)
"""So much may Azure's own clocks differ."""
_DISKS_MAX = 100
_TICK = timedelta(microseconds=1)


def may_follow(close: Close) -> bool:
    """Whether another attempt may follow an end such as this: then somebody must look. Asked by the
    orchestrator, before the policy and the vault are."""
    if close.choice is None:
        return False
    if close.verdict is None:
        return close.failure is not None and bool(_falls(close.failure, (), is_sent=False))
    error, job_errors = close.verdict.error, close.verdict.job_errors
    if error is None or not close.is_over:
        return False
    return bool(_falls(error, job_errors, is_sent=True))


class Fall(NamedTuple):
    """A rung, and the code of what leads to it."""

    rung: Rung
    code: str


def next_rung(
    asked: LedgerEntry,
    latest: LedgerEntry,
    verdict: Verdict,
    allowed: Sequence[Rung],
    *,
    is_over: bool,
) -> Fall | None:
    """Return what may be done instead of the latest attempt, which came to this verdict, as far as
    the entries and the rule that allowed it say. Of a point the vault must say that it is gone.

    `is_over`: what it started in Azure has ended. Else it falls back only if nothing is out.
    """
    made = (asked, *(asked.fallback.attempts if asked.fallback else ()))
    request: RestoreRequest = decode(asked.request, RestoreRequest)
    has_failed = verdict.verdict in _ENDS and not verdict.succeeded and verdict.error is not None
    is_at_rest = latest.intent is None or is_over
    is_final = bool(asked.cancel_asked or request.plan_hash) or len(made) >= ATTEMPTS_MAX
    if not has_failed or not is_at_rest or is_final:
        return None
    assert verdict.error is not None, "asked above"
    is_of_vm = latest.request.get("recoveryType") == AlternateLocation.__name__
    is_chosen = request.recovery_point.id is not None
    is_sent = latest.intent is not None
    for fall in _falls(verdict.error, verdict.job_errors, is_sent=is_sent):
        is_open = is_of_vm if fall.rung == "disks" else not is_chosen
        if fall.rung in allowed and is_open:
            return fall
    return None


def is_gone(point: RecoveryPoint, points: Iterable[RecoveryPoint], verdict: Verdict) -> bool:
    """Whether a recovery point cannot be restored any more: the vault does not list it as one that
    can, or what was answered says so."""
    said = _said(verdict.error, verdict.job_errors) if verdict.error else None
    if said is not None and said.rung == "olderPoint":
        return True
    known = next((each for each in points if each.name == point.name), None)
    return known is None or known.is_soft_deleted or known.tier is None


def left_behind(
    disks: Iterable[GroupDisk], latest: LedgerEntry, *, has_data: bool | None
) -> tuple[str, ...]:
    """Return the disks among which those are that an attempt's job has left where its VM was to be:
    made since it began, and of no VM. None if it had not come to that (`has_data`), or if there is
    no OS disk among them: they would be of no use."""
    if has_data is False:
        return ()
    since = latest.intent.vault_time - CLOCKS if latest.intent else None
    found = [
        disk
        for disk in disks
        if since is not None
        and not disk.is_attached
        and disk.created_at is not None
        and disk.created_at >= since
    ]
    found.sort(key=lambda disk: not disk.is_os)  # of more than are told those of use come first
    names = tuple(disk.name for disk in found[:_DISKS_MAX])
    return names if found and found[0].is_os else ()


def next_request(
    rung: Rung, asked: LedgerEntry, latest: LedgerEntry, attempt_id: str, left_s: float
) -> RestoreRequest:
    """Return what is asked for on a rung, in the time that is left."""
    choice = latest.choice
    request: RestoreRequest = decode(latest.request, RestoreRequest)
    assert choice is not None, "only what had a point falls back"
    if rung == "disks":
        assert isinstance(request, AlternateLocation), "only a new VM has another way"
        request = _disks_of(request)
        point = RecoveryPointChoice(id=choice.point.name)
    else:
        point = _older(decode(asked.request, RestoreRequest).recovery_point, choice)
    vault_id = latest.item.vault_id if latest.item else request.vault_id
    return msgspec.structs.replace(
        request,
        request_id=attempt_id,
        vault_id=vault_id,
        recovery_point=point,
        deadline=f"PT{int(left_s)}S",
    )


def _falls(error: Failure, job_errors: Sequence[JobError], *, is_sent: bool) -> tuple[Fall, ...]:
    said = _said(error, job_errors)
    if said is not None:
        return (said,)
    may_be_gone = not is_sent and error.category in _MAY_BE_GONE
    return (Fall("olderPoint", error.code),) if may_be_gone else ()


def _said(error: Failure, job_errors: Sequence[JobError]) -> Fall | None:
    """What is said to do instead, by codes alone. A job tells numbers and texts, and codes only
    among its texts: one that stands there as a whole word counts."""
    row = find(error.code)
    if row is not None and row.rung is not None:
        return Fall(row.rung, error.code)
    texts = (text for each in job_errors for text in (each.title, each.text))
    words = {word.lower() for text in texts for word in _WORD.findall(text)}
    falls = (Fall(row.rung, row.code) for row in CODES if row.rung and row.code.lower() in words)
    return next(falls, None)


def _older(asked: RecoveryPointChoice, choice: Choice) -> RecoveryPointChoice:
    before = choice.point.time - _TICK
    latest = before if asked.not_after is None else min(asked.not_after, before)
    return msgspec.structs.replace(asked, not_after=latest)


def _disks_of(request: AlternateLocation) -> RestoreDisks:
    """The disks of what was to be a VM: the same fields, as far as disks have them."""
    names = [name for name in RestoreDisks.__struct_fields__ if hasattr(request, name)]
    return RestoreDisks(**{name: getattr(request, name) for name in names})
