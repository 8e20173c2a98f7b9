"""What the end of a restore is called that fell back: the verdict of the attempt that counts, and
what was done instead of what.

| the last attempt               | what counts                                                    |
|--------------------------------|----------------------------------------------------------------|
| was not sent                   | the last one that was, with why it could not fall back further |
| restored an older point        | its own verdict                                                |
| restored the disks of a new VM | its own, but no more than CompletedWithWarnings and no success |
| none: the disks were there     | the failed job's verdict, with the disks that it left behind   |
"""

from collections.abc import Mapping, Sequence

import msgspec

from restore.messages.attempts import Attempt, Rung
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Choice, Failure, Verdict
from restore.result import verdict_texts, verdicts

_TEXT_MAX = 300
_NAMES_MAX = 20
_INSTEAD: dict[Rung, str] = {
    "olderPoint": (
        "The recovery point {point} could not be restored any more ({code}). The app took an older "
        "one instead."
    ),
    "disks": "The new VM was refused ({code}). The app asked for the disks instead.",
}
_LEFT = (
    "The new VM was refused ({code}). These disks were made in {group} since its job began, and "
    "belong to no VM: {disks}. Another restore may have made some of them: look before you use "
    "one. The app made no second copy. Create a VM from them."
)
_REFUSED = "The app tried to fall back further, and nothing was sent: {code}: {text}"


def summary(attempt: Attempt, entry: LedgerEntry, verdict: Verdict) -> Attempt:
    """Return an attempt with what it came to; of its entry is told whether it was sent."""
    error = verdict.error
    return msgspec.structs.replace(
        attempt,
        recovery_point=entry.choice.point.name if entry.choice else attempt.recovery_point,
        sent=entry.intent is not None,
        verdict=verdict.verdict,
        code=error.code if error else None,
        text=verdict_texts.full(verdict.text, _TEXT_MAX),
        job_id=verdict.job_id,
        request=None,
    )


def first(entry: LedgerEntry, verdict: Verdict) -> Attempt:
    """Return the attempt that was asked for, with what it came to."""
    asked = Attempt(
        id=entry.request_id,
        at=entry.accepted_at,
        recovery_type=str(entry.request.get("recoveryType", "")),
    )
    return summary(asked, entry, verdict)


def concluded(
    entry: LedgerEntry,
    own: Verdict,
    later: Sequence[tuple[Attempt, Verdict | None]],
    choices: Mapping[str, Choice],
) -> Verdict:
    """Return the verdict on a request, from its own attempt's and those of the later ones; None is
    that of disks that were left behind. `choices` are the points of the later ones, by their
    ids."""
    asked = first(entry, own)
    counts, by, story, refused = own, asked, list[str](), ""
    for attempt, verdict in later:
        assert attempt.rung is not None, "it was made instead of another one"
        if verdict is None:
            assert attempt.disks, "every other one is over"
            story.append(_left(entry, attempt))
            counts = msgspec.structs.replace(counts, text=_cause(counts))
        elif attempt.sent or (verdict.verdict == "Cancelled" and not by.sent):
            point, code = by.recovery_point, attempt.because
            story.append(_INSTEAD[attempt.rung].format(point=point, code=code))
            counts, by = verdict, attempt
        else:
            refused = _REFUSED.format(code=_code(verdict), text=_why(verdict))
    if by.recovery_type != asked.recovery_type and counts.succeeded:
        counts = msgspec.structs.replace(
            counts, verdict="CompletedWithWarnings", succeeded=False, error=own.error
        )
    text = " ".join(part for part in (*story, refused, counts.text) if part)
    attempts = (asked, *(attempt for attempt, _ in later))
    choice = choices.get(by.id) if by.recovery_point != asked.recovery_point else None
    return msgspec.structs.replace(counts, text=text, attempts=attempts, choice=choice)


def lost(entry: LedgerEntry, failure: Failure) -> Verdict:
    """Return the verdict on a request that nobody follows any more, while another attempt may be
    under way."""
    assert entry.fallback is not None, "it fell back"
    attempts = (first(entry, entry.fallback.verdict), *entry.fallback.attempts)
    found = verdicts.lost(failure, job_id=None, recovery_point=None)
    under_way = f"Attempt {attempts[-1].id} may go on by itself: look at it."
    return msgspec.structs.replace(
        found,
        text=f"{found.text} {under_way}",
        attempts=tuple(msgspec.structs.replace(each, request=None) for each in attempts),
    )


def _left(entry: LedgerEntry, attempt: Attempt) -> str:
    group = str(entry.request.get("targetResourceGroupId", "")).rpartition("/")[2]
    names = ", ".join(attempt.disks[:_NAMES_MAX])
    more = len(attempt.disks) - _NAMES_MAX
    disks = f"{names} and {more} more" if more > 0 else names
    return _LEFT.format(code=attempt.because, group=group, disks=disks)


def _cause(verdict: Verdict) -> str:
    """Say why it failed, without what else to do about it: the disks are there."""
    place = verdict_texts.where(verdict.job_id, verdict.recovery_point)
    return f"It failed with {_code(verdict)}: {_why(verdict)} {place}"


def _code(verdict: Verdict) -> str:
    return verdict.error.code if verdict.error else verdict.verdict


def _why(verdict: Verdict) -> str:
    return verdict_texts.full(verdict.error.message if verdict.error else verdict.text, _TEXT_MAX)
