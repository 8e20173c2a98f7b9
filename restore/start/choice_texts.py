"""What is said of a choice: a sentence for each reason, why this point, why none.

Which reason it is, recovery_point_choice.py decides.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from restore.messages.errors import NotFound
from restore.messages.model import PassedOver, RecoveryPoint
from restore.messages.request import RecoveryPointChoice

REASONS = {
    "NotTheRequestedPoint": "not the requested one",
    "SoftDeleted": "soft-deleted",
    "NoValidTier": "without a valid tier that is known here",
    "NeedsRehydration": "in the archive only (recoveryPointRehydrationInfo would allow it)",
    "NeedsVaultTier": "without the copy in the vault that this restore needs",
    "DisksMissing": "without a disk that this restore needs",
    "ThreatUnHealthy": "with a threat that Azure found (by its id it can be had all the same)",
    "ThreatWarning": "of which Azure warns (by its id it can be had all the same)",
    "TooNew": "made after notAfter",
    "AfterIncident": "made when the incident had begun (notAfter would allow it)",
    "TooOld": "made before notBefore or longer ago than maxAge",
    "ConsistencyTooLow": "less consistent than requested",
    "OtherConsistencyPreferred": "less consistent than preferred",
    "OtherTierPreferred": "not in the preferred tier",
    "OlderThanChosen": "older than the chosen one",
    "WeakerConsistency": "of the same time as the chosen one and less consistent",
    "SameTime": "of the same time and consistency as the chosen one",
    "Unreadable": "without a name or a time that can be read",
}
UNREADABLE = "Unreadable"

Preferred = Callable[[RecoveryPoint], bool]


def passed_over(point: RecoveryPoint, reason: str) -> PassedOver:
    """Return a point that was not chosen, and why."""
    text = f"Recovery point {point.name} was passed over: {REASONS[reason]}."
    return PassedOver(recovery_point=point.name, time=point.time, reason=reason, text=text)


def why(
    chosen: RecoveryPoint,
    choice: RecoveryPointChoice,
    newer: Sequence[str],
    unmet: Iterable[str],
    unreadable: int,
) -> str:
    """Say in one sentence why this point. `newer` are the reasons of newer ones, `unmet` is what
    was preferred and no point has."""
    kind = f"{chosen.consistency or 'unknown consistency'}, {chosen.tier}"
    about = f"Recovery point {chosen.name} of {chosen.time:%Y-%m-%d %H:%M} UTC ({kind})"
    if choice.id is not None:
        return f"{about} is the requested one.{_more(unreadable)}"
    because = "is the newest that can be restored and fits the request"
    because += "".join(f" (no such point is {each})" for each in unmet)
    if not newer:
        return f"{about} {because}.{_more(unreadable)}"
    were = "1 newer one was" if len(newer) == 1 else f"{len(newer)} newer ones were"
    said = f"{about} {because}; {were} passed over: {_counted(newer)}."
    return said + _more(unreadable)


def none_fits(choice: RecoveryPointChoice, reasons: Sequence[str], unreadable: int) -> NotFound:
    """Build the error that says what stood against the points there are."""
    counts = Counter(reasons)
    others = counts.pop("NotTheRequestedPoint", 0)
    details = [f"{count} {reason}: {REASONS[reason]}" for reason, count in counts.most_common()]
    if counts and choice.id is not None:
        message = f"The requested recovery point is {REASONS[next(iter(counts))]}."
    elif choice.id is not None:
        message = f"The requested recovery point is not among the {others} that the item has."
    elif not reasons and unreadable:
        message = (
            f"None of the {unreadable} recovery points has a name and a time that can be read."
        )
    elif not reasons:
        message = "The protected item has no recovery points."
    else:
        message = f"None of the {len(reasons)} recovery points can be used: {_counted(reasons)}."
    more = _more(unreadable) if reasons or choice.id is not None else ""
    return NotFound(message + more, code="NoRestorablePoint", details=details)


def _counted(reasons: Sequence[str]) -> str:
    counts = Counter(reasons).most_common()
    return ", ".join(f"{count} {REASONS[reason]}" for reason, count in counts)


def _more(unreadable: int) -> str:
    are = "1 more is" if unreadable == 1 else f"{unreadable} more are"
    return f" {are} {REASONS[UNREADABLE]}." if unreadable else ""
