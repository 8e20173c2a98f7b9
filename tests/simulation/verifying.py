"""Restores whose VMs are looked at: how the VMs come up, and what is asked for.

Drawn by dice of its own, so that it changes nothing else of a seed.
"""

import random
from typing import Any

import msgspec

from restore.messages.verification import Verify
from restore.policy.rules import Probes
from tests.simulation.scenario import Ask, Machine, Scenario

PROBES = Probes(networks=("10.2.0.0/16",), ports=(443,))
NEVER_S = 1e9
VERIFY = {
    "vm": Verify(running_within="PT5M", agent=False),
    "agent": Verify(running_within="PT5M", agent_within="PT10M"),
    "probe": Verify(running_within="PT5M", agent_within="PT10M", probe_within="PT10M"),
}
"""What an `Ask.verify` asks for; the probe's address is the machine's."""


def draw(seed: int, scenario: Scenario) -> Scenario:
    """Let some requests ask for a look at their VMs, and some VMs come up late or never."""
    dice = random.Random(f"verify {seed}")
    if dice.random() < 0.6:
        return scenario
    wants = {ask.request_id: dice.choice(("", *VERIFY)) for ask in scenario.asks}
    return msgspec.structs.replace(
        scenario,
        machines=tuple(_machine(dice, machine) for machine in scenario.machines),
        asks=tuple(_asked(ask, wants[ask.request_id]) for ask in scenario.asks),
    )


def _machine(dice: random.Random, machine: Machine) -> Machine:
    return msgspec.structs.replace(
        machine,
        boot_s=dice.choice((15.0, 15.0, 120.0, NEVER_S)),
        agent_s=dice.choice((45.0, 45.0, 400.0, NEVER_S)),
        answers_s=dice.choice((60.0, 60.0, 800.0, NEVER_S)),
    )


def _asked(ask: Ask, verify: str) -> Ask:
    is_of_vm = ask.kind != "RestoreDisks" and not ask.is_no_restore
    return msgspec.structs.replace(ask, verify=verify) if is_of_vm else ask


def fields_of(ask: Ask) -> dict[str, Any]:
    """Return what a request asks for."""
    if not ask.verify:
        return {}
    wanted = VERIFY[ask.verify]
    if ask.verify == "probe":
        wanted = msgspec.structs.replace(wanted, probe=f"https://10.2.0.{ask.machine + 1}/health")
    return {"verify": wanted.as_json()}
