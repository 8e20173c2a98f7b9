"""Probe a restored VM once, where the policy that is in force at this moment allows it."""

from typing import Any

from activities import activity_result, policies
from restore.messages.verification import ProbeResult
from restore.messages.verification_io import ProbeVm
from restore.policy.rules import Policy
from restore.settings import Settings

_NOT_ALLOWED = "The policy allows no probe of this address."


def probe_vm(order: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Input: ProbeVm. Done with a ProbeResult, also of a probe that did not pass."""
    return activity_result.outcome(
        order, lambda order: _probe(ProbeVm.from_json(order), policies.in_force(settings))
    )


def _probe(order: ProbeVm, in_force: Policy) -> ProbeResult:
    from probes import probing
    from restore.policy import probe_rules

    networks = probe_rules.networks_for(in_force, order.recovery_type, order.url)
    if not networks:
        return ProbeResult(text=_NOT_ALLOWED, code="ProbeNotAllowed")
    answer = probing.probe(order.url, lambda each: probe_rules.is_allowed(each, networks))
    return ProbeResult(text=answer.text, code=answer.code)
