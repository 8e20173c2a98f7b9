"""Choose a recovery point, and keep the reason for each one passed over.

Every point gets at most one reason, the first that applies. What is left is sorted by us (the
service promises no order): the preferred consistency first, then the preferred tier, then the
newest. Two points of the same time
are told apart by consistency, then by name, so that the same list always gives the same choice.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from restore.messages.errors import NotFound
from restore.messages.model import Choice, PassedOver, ProtectedItem, RecoveryPoint
from restore.messages.request import (
    OriginalLocation,
    RecoveryPointChoice,
    RestoreDisks,
    RestoreRequest,
)
from restore.start import point_owner
from restore.start.targets import target_of
from restore.start.tiers import offers_of
from restore.values.arm_ids import is_other_subscription, name_of
from restore.values.times import seconds_of

PASSED_OVER_MAX = 20
"""A person reads no more; the counts tell the rest."""

REASONS = {
    "NotTheRequestedPoint": "not the requested one",
    "SoftDeleted": "soft-deleted",
    "NoValidTier": "without a valid tier that is known here",
    "NeedsRehydration": "in the archive only (recoveryPointRehydrationInfo would allow it)",
    "NeedsVaultTier": "without the copy in the vault that this restore needs",
    "ThreatUnHealthy": "with a threat that Azure found (by its id it can be had all the same)",
    "ThreatWarning": "of which Azure warns (by its id it can be had all the same)",
    "TooNew": "made after notAfter",
    "TooOld": "made before notBefore or longer ago than maxAge",
    "ConsistencyTooLow": "less consistent than requested",
    "OtherConsistencyPreferred": "less consistent than preferred",
    "OtherTierPreferred": "not in the preferred tier",
    "OlderThanChosen": "older than the chosen one",
    "Unreadable": "without a name or a time that can be read",
}
_UNREADABLE = "Unreadable"

CONSISTENCIES = ("CrashConsistent", "FileSystemConsistent", "AppConsistent")
_ROUNDING = timedelta(microseconds=1)  # a request's seventh digit is rounded, ARM's is cut off


class Needs(Struct, frozen=True, kw_only=True):
    """What the restore itself demands of a point, beside the request's choice."""

    rehydration_allowed: bool = False
    not_snapshot_only: bool = False
    in_vault_standard: bool = False


def choose_for(
    request: RestoreRequest,
    item: ProtectedItem,
    points: Sequence[RecoveryPoint],
    *,
    now: datetime,
    unreadable: int = 0,
) -> Choice:
    """Choose the point of an item that a request wants and that its restore can use. Raises
    NotFound."""
    wanted = request.recovery_point
    if wanted.id is not None:
        point_owner.require_own(wanted.id, item)
    return choose(points, wanted, now=now, needs=needs_of(request, item), unreadable=unreadable)


def choose(
    points: Sequence[RecoveryPoint],
    choice: RecoveryPointChoice,
    *,
    now: datetime,
    needs: Needs = Needs(),  # noqa: B008 - it is frozen
    unreadable: int = 0,
) -> Choice:
    """Choose a recovery point. Raises NotFound, code NoRestorablePoint. So many more points as
    `unreadable` says are in the list, without a name or a time that can be read."""
    listed = {point.name: point for point in points}  # pages may overlap
    ordered = sorted(listed.values(), key=_newness, reverse=True)
    reasons = {point.name: _reason(point, choice, needs, now) for point in ordered}
    fitting = [point for point in ordered if reasons[point.name] is None]
    if not fitting:
        raise _none_fits(choice, [reason for reason in reasons.values() if reason], unreadable)
    chosen = max(fitting, key=lambda point: _preference(point, choice))  # the newest of equals
    passed = [
        _passed_over(point, reasons[point.name] or _second_to(chosen, point, choice))
        for point in ordered
        if point.name != chosen.name
    ]
    return Choice(
        point=chosen,
        why=_why(chosen, choice, passed) + _more(unreadable),
        considered=len(ordered),
        passed_over=tuple(passed[:PASSED_OVER_MAX]),
        passed_over_counts=dict(
            Counter(each.reason for each in passed) + Counter({_UNREADABLE: unreadable})
        ),
    )


def needs_of(request: RestoreRequest, item: ProtectedItem) -> Needs:
    """Return what a request's target demands: a zone or another subscription needs the vault."""
    rehydration_allowed = request.recovery_point_rehydration_info is not None
    if isinstance(request, OriginalLocation):
        return Needs(rehydration_allowed=rehydration_allowed)
    elsewhere = is_other_subscription(target_of(request), item.vault_id, item.source_resource_id)
    converts = isinstance(request, RestoreDisks) and request.restore_with_managed_disks is True
    return Needs(
        rehydration_allowed=rehydration_allowed,
        not_snapshot_only=elsewhere or converts,
        in_vault_standard=request.zones is not None,
    )


def _reason(
    point: RecoveryPoint, choice: RecoveryPointChoice, needs: Needs, now: datetime
) -> str | None:
    """Return the first reason against a point, None if it fits."""
    offers = offers_of(point.tier)
    oldest = choice.not_before
    if choice.max_age is not None:
        oldest = max(filter(None, (oldest, now - timedelta(seconds=seconds_of(choice.max_age)))))
    against = {
        "NotTheRequestedPoint": choice.id is not None and point.name != name_of(choice.id),
        "SoftDeleted": point.is_soft_deleted,
        "NoValidTier": not offers,
        "NeedsRehydration": offers == {"VaultArchive"} and not needs.rehydration_allowed,
        "NeedsVaultTier": (needs.not_snapshot_only and offers == {"Snapshot"})
        or (needs.in_vault_standard and "VaultStandard" not in offers),
        "ThreatUnHealthy": point.threat_status == "UnHealthy" and choice.id is None,
        "ThreatWarning": point.threat_status == "Warning" and choice.id is None,
        "TooNew": choice.not_after is not None and point.time > choice.not_after,
        "TooOld": oldest is not None and point.time + _ROUNDING < oldest,
        "ConsistencyTooLow": choice.consistency is not None
        and _rank(point.consistency) < _rank(choice.consistency),
    }
    return next((reason for reason, applies in against.items() if applies), None)


def _newness(point: RecoveryPoint) -> tuple[datetime, int, str]:
    return point.time, _rank(point.consistency), point.name


def _rank(consistency: str) -> int:
    """Order consistencies; one that nobody knows is below all others."""
    return CONSISTENCIES.index(consistency) if consistency in CONSISTENCIES else -1


def _offers(point: RecoveryPoint, preferred: str | None) -> bool:
    return preferred is None or preferred == point.tier or preferred in offers_of(point.tier)


def _is_consistent(point: RecoveryPoint, preferred: str | None) -> bool:
    return preferred is None or _rank(point.consistency) >= _rank(preferred)


def _preference(point: RecoveryPoint, choice: RecoveryPointChoice) -> tuple[bool, bool]:
    """Rank a point that fits by what is preferred, what matters more coming first."""
    return _is_consistent(point, choice.preferred_consistency), _offers(point, choice.tier)


def _second_to(chosen: RecoveryPoint, point: RecoveryPoint, choice: RecoveryPointChoice) -> str:
    if _newness(point) < _newness(chosen):
        return "OlderThanChosen"
    preferred = choice.preferred_consistency
    if _is_consistent(chosen, preferred) and not _is_consistent(point, preferred):
        return "OtherConsistencyPreferred"
    return "OtherTierPreferred"


def _passed_over(point: RecoveryPoint, reason: str) -> PassedOver:
    text = f"Recovery point {point.name} was passed over: {REASONS[reason]}."
    return PassedOver(recovery_point=point.name, time=point.time, reason=reason, text=text)


def _why(chosen: RecoveryPoint, choice: RecoveryPointChoice, passed: list[PassedOver]) -> str:
    """Say in one sentence why this point."""
    kind = f"{chosen.consistency or 'unknown consistency'}, {chosen.tier}"
    about = f"Recovery point {chosen.name} of {chosen.time:%Y-%m-%d %H:%M} UTC ({kind})"
    if choice.id is not None:
        return f"{about} is the requested one."
    newer = [each.reason for each in passed if each.time > chosen.time]
    because = "is the newest that can be restored and fits the request"
    if not _is_consistent(chosen, choice.preferred_consistency):
        because += f" (no such point is {choice.preferred_consistency}, which is preferred)"
    if not _offers(chosen, choice.tier):
        because += f" (no such point is in the preferred tier {choice.tier})"
    if not newer:
        return f"{about} {because}."
    were = "1 newer one was" if len(newer) == 1 else f"{len(newer)} newer ones were"
    return f"{about} {because}; {were} passed over: {_counted(newer)}."


def _counted(reasons: list[str]) -> str:
    counts = Counter(reasons).most_common()
    return ", ".join(f"{count} {REASONS[reason]}" for reason, count in counts)


def _more(unreadable: int) -> str:
    are = "1 more is" if unreadable == 1 else f"{unreadable} more are"
    return f" {are} {REASONS[_UNREADABLE]}." if unreadable else ""


def _none_fits(choice: RecoveryPointChoice, reasons: list[str], unreadable: int) -> NotFound:
    """Build the error that says what stood against the points there are."""
    counts = Counter(reasons)
    others = counts.pop("NotTheRequestedPoint", 0) if choice.id is not None else 0
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
