"""Choose a recovery point, and keep the reason for each one passed over.

Every point gets at most one reason, the first that applies. What is left is sorted by us (the
service promises no order): the preferred tier first, then the newest. Two points of the same time
are told apart by consistency, then by name, so that the same list always gives the same choice.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from restore.messages.errors import NotFound
from restore.messages.model import Choice, PassedOver, RecoveryPoint
from restore.messages.request import (
    OriginalLocation,
    RecoveryPointChoice,
    RestoreDisks,
    RestoreRequest,
)
from restore.values.arm_ids import name_of, subscription_of
from restore.values.times import seconds_of

PASSED_OVER_MAX = 20

REASONS = {
    "NotTheRequestedPoint": "not the requested one",
    "SoftDeleted": "soft-deleted",
    "NoValidTier": "without a valid tier",
    "NeedsRehydration": "in the archive only (add recoveryPointRehydrationInfo to use it)",
    "NeedsVaultTier": "without a copy in the vault, which this restore needs",
    "ThreatUnHealthy": "with a threat that Azure found (name its id to restore it anyway)",
    "TooNew": "made after notAfter",
    "TooOld": "made before notBefore or longer ago than maxAge",
    "ConsistencyTooLow": "less consistent than requested",
    "OtherTierPreferred": "not in the preferred tier",
    "OlderThanChosen": "older than the chosen one",
}

CONSISTENCIES = ("CrashConsistent", "FileSystemConsistent", "AppConsistent")
_OFFERS = {
    "Snapshot": {"Snapshot"},
    "VaultStandard": {"VaultStandard"},
    "VaultStandardRehydrated": {"VaultStandard"},
    "SnapshotAndVaultStandard": {"Snapshot", "VaultStandard"},
    "SnapshotAndVaultArchive": {"Snapshot", "VaultArchive"},
    "VaultArchive": {"VaultArchive"},
}
_TYPES = ("Invalid", "InstantRP", "HardenedRP", "ArchivedRP")
_STATUSES = ("Invalid", "Valid", "Disabled", "Deleted", "Rehydrated")
_ROUNDING = timedelta(microseconds=1)  # a request's seventh digit is rounded, ARM's is cut off


class Needs(Struct, frozen=True, kw_only=True):
    """What the restore itself demands of a point, beside the request's choice."""

    rehydration_allowed: bool = False
    not_snapshot_only: bool = False
    in_vault_standard: bool = False


def choose_for(
    request: RestoreRequest, points: Sequence[RecoveryPoint], *, now: datetime
) -> Choice:
    """Choose the point that a request wants and that its restore can use. Raises NotFound."""
    return choose(points, request.recovery_point, now=now, needs=needs_of(request))


def choose(
    points: Sequence[RecoveryPoint],
    choice: RecoveryPointChoice,
    *,
    now: datetime,
    needs: Needs = Needs(),  # noqa: B008 - it is frozen
) -> Choice:
    """Choose a recovery point. Raises NotFound, code NoRestorablePoint."""
    listed = {point.name: point for point in points}  # pages may overlap
    ordered = sorted(listed.values(), key=_newness, reverse=True)
    reasons = {point.name: _reason(point, choice, needs, now) for point in ordered}
    fitting = [point for point in ordered if reasons[point.name] is None]
    if not fitting:
        raise _none_fits(choice, [reason for reason in reasons.values() if reason])
    chosen = next((point for point in fitting if _offers(point, choice.tier)), fitting[0])
    passed = [
        _passed_over(point, reasons[point.name] or _second_to(chosen, point))
        for point in ordered
        if point.name != chosen.name
    ]
    return Choice(
        point=chosen,
        why=_why(chosen, choice, passed),
        considered=len(ordered),
        passed_over=tuple(passed[:PASSED_OVER_MAX]),
        passed_over_counts=dict(Counter(each.reason for each in passed)),
    )


def needs_of(request: RestoreRequest) -> Needs:
    """Return what a request's target demands: a zone or another subscription needs the vault."""
    rehydration_allowed = request.recovery_point_rehydration_info is not None
    if isinstance(request, OriginalLocation):
        return Needs(rehydration_allowed=rehydration_allowed)
    target, source = request.target_resource_group_id, request.source_resource_id
    elsewhere = target is not None and subscription_of(target) != subscription_of(source)
    converts = isinstance(request, RestoreDisks) and request.restore_with_managed_disks is True
    return Needs(
        rehydration_allowed=rehydration_allowed,
        not_snapshot_only=elsewhere or converts,
        in_vault_standard=request.zones is not None,
    )


def usable_tier(details: Sequence[Mapping[str, Any]] | None) -> str | None:
    """Name the tier to restore from, None for none. Reads numbers and names alike."""
    status = {
        _named(detail.get("type"), _TYPES): _named(detail.get("status"), _STATUSES)
        for detail in details or ()
    }
    instant, hardened, archived = (status.get(tier) == "Valid" for tier in _TYPES[1:])
    if status.get("ArchivedRP") == "Rehydrated" or (hardened and archived):
        return "VaultStandardRehydrated"
    return {
        (True, True, False): "SnapshotAndVaultStandard",
        (True, False, True): "SnapshotAndVaultArchive",
        (False, False, True): "VaultArchive",
        (True, False, False): "Snapshot",
        (False, True, False): "VaultStandard",
    }.get((instant, hardened, archived))


def _named(value: object, names: Sequence[str]) -> str:
    if isinstance(value, int) and 0 <= value < len(names):
        return names[value]
    return str(value)


def _reason(
    point: RecoveryPoint, choice: RecoveryPointChoice, needs: Needs, now: datetime
) -> str | None:
    """Return the first reason against a point, None if it fits."""
    offers = _OFFERS.get(point.tier or "", set())
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
    return preferred is None or preferred == point.tier or preferred in _OFFERS[point.tier or ""]


def _second_to(chosen: RecoveryPoint, point: RecoveryPoint) -> str:
    return "OlderThanChosen" if _newness(point) < _newness(chosen) else "OtherTierPreferred"


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
    if not _offers(chosen, choice.tier):
        because += f" (no such point is in the preferred tier {choice.tier})"
    if not newer:
        return f"{about} {because}."
    were = "1 newer one was" if len(newer) == 1 else f"{len(newer)} newer ones were"
    return f"{about} {because}; {were} passed over: {_counted(newer)}."


def _counted(reasons: list[str]) -> str:
    counts = Counter(reasons).most_common()
    return ", ".join(f"{count} {REASONS[reason]}" for reason, count in counts)


def _none_fits(choice: RecoveryPointChoice, reasons: list[str]) -> NotFound:
    """Build the error that says what stood against the points there are."""
    counts = Counter(reasons)
    others = counts.pop("NotTheRequestedPoint", 0) if choice.id is not None else 0
    details = [f"{count} {reason}: {REASONS[reason]}" for reason, count in counts.most_common()]
    if counts and choice.id is not None:
        message = f"The requested recovery point is {REASONS[next(iter(counts))]}."
    elif choice.id is not None:
        message = f"The item does not have the requested recovery point. Other points: {others}."
    elif not reasons:
        message = "The protected item has no recovery points."
    else:
        message = f"None of the {len(reasons)} recovery points can be used: {_counted(reasons)}."
    return NotFound(message, code="NoRestorablePoint", details=details)
