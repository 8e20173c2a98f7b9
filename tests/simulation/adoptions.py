"""Draws restores that somebody begins in the portal, and has followed: by dice of its own, so that
it changes nothing else of a seed.
"""

import random

import msgspec

from tests.simulation.scenario import TYPES, Ask, Scenario

_SHARE = 0.08


def draw(seed: int, scenario: Scenario) -> Scenario:
    """Return the scenario, now and then with one restore more that was begun elsewhere."""
    dice = random.Random(f"elsewhere {seed}")
    if dice.random() >= _SHARE:
        return scenario
    adoption = Ask(
        at_s=round(dice.uniform(30, 120), 3),
        way="http",
        request_id="adopted-e1",
        machine=dice.randrange(len(scenario.machines)),
        kind=dice.choice(TYPES),
        waits=False,
        adopts=True,
    )
    return msgspec.structs.replace(scenario, asks=(*scenario.asks, adoption))
