"""Stories that chance alone would tell too seldom: what belongs together is drawn together, into a
scenario that is drawn already.
"""

import random

import msgspec

from storage import turns
from tests.simulation.story import Machine, Permits, Scenario, Trouble


def draw(dice: random.Random, scenario: Scenario) -> Scenario:
    """Put one of these stories into one in a dozen scenarios."""
    return overtaken(dice, scenario) if dice.random() < 0.08 else scenario


def overtaken(dice: random.Random, scenario: Scenario) -> Scenario:
    """Whoever is cleared to send sleeps until it has lost its turn, and another one has taken it,
    and perhaps has sent."""
    first, rest = scenario.asks[0], scenario.asks[1:]
    machine = scenario.machines[first.machine]
    plain = Machine(name=machine.name, vault=machine.vault, job_s=machine.job_s)
    later_s = round(first.at_s + turns.TURN_S_MAX + dice.uniform(5, 60), 3)
    other = msgspec.structs.replace(first, at_s=later_s, request_id="overtaking")
    asleep = Trouble(
        kind="asleep",
        where="trigger_restore: begun",
        value=round(turns.TURN_S_MAX + dice.uniform(10, 150), 1),
    )
    return msgspec.structs.replace(
        scenario,
        machines=tuple(plain if each is machine else each for each in scenario.machines),
        permits=Permits(),
        decisions=(),
        asks=(first, *rest, other),
        troubles=(*scenario.troubles, asleep),
    )
