"""Choose a recovery point, and keep the reason for each one passed over.

Every point gets at most one reason, the first that applies. What is left is sorted by us (the
service promises no order): the preferred consistency first, then the preferred tier, then the
newest. Two points of the same time are told apart by consistency, then by name, so that the same
list always gives the same choice. What is said of it stands in choice_texts.py.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from restore.messages.model import Choice, ProtectedItem, RecoveryPoint
from restore.messages.request import RecoveryPointChoice, RestoreRequest
from restore.start import choice_texts, point_owner
from restore.start.data_loss import data_loss
from restore.start.point_requirements import PointRequirements, requirements_of
from restore.start.tiers import offers_of
from restore.values.arm_ids import name_of
from restore.values.times import seconds_of

PASSED_OVER_MAX = 20
"""A person reads no more; the counts tell the rest."""

CONSISTENCIES = ("CrashConsistent", "FileSystemConsistent", "AppConsistent")
_ROUNDING = timedelta(microseconds=1)  # a request's seventh digit is rounded, ARM's is cut off
_DISKS_MISSING = "DisksMissing"


class Judged(NamedTuple):
    """All points, the newest first; the chosen one, if any can be; the reason for each other."""

    ordered: tuple[RecoveryPoint, ...]
    chosen: RecoveryPoint | None
    reasons: dict[str, str]


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
    return choose(
        points,
        wanted,
        now=now,
        requirements=requirements_of(request, item),
        unreadable=unreadable,
        incident_at=request.incident_at,
    )


def choose(
    points: Sequence[RecoveryPoint],
    choice: RecoveryPointChoice,
    *,
    now: datetime,
    requirements: PointRequirements = PointRequirements(),  # noqa: B008 - it is frozen
    unreadable: int = 0,
    incident_at: datetime | None = None,
) -> Choice:
    """Choose a recovery point. Raises NotFound, code NoRestorablePoint. So many more points as
    `unreadable` says are in the list, without a name or a time that can be read."""
    ordered, chosen, reasons = judge(
        points, choice, now=now, requirements=requirements, incident_at=incident_at
    )
    if chosen is None:
        raise choice_texts.none_fits(choice, list(reasons.values()), unreadable)
    others = [point for point in ordered if point.name != chosen.name]
    newer = [reasons[point.name] for point in others if point.time > chosen.time]
    counts = Counter(reasons.values()) + Counter({choice_texts.UNREADABLE: unreadable})
    return Choice(
        point=chosen,
        why=choice_texts.why(chosen, choice, newer, _unmet(chosen, choice), unreadable),
        considered=len(ordered),
        passed_over=tuple(
            choice_texts.passed_over(point, reasons[point.name])
            for point in others[:PASSED_OVER_MAX]
        ),
        passed_over_counts=dict(counts),
        data_loss=data_loss(chosen, incident_at),
    )


def judge(
    points: Sequence[RecoveryPoint],
    choice: RecoveryPointChoice,
    *,
    now: datetime,
    requirements: PointRequirements = PointRequirements(),  # noqa: B008 - it is frozen
    incident_at: datetime | None = None,
) -> Judged:
    """Judge every point. Where disks are what all lack that could else be chosen, one of those is:
    its refusal says which (restore/plan/point_restrictions.py)."""
    listed = {point.name: point for point in points}  # pages may overlap
    ordered = tuple(sorted(listed.values(), key=_newness, reverse=True))
    against = {
        point.name: _reason(point, choice, requirements, incident_at, now) for point in ordered
    }
    fitting = [point for point in ordered if against[point.name] is None]
    if not fitting and _DISKS_MISSING in against.values():
        requirements = requirements.of_any_disks
        return judge(points, choice, now=now, requirements=requirements, incident_at=incident_at)
    chosen = max(fitting, key=lambda point: _preference(point, choice), default=None)  # the newest
    reasons = {
        point.name: against[point.name] or _second_to(chosen, point, choice)
        for point in ordered
        if chosen is not None and point.name != chosen.name
    }
    known = {name: reason for name, reason in against.items() if reason is not None}
    return Judged(ordered, chosen, known if chosen is None else reasons)


def _reason(
    point: RecoveryPoint,
    choice: RecoveryPointChoice,
    requirements: PointRequirements,
    incident_at: datetime | None,
    now: datetime,
) -> str | None:
    """Return the first reason against a point, None if it fits."""
    offers = offers_of(point.tier)
    oldest, latest = choice.not_before, choice.not_after
    if choice.max_age is not None:
        oldest = max(filter(None, (oldest, now - timedelta(seconds=seconds_of(choice.max_age)))))
    before = incident_at if latest is None else None
    is_free = choice.id is None
    against = {
        "NotTheRequestedPoint": not is_free and point.name != name_of(choice.id or ""),
        "SoftDeleted": point.is_soft_deleted,
        "NoValidTier": not offers,
        "NeedsRehydration": offers == {"VaultArchive"} and not requirements.rehydration_allowed,
        "NeedsVaultTier": (requirements.not_snapshot_only and offers == {"Snapshot"})
        or (requirements.in_vault_standard and "VaultStandard" not in offers),
        "ThreatUnHealthy": point.threat_status == "UnHealthy" and is_free,
        "ThreatWarning": point.threat_status == "Warning" and is_free,
        "TooNew": latest is not None and point.time > latest,
        "AfterIncident": before is not None and point.time >= before and is_free,
        "TooOld": oldest is not None and point.time + _ROUNDING < oldest,
        "ConsistencyTooLow": choice.consistency is not None
        and _rank(point.consistency) < _rank(choice.consistency),
        _DISKS_MISSING: is_free and requirements.misses_disks_of(point),
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


def _unmet(chosen: RecoveryPoint, choice: RecoveryPointChoice) -> Iterator[str]:
    """Say what was preferred and no point has."""
    if not _is_consistent(chosen, choice.preferred_consistency):
        yield f"{choice.preferred_consistency}, which is preferred"
    if not _offers(chosen, choice.tier):
        yield f"in the preferred tier {choice.tier}"


def _second_to(
    chosen: RecoveryPoint | None, point: RecoveryPoint, choice: RecoveryPointChoice
) -> str:
    """Return why of two points that fit this one is the second."""
    assert chosen is not None, "one that fits is chosen, or another"
    if point.time < chosen.time:
        return "OlderThanChosen"
    of_point, of_chosen = _preference(point, choice), _preference(chosen, choice)
    if of_point[0] < of_chosen[0]:
        return "OtherConsistencyPreferred"
    if of_point < of_chosen:
        return "OtherTierPreferred"
    is_weaker = _rank(point.consistency) < _rank(chosen.consistency)
    return "WeakerConsistency" if is_weaker else "SameTime"
