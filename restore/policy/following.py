"""Whether the policy allows that a restore is followed which somebody has begun elsewhere.

Following sends nothing, so targets, networks, quota and approval are none of its business. But who
follows a restore sees the VM's points and disks, and the verdict: a rule must allow the asker
restores of this VM, of whatever type.
"""

from restore.messages.errors import PolicyRefused
from restore.messages.model import ProtectedItem
from restore.policy import judging
from restore.policy.rules import Policy
from restore.values.problem import Problem


def judge(policy: Policy, item: ProtectedItem, source: str) -> str:
    """Return the name of the first rule that allows it. Raises PolicyRefused, which says why the
    others do not."""
    problems: list[Problem] = []
    for rule in policy.rules:
        is_source = judging.covered(rule.sources, item.source_resource_id, item.vault_id)
        if is_source and source in rule.asked_by:
            return rule.name
        allows = f"the rule {rule.name!r} allows"
        if not is_source:
            said = f"{allows} VMs under {judging.shown(rule.sources, item.vault_id)} only"
            problems.append(Problem(path="$.vaultId", message=said))
        if source not in rule.asked_by:
            said = f"{allows} requests by {', '.join(rule.asked_by) or 'nobody'} only"
            problems.append(Problem(path="$", message=said))
    problems = problems or [Problem(path="$", message="the policy has no rule")]
    texts = "; ".join(problem.message for problem in problems[:5])
    raise PolicyRefused(
        f"No rule of the policy allows following a restore of this VM: {texts}",
        problems=problems,
        doing="judge the adoption by the policy",
    )
