"""A scenario: everything that one seed decides, written down before anything happens.

Frozen and printable, so that a failure can be told, kept as a test and run again. How one is
drawn is in drawing.py, how it is run in world.py; what the kinds of fault do, in fault_kinds.py.
"""

from typing import Any, Literal

import msgspec

from restore.messages.attempts import Rung
from restore.messages.poll_policy import PollPolicy
from restore.values.times import text_of

Kind = Literal["RestoreDisks", "OriginalLocation", "AlternateLocation"]
Way = Literal["queue", "http"]
TYPES: tuple[Kind, ...] = ("RestoreDisks", "OriginalLocation", "AlternateLocation")
WAYS: tuple[Way, ...] = ("queue", "http")
End = Literal["Completed", "CompletedWithWarnings", "Failed", "NoJob"]


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all parts of a scenario have in common."""


class Points(_Part, frozen=True, kw_only=True):
    """A VM's recovery points: so many, and what is odd about some of them."""

    count: int = 3
    spacing_s: float = 86_400
    """0: all of the same time."""
    ties: bool = False
    """Two and two of the same time."""
    newer_s: float | None = None
    """When one more is taken."""
    expire: int = 0
    """So many are gone right before the first POST for each of them arrives."""
    odd: tuple[str, ...] = ()
    """For the newest and on: "deleted", "disabled", "archived", "rehydrated", "crash", "plain"."""


class Machine(_Part, frozen=True, kw_only=True):
    """One VM, its backups, and how its restores go."""

    name: str
    group: str = "rg-app"
    vault: int = 0
    exists: bool = True
    protected: bool = True
    points: Points = Points()
    job_s: float = 60
    end: End = "Completed"
    refused: Literal["", "early", "late", "operation"] = ""
    """How a new VM is refused for its size: by the job, before or after it has brought the data, or
    by the operation; "": it is not."""
    boot_s: float = 15
    agent_s: float = 45
    answers_s: float = 60
    """From the end of a job: until the VM runs, its agent is ready, and probes are answered."""
    quotes: str = ""
    """The form of secrets (tests/fakes/secrets.py) that Azure's texts quote; "": of none."""


class Ask(_Part, frozen=True, kw_only=True):
    """Somebody sends a request, perhaps one that was sent before."""

    at_s: float
    way: Way = "queue"
    request_id: str
    machine: int = 0
    kind: Kind = "RestoreDisks"
    names_vault: bool = True
    deadline: str | None = None
    changed: bool = False
    """The same id with a changed body."""
    broken: bool = False
    """Not a request at all."""
    in_header: bool = False
    """By HTTP: the id is in the header Idempotency-Key."""
    waits: bool = True
    """By HTTP: for the checks, as the app does unless told otherwise."""
    base64: bool = False
    who: str | None = None
    """By HTTP: who asks, as App Service authentication knows them."""
    plan_only: bool = False
    verify: str = ""
    """What is looked at afterwards (tests/simulation/verifying.py)."""
    adopts: bool = False
    """By HTTP: it was begun elsewhere before, and is only to be followed."""

    @property
    def job_id(self) -> str:
        """The job that is adopted."""
        return self.request_id.removeprefix("adopted-")

    @property
    def is_no_restore(self) -> bool:
        """Whether nothing is restored for it."""
        return self.broken or self.plan_only


class Cancel(_Part, frozen=True, kw_only=True):
    """Somebody cancels a request by HTTP."""

    at_s: float
    request_id: str


class Decision(_Part, frozen=True, kw_only=True):
    """Somebody approves or refuses a restore by HTTP."""

    at_s: float
    request_id: str
    approves: bool = True
    who: str | None = None


class AlertSent(_Part, frozen=True, kw_only=True):
    """An alerting system sends an alert, perhaps one that it sent before."""

    at_s: float
    name: str = "a1"
    machines: tuple[int, ...] = (0,)
    fired_s: float = 0
    """When the incident began; it may be before the run."""
    state: str = "Fired"
    way: Way = "http"


class AlertRule(_Part, frozen=True, kw_only=True):
    """The one rule for alerts, in a few words."""

    per_hour: int = 2
    quiet_s: float = 0
    hold_for_s: float = 1800


class HoldDecided(_Part, frozen=True, kw_only=True):
    """Somebody decides about what is held of these machines, as soon as something is."""

    at_s: float
    approves: bool = True
    machines: tuple[int, ...] = (0,)


class Switched(_Part, frozen=True, kw_only=True):
    """Somebody stops all restores of alerts, or lets them go on."""

    at_s: float
    stops: bool


class PolicyOutline(_Part, frozen=True, kw_only=True):
    """What the app's policy allows, in a few words."""

    kinds: tuple[Kind, ...] = TYPES
    ways: tuple[Way, ...] = WAYS
    """By which requests may come."""
    without: tuple[int, ...] = ()
    """Machines that no rule is for."""
    with_approval: tuple[Kind, ...] = ()
    within: str = "PT4H"
    at_once: int = 1000
    per_day: int = 1000
    for_people: int = 0
    fallback: tuple[Rung, ...] = ()
    tightened_s: float | None = None
    """From then on nothing is allowed any more."""


class PlannedFault(_Part, frozen=True, kw_only=True):
    """Something that goes wrong: at the places of its kind, the (after+1)-th and on, `times` times,
    in the time from `from_s` until `until_s`."""

    kind: str
    where: str = ""
    """Only at places whose text contains this."""
    after: int = 0
    times: int = 1
    from_s: float = 0
    until_s: float = msgspec.field(default=float("1e9"))
    value: float = 0
    """Seconds, a status or a size, as the kind has it."""


class ToldReceiver(_Part, frozen=True, kw_only=True):
    """Somebody who is told of everything, and takes nothing for a while."""

    name: str
    from_s: float = 0
    until_s: float = 0
    mood: Literal["away", "fails", "refuses", "redirects"] = "away"


class Vaults(_Part, frozen=True, kw_only=True):
    """How Azure is, all the time."""

    count: int = 1
    skew_s: float = 0
    list_lag_s: float = 0
    job_lag_s: float = 0
    operation_s: float = 1
    url_life_s: float | None = None
    page_size: int = 200
    order: Literal["newest_first", "oldest_first", "shuffled"] = "newest_first"
    retry_after_s: int | None = None
    names_alone: bool = False
    """Job lists leave out the container, and tell a VM by its name alone."""
    quota: int | None = None
    """Job reads per hour; None is not enforced."""


class Scenario(_Part, frozen=True, kw_only=True):
    """Everything that a seed decides. After `rain_s` nothing goes wrong any more."""

    seed: int = 0
    machines: tuple[Machine, ...] = (Machine(name="web-01"),)
    vaults: Vaults = Vaults()
    poll_policy: PollPolicy = PollPolicy()
    asks: tuple[Ask, ...] = ()
    cancels: tuple[Cancel, ...] = ()
    policy_outline: PolicyOutline = PolicyOutline()
    decisions: tuple[Decision, ...] = ()
    alerts: tuple[AlertSent, ...] = ()
    alert_rule: AlertRule = AlertRule()
    hold_decisions: tuple[HoldDecided, ...] = ()
    switches: tuple[Switched, ...] = ()
    faults: tuple[PlannedFault, ...] = ()
    faults_until_s: float = 1e9
    lease_s: float = 300
    reconcile_s: float = 0
    """The period of the reconciler; 0: it looks when something is left, and not before."""
    receivers: tuple[ToldReceiver, ...] = ()
    """Of notifications; without any nobody is told."""
    two_builds: bool = False
    """Another build of the app runs, too, and has a reconciler of its own."""


def tell(scenario: Scenario) -> list[str]:
    """Tell a scenario in sentences."""
    lines = [f"seed {scenario.seed}: {_vaults(scenario.vaults)}"]
    lines += [f"  {_machine(machine)}" for machine in scenario.machines]
    lines += (
        []
        if scenario.policy_outline == PolicyOutline()
        else [f"  policy: {_known(scenario.policy_outline)}"]
    )
    lines += [f"  {_when(ask.at_s)}: {_ask(ask, scenario)}" for ask in scenario.asks]
    lines += [f"  {_when(each.at_s)}: {_decision(each)}" for each in scenario.decisions]
    lines += [f"  {_when(each.at_s)}: {each.request_id} is cancelled" for each in scenario.cancels]
    lines += [f"  {_when(each.at_s)}: alert {_known(each)}" for each in scenario.alerts]
    lines += [f"  rule for alerts: {_known(scenario.alert_rule)}"] if scenario.alerts else []
    lines += [f"  {_when(each.at_s)}: of held {_known(each)}" for each in scenario.hold_decisions]
    lines += [f"  {_when(each.at_s)}: switch {_known(each)}" for each in scenario.switches]
    lines += [f"  fault: {_fault(fault)}" for fault in scenario.faults]
    lines += [
        f"  {each.name} is told; {each.mood} from {_when(each.from_s)} until {_when(each.until_s)}"
        for each in scenario.receivers
    ]
    return [*lines, f"  after {text_of(scenario.faults_until_s)} nothing goes wrong any more"]


def _vaults(vaults: Vaults) -> str:
    known = _known(vaults)
    known.pop("count", None)
    return f"{vaults.count} vault(s) {known or ''}"


def _known(part: _Part) -> dict[str, Any]:
    """What is not as usual."""
    known: dict[str, Any] = msgspec.to_builtins(part)
    return known


def _decision(decision: Decision) -> str:
    word = "approves" if decision.approves else "refuses"
    return f"{decision.who or 'somebody'} {word} {decision.request_id}"


def _machine(machine: Machine) -> str:
    points = machine.points
    odd = f", the newest {', '.join(points.odd)}" if points.odd else ""
    state = "" if machine.exists else ", deleted"
    state += "" if machine.protected else ", without backup"
    odd += f", one more {_when(points.newer_s)}" if points.newer_s is not None else ""
    odd += f", {points.expire} of them expire" if points.expire else ""
    refused = f", new VMs are refused {machine.refused}" if machine.refused else ""
    return (
        f"{machine.group}/{machine.name} in vault {machine.vault}{state}: "
        f"{machine.points.count} points{odd}; "
        f"jobs take {text_of(machine.job_s)} and end {machine.end}{refused}"
    )


def _ask(ask: Ask, scenario: Scenario) -> str:
    how = (
        ["changed"] * ask.changed
        + ["plan only"] * ask.plan_only
        + ["broken"] * ask.broken
        + ["begun elsewhere"] * ask.adopts
        + ["waiting"] * ask.waits
    )
    how += [f"to verify: {ask.verify}"] if ask.verify else []
    name = scenario.machines[ask.machine].name
    who = f" for {ask.who}" if ask.who else ""
    return f"{ask.way} asks {ask.request_id}{who}: {ask.kind} of {name} {' '.join(how)}".rstrip()


def _fault(fault: PlannedFault) -> str:
    place = f" at {fault.where!r}" if fault.where else ""
    number = f", number {fault.after + 1}"
    number += f" to {fault.after + fault.times}" if fault.times > 1 else ""
    value = f" ({fault.value:g})" if fault.value else ""
    span = "" if fault.until_s > 1e8 else f", until {_when(fault.until_s)}"
    return f"{fault.kind}{value}{place}{number}, from {_when(fault.from_s)}{span}"


def _when(at_s: float) -> str:
    return f"+{text_of(at_s)}"
