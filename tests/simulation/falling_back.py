"""Restores that fail in the ways of which the policy knows another way: by dice of its own, so that
it changes nothing else of a seed.

A point expires between its choice and the POST; a new VM is refused for its size.
"""

import random

import msgspec

from restore.messages import names
from restore.messages.attempts import Rung
from tests.simulation.scenario import Ask, Decision, Kind, Machine, Scenario

BOTH: tuple[Rung, ...] = ("olderPoint", "disks")
_SHARE = 0.4
_NEW_VM: Kind = "AlternateLocation"


def draw(seed: int, scenario: Scenario) -> Scenario:
    """Let some points expire and some new VMs be refused, mostly where the policy knows what to do
    then, and somebody decide about what is done."""
    dice = random.Random(f"fallback {seed}")
    if dice.random() >= _SHARE:
        return scenario
    rungs: tuple[Rung, ...] = dice.choice((BOTH, BOTH, BOTH, BOTH[:1], BOTH[1:], ()))
    machines = tuple(_machine(dice, machine) for machine in scenario.machines)
    new_vms = {ask.request_id for ask in scenario.asks if dice.random() < 0.6}
    asks = tuple(_asked(ask, new_vms) for ask in scenario.asks)
    policy_outline = msgspec.structs.replace(scenario.policy_outline, fallback=rungs)
    is_asked = bool(policy_outline.with_approval)
    decisions = tuple(
        _decision(dice, ask) for ask in asks if is_asked and ask.request_id in new_vms
    )
    return msgspec.structs.replace(
        scenario,
        machines=machines,
        asks=asks,
        policy_outline=policy_outline,
        decisions=(*scenario.decisions, *decisions),
    )


def _machine(dice: random.Random, machine: Machine) -> Machine:
    expire = dice.choice((0, 0, 0, 1, 1, 2, 3))
    return msgspec.structs.replace(
        machine,
        refused=dice.choice(("", "", "early", "early", "late", "operation")),
        points=msgspec.structs.replace(machine.points, expire=expire),
    )


def _asked(ask: Ask, new_vms: set[str]) -> Ask:
    """Whoever asks again asks for the same."""
    is_of_vm = ask.request_id in new_vms and not ask.adopts
    return msgspec.structs.replace(ask, kind=_NEW_VM) if is_of_vm else ask


def _decision(dice: random.Random, ask: Ask) -> Decision:
    return Decision(
        at_s=round(ask.at_s + dice.uniform(1, 600), 3),
        request_id=names.attempt_id(ask.request_id, 2),
        approves=dice.random() < 0.8,
        who=dice.choice((None, "ann", "bob")),
    )
