"""What chance alone would draw together too seldom: what belongs together is drawn together, into
a scenario that is drawn already.
"""

import random

import msgspec

from storage import item_lock
from storage.connection import EVENT_S_MAX
from tests.simulation.scenario import Ask, Machine, PlannedFault, PolicyOutline, Scenario

_HOUR = 3600.0


def draw(dice: random.Random, scenario: Scenario) -> Scenario:
    """Put these combinations into a few scenarios each."""
    for chance, combine in _COMBINATIONS:
        if dice.random() < chance:
            scenario = combine(dice, scenario)
    return scenario


def overtaken(dice: random.Random, scenario: Scenario) -> Scenario:
    """Whoever is about to send sleeps until it has lost its turn, and another one has taken it,
    and perhaps has sent."""
    first, rest = scenario.asks[0], scenario.asks[1:]
    machine = scenario.machines[first.machine]
    plain = Machine(name=machine.name, vault=machine.vault, job_s=machine.job_s)
    later_s = round(first.at_s + item_lock.LOCK_S_MAX + dice.uniform(5, 60), 3)
    other = msgspec.structs.replace(first, at_s=later_s, request_id="overtaking")
    asleep = PlannedFault(
        kind="asleep",
        where="trigger_restore: GET jobs",
        after=1,
        value=round(item_lock.LOCK_S_MAX + dice.uniform(10, 150), 1),
    )
    return msgspec.structs.replace(
        scenario,
        machines=tuple(plain if each is machine else each for each in scenario.machines),
        policy_outline=PolicyOutline(),
        decisions=(),
        asks=(first, *rest, other),
        faults=(*scenario.faults, asleep),
    )


def away(dice: random.Random, scenario: Scenario) -> Scenario:
    """Azure cannot be reached for hours: before anything is sent, or while a job runs."""
    from_s = dice.choice((0.0, dice.uniform(0, 300)))
    until_s = from_s + dice.uniform(1, 3) * _HOUR
    gone = PlannedFault(kind="not_connected", times=9999, from_s=from_s, until_s=until_s)
    return _with_fault(scenario, gone)


def unheard(dice: random.Random, scenario: Scenario) -> Scenario:
    """The queue of events alone is refused, for the app has lost its right to it."""
    from_s = dice.choice((0.0, dice.uniform(0, 120)))
    until_s = from_s + dice.uniform(0.1, 1) * 3 * _HOUR
    waits_s = dice.choice((0.0, EVENT_S_MAX))
    refused = PlannedFault(
        kind="events_refused", times=9999, from_s=from_s, until_s=until_s, value=waits_s
    )
    return _with_fault(scenario, refused)


def hurried(dice: random.Random, scenario: Scenario) -> Scenario:
    """Deadlines of seconds: over before the job is, or before it is known."""
    deadline = dice.choice(("PT10S", "PT20S", "PT45S"))
    return msgspec.structs.replace(
        scenario,
        asks=tuple(msgspec.structs.replace(each, deadline=deadline) for each in scenario.asks),
    )


def outlived(dice: random.Random, scenario: Scenario) -> Scenario:
    """A job runs on after the deadline of its restore, while another waits for the only slot."""
    first = scenario.asks[0]
    machine = scenario.machines[first.machine]
    plain = Machine(name=machine.name, vault=machine.vault, job_s=round(dice.uniform(1, 3) * _HOUR))
    other = msgspec.structs.replace(
        first, at_s=first.at_s + 5, request_id="waiting", deadline="PT12H"
    )
    return msgspec.structs.replace(
        scenario,
        machines=tuple(plain if each is machine else each for each in scenario.machines),
        policy_outline=PolicyOutline(at_once=1),
        decisions=(),
        asks=(
            *(
                msgspec.structs.replace(each, deadline="PT5M")
                if each.request_id == first.request_id
                else each
                for each in scenario.asks
            ),
            other,
        ),
    )


def nameless(dice: random.Random, scenario: Scenario) -> Scenario:
    """Job lists name VMs by their names alone; two VMs in one vault may have the same."""
    first, *others = scenario.machines
    asks, faults = scenario.asks, scenario.faults
    if others:
        others[0] = msgspec.structs.replace(
            others[0], name=first.name, vault=first.vault, group="rg-other"
        )
        if dice.random() < 0.5:  # a POST that never arrived, while the namesake's job begins
            at_s = asks[0].at_s
            asks = tuple(_at(each, at_s + dice.uniform(0, 5)) for each in asks)
            lost = PlannedFault(
                kind="reset_before", where="POST restore", times=dice.choice((1, 3))
            )
            faults = (*faults, lost)
    return msgspec.structs.replace(
        scenario,
        machines=(first, *others),
        asks=asks,
        faults=faults,
        vaults=msgspec.structs.replace(scenario.vaults, names_alone=True),
    )


def _at(ask: Ask, at_s: float) -> Ask:
    """Those who ask for the first two VMs do so at nearly the same time."""
    return msgspec.structs.replace(ask, at_s=round(at_s, 3)) if ask.machine < 2 else ask


def _with_fault(scenario: Scenario, fault: PlannedFault) -> Scenario:
    """It goes on for as long as the fault lasts, and no other does that did not before."""
    return msgspec.structs.replace(
        scenario,
        faults=(
            *(
                msgspec.structs.replace(each, until_s=min(each.until_s, scenario.faults_until_s))
                for each in scenario.faults
            ),
            fault,
        ),
        faults_until_s=max(scenario.faults_until_s, fault.until_s),
    )


_COMBINATIONS = (
    (0.06, overtaken),
    (0.02, away),
    (0.03, unheard),
    (0.03, hurried),
    (0.04, outlived),
    (0.05, nameless),
)
