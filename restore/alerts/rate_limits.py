"""How much of what the rules want is begun: one restore per alert, a quiet period per VM, so many
per rule and hour, and of the rest nothing until a person decides.

Two kinds of documents are kept, each changed by conditional writes (storage/alert_usage.py): one
per rule, of what it has begun in the last hour and what is held, and one per VM, of the alert that
had it restored last. What is decided is a pure function of them, so a run that was cut short is
repeated without counting anything twice.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from restore.alerts.decision import AlertDecision
from restore.alerts.restore_rules import RestoreRule
from restore.values.arm_ids import same as same_id
from restore.values.structs import Model
from restore.values.times import seconds_of, stamp

HOUR = timedelta(hours=1)
HELD_MAX = 1_000
"""Of one rule: as many VMs as a vault protects."""


Refusal = Literal["HoldRefused", "HoldExpired"]


class Begun(Model, frozen=True, kw_only=True):
    """A restore that a rule has begun."""

    request_id: str
    at: datetime
    alert_id: str
    """The alert, or the decision, in whose record it stands."""


class Hold(Model, frozen=True, kw_only=True):
    """What of a rule waits for one decision of a person."""

    since: datetime
    until: datetime
    alert_id: str
    """The alert that was the first to be held, in the alert list."""
    held: tuple[AlertDecision, ...] = ()
    is_told: bool = False
    """People were told that they must decide."""


class Leaving(Model, frozen=True, kw_only=True):
    """What was decided of a hold, until the decision's own record tells it."""

    alert_id: str
    """Of the decision, in the alert list."""
    held: tuple[AlertDecision, ...]
    is_released: bool


class RuleUsage(Model, frozen=True, kw_only=True):
    """What one rule has begun in the last hour, and what is held of it."""

    begun: tuple[Begun, ...] = ()
    hold: Hold | None = None
    leaving: tuple[Leaving, ...] = ()


class VmUsage(Model, frozen=True, kw_only=True):
    """The alert that a VM was restored for last, or is held for."""

    vm: str
    rule: str
    request_id: str
    at: datetime
    refused: Refusal | None = None
    """Why it was not restored after all: HoldRefused or HoldExpired."""


def against(
    vm: VmUsage | None, rule: RestoreRule, wanted: AlertDecision, now: datetime
) -> AlertDecision | None:
    """Return the decision that a VM's last alert makes; None: nothing stands in the way."""
    if vm is None:
        return None
    if vm.request_id == wanted.request_id:
        return None if vm.refused is None else refused(wanted, vm.refused)
    quiet_until = vm.at + timedelta(seconds=seconds_of(rule.quiet_period))
    if now >= quiet_until:
        return None
    said = (
        f"The rule {vm.rule!r} took this VM at {stamp(vm.at)} for another alert "
        f"({vm.request_id}). It has quiet until {stamp(quiet_until)}."
    )
    return replace(wanted, outcome="refused", code="QuietPeriod", text=said)


def repeated(wanted: AlertDecision) -> AlertDecision:
    """Return the decision about an alert that came before."""
    said = "The same alert came before. Look what became of its restore."
    return replace(wanted, outcome="repeated", code="AlertKnown", text=said)


def refused(held: AlertDecision, code: Refusal, by: str | None = None) -> AlertDecision:
    """Return the decision about what was held and is not let go."""
    said = (
        "It was held, and nobody let it go in time."
        if code == "HoldExpired"
        else f"It was held, and {by or 'somebody'} refused it."
    )
    return replace(held, outcome="refused", code=code, text=said, released_by=by)


def admit(
    usage: RuleUsage,
    rule: RestoreRule,
    wanted: Sequence[AlertDecision],
    now: datetime,
    alert_id: str,
    hold_for_s: float,
) -> tuple[RuleUsage, tuple[AlertDecision, ...]]:
    """Return what a rule has begun and holds from now on, and what becomes of each that it wants.
    The hold that is open has not expired: who calls has ended it (activities/alert_releases.py)."""
    usage = replace(usage, begun=tuple(each for each in usage.begun if now - each.at < HOUR))
    decided: list[AlertDecision] = []
    for each in wanted:
        usage, decision = _one(usage, rule, each, now, alert_id, hold_for_s)
        decided.append(decision)
    return usage, tuple(decided)


def expired(usage: RuleUsage, now: datetime) -> bool:
    """Whether nobody has decided in time about what is held."""
    return usage.hold is not None and now >= usage.hold.until


def decided(
    usage: RuleUsage,
    alert_id: str,
    request_ids: Collection[str],
    now: datetime,
    *,
    released: bool,
    stays: bool = False,
) -> tuple[RuleUsage, Leaving]:
    """Return a rule without what was decided of its hold, and what that was; the rest stays held,
    or all of it. What was released counts as begun. Of the same decision always the same, until
    `told`."""
    known = next((each for each in usage.leaving if each.alert_id == alert_id), None)
    if known is not None:
        return usage, known
    held = usage.hold.held if usage.hold else ()
    taken = tuple(each for each in held if each.request_id in request_ids)
    leaving = Leaving(alert_id=alert_id, held=taken, is_released=released)
    if usage.hold is None or not taken or stays:
        return usage, leaving
    ids = {each.request_id for each in taken if each.request_id}
    begun = tuple(
        Begun(request_id=each, at=now, alert_id=alert_id) for each in sorted(ids) if released
    )
    rest = tuple(each for each in held if each.request_id not in ids)
    hold = replace(usage.hold, held=rest) if rest else None
    after = RuleUsage(begun=usage.begun + begun, hold=hold, leaving=(*usage.leaving, leaving))
    return after, leaving


def asked(usage: RuleUsage, hold: Hold) -> RuleUsage:
    """Return a rule of whose hold people were told."""
    if usage.hold is None or usage.hold.alert_id != hold.alert_id:
        return usage  # somebody has decided meanwhile
    return replace(usage, hold=replace(usage.hold, is_told=True))


def told(usage: RuleUsage, alert_id: str) -> RuleUsage:
    """Return a rule that need not remember a decision any more: its record tells it."""
    return replace(
        usage, leaving=tuple(each for each in usage.leaving if each.alert_id != alert_id)
    )


def _one(
    usage: RuleUsage,
    rule: RestoreRule,
    wanted: AlertDecision,
    now: datetime,
    alert_id: str,
    hold_for_s: float,
) -> tuple[RuleUsage, AlertDecision]:
    assert wanted.request_id is not None, "what is wanted has an id"
    before = next((each for each in usage.begun if each.request_id == wanted.request_id), None)
    if before is not None:  # by a run that was cut short, or by another delivery
        return usage, wanted if before.alert_id == alert_id else repeated(wanted)
    if any(each.request_id == wanted.request_id for one in usage.leaving for each in one.held):
        return usage, refused(wanted, "HoldRefused")
    if usage.hold is None and len(usage.begun) < rule.restores_per_hour:
        begun = Begun(request_id=wanted.request_id, at=now, alert_id=alert_id)
        return replace(usage, begun=(*usage.begun, begun)), wanted
    until = now + timedelta(seconds=hold_for_s)
    hold = usage.hold or Hold(since=now, until=until, alert_id=alert_id)
    held = replace(wanted, outcome="held", code="RuleLimitReached", text=_held_text(rule, hold))
    if any(each.request_id == wanted.request_id for each in hold.held):
        return usage, held
    same = next((each for each in hold.held if same_id(each.vm_id, wanted.vm_id)), None)
    if same is not None:
        said = f"{held.text} This VM is held for {same.request_id} already."
        return usage, replace(held, text=said, request_id=same.request_id, request=same.request)
    if len(hold.held) >= HELD_MAX:
        said = f"{HELD_MAX} VMs are held of the rule {rule.name!r}. The app holds no more."
        return usage, replace(wanted, outcome="refused", code="HoldFull", text=said)
    return replace(usage, hold=replace(hold, held=(*hold.held, held))), held


def _held_text(rule: RestoreRule, hold: Hold) -> str:
    return (
        f"The rule {rule.name!r} restores {rule.restores_per_hour} VMs an hour. A person must "
        f"decide about the others until {stamp(hold.until)}."
    )
