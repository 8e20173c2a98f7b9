"""The app's policy in a scenario: from a few words to the rules that the app judges by.

What the words mean is said once more, in other terms, by checkers/permission.py.
"""

import msgspec

from restore.policy.rules import ANYWHERE, Policy, Rule
from tests.simulation import cloud, verifying
from tests.simulation.scenario import Kind, Scenario


def policy_of(scenario: Scenario) -> Policy:
    """Return the policy that a scenario begins with."""
    policy_outline = scenario.policy_outline
    asking = tuple(kind for kind in policy_outline.kinds if kind in policy_outline.with_approval)
    free = tuple(kind for kind in policy_outline.kinds if kind not in policy_outline.with_approval)
    rules = [
        _rule(scenario, name, kinds, approval=approval)
        for name, kinds, approval in (("free", free, False), ("asking", asking, True))
        if kinds
    ]
    return Policy(
        rules=tuple(rules),
        max_concurrent_restores=policy_outline.at_once,
        restores_per_vm_per_day=policy_outline.per_day,
        reserved_for_people=policy_outline.for_people,
        approval_within=policy_outline.within,
    )


def tightened(scenario: Scenario) -> Policy:
    """Return the policy that allows nothing new any more."""
    return msgspec.structs.replace(policy_of(scenario), rules=())


def _rule(scenario: Scenario, name: str, kinds: tuple[Kind, ...], *, approval: bool) -> Rule:
    policy_outline = scenario.policy_outline
    sources = [
        cloud.vm_id(machine)
        for number, machine in enumerate(scenario.machines)
        if number not in policy_outline.without
    ]
    return Rule(
        name=name,
        recovery_types=kinds,
        sources=tuple(sources) if policy_outline.without else (ANYWHERE,),
        targets=(ANYWHERE,),
        asked_by=(*policy_outline.ways, *(("alert",) if scenario.alerts else ())),
        approval=approval,
        probes=verifying.PROBES,
        fallback=policy_outline.fallback,
    )
