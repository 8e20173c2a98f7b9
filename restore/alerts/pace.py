"""How much of what the rules want is begun: one restore per alert, a quiet period per VM, so many
per rule and hour, and of the rest nothing until a person decides.

Two kinds of documents are kept, each changed by conditional writes (storage/alert_pace.py): one per
rule, of what it has begun in the last hour and what is held, and one per VM, of the alert that had
it restored last. What is decided is a pure function of them, so a run that was cut short is
repeated without counting anything twice.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from restore.alerts.decision import Decision
from restore.alerts.runbook import RunbookRule
from restore.values.arm_ids import same as same_id
from restore.values.structs import Model
from restore.values.times import seconds_of, stamp

HOUR = timedelta(hours=1)
HELD_MAX = 1_000
"""Of one rule: as many VMs as a vault protects."""


class Begun(Model, frozen=True, kw_only=True):
    """A restore that a rule has begun."""

    request_id: str
    at: datetime


class Hold(Model, frozen=True, kw_only=True):
    """What of a rule waits for one decision of a person."""

    since: datetime
    until: datetime
    alert_id: str
    """The alert that was the first to be held, in the alert list."""
    held: tuple[Decision, ...] = ()


class RulePace(Model, frozen=True, kw_only=True):
    """What one rule has begun in the last hour, and what is held of it."""

    begun: tuple[Begun, ...] = ()
    hold: Hold | None = None


class VmPace(Model, frozen=True, kw_only=True):
    """The alert that a VM was restored for last, or is held for."""

    vm: str
    rule: str
    request_id: str
    at: datetime
    refused: str | None = None
    """Why it was not restored after all: HoldRefused or HoldExpired."""


def against(
    vm: VmPace | None, rule: RunbookRule, wanted: Decision, now: datetime
) -> Decision | None:
    """Return the decision that a VM's last alert makes; None: nothing stands in the way."""
    if vm is None:
        return None
    if vm.request_id == wanted.request_id:
        if vm.refused is None:
            return None
        return replace(
            wanted, outcome="refused", code=vm.refused, text="It was held, and nobody let it go."
        )
    quiet_until = vm.at + timedelta(seconds=seconds_of(rule.quiet_period))
    if now >= quiet_until:
        return None
    said = (
        f"The rule {vm.rule!r} took this VM at {stamp(vm.at)} for another alert "
        f"({vm.request_id}). It has quiet until {stamp(quiet_until)}."
    )
    return replace(wanted, outcome="refused", code="QuietPeriod", text=said)


def admit(
    pace: RulePace,
    rule: RunbookRule,
    wanted: Sequence[Decision],
    now: datetime,
    alert_id: str,
    hold_for_s: float,
) -> tuple[RulePace, tuple[Decision, ...]]:
    """Return what a rule has begun and holds from now on, and what becomes of each that it wants.
    The hold that is open has not expired: see `expired`."""
    pace = replace(pace, begun=tuple(each for each in pace.begun if now - each.at < HOUR))
    decided: list[Decision] = []
    for each in wanted:
        pace, decision = _one(pace, rule, each, now, alert_id, hold_for_s)
        decided.append(decision)
    return pace, tuple(decided)


def expired(pace: RulePace, now: datetime) -> bool:
    """Whether nobody has decided in time about what is held."""
    return pace.hold is not None and now >= pace.hold.until


def closed(
    pace: RulePace, request_ids: Collection[str], now: datetime, *, are_released: bool
) -> RulePace:
    """Return a rule without what was decided of its hold; the rest stays held. What was released
    counts as begun."""
    if pace.hold is None:
        return pace
    ids = [each.request_id for each in pace.hold.held if each.request_id in request_ids]
    begun = tuple(Begun(request_id=each, at=now) for each in ids if each and are_released)
    rest = tuple(each for each in pace.hold.held if each.request_id not in request_ids)
    hold = replace(pace.hold, held=rest) if rest else None
    return RulePace(begun=pace.begun + begun, hold=hold)


def _one(
    pace: RulePace,
    rule: RunbookRule,
    wanted: Decision,
    now: datetime,
    alert_id: str,
    hold_for_s: float,
) -> tuple[RulePace, Decision]:
    assert wanted.request_id is not None, "what is wanted has an id"
    if any(each.request_id == wanted.request_id for each in pace.begun):
        return pace, wanted  # a run that was cut short has counted it
    if pace.hold is None and len(pace.begun) < rule.restores_per_hour:
        begun = Begun(request_id=wanted.request_id, at=now)
        return replace(pace, begun=(*pace.begun, begun)), wanted
    until = now + timedelta(seconds=hold_for_s)
    hold = pace.hold or Hold(since=now, until=until, alert_id=alert_id)
    held = replace(wanted, outcome="held", code="RuleLimitReached", text=_held_text(rule, hold))
    if any(each.request_id == wanted.request_id for each in hold.held):
        return pace, held
    same = next((each for each in hold.held if same_id(each.vm_id, wanted.vm_id)), None)
    if same is not None:
        said = f"{held.text} This VM is held for {same.request_id} already."
        return pace, replace(held, text=said, request_id=same.request_id, request=same.request)
    if len(hold.held) >= HELD_MAX:
        said = f"{HELD_MAX} VMs are held of the rule {rule.name!r}. The app holds no more."
        return pace, replace(wanted, outcome="refused", code="HoldFull", text=said)
    return replace(pace, hold=replace(hold, held=(*hold.held, held))), held


def _held_text(rule: RunbookRule, hold: Hold) -> str:
    return (
        f"The rule {rule.name!r} restores {rule.restores_per_hour} VMs an hour. A person must "
        f"decide about the others until {stamp(hold.until)}."
    )
