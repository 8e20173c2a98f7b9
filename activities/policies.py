"""The policy that this process judges by.

A policy is not sent in an orchestration's input: what was tightened counts for all that has not
been sent to Azure yet.
"""

from activities.judged_by import JudgedBy
from restore.policy.rules import Policy

_policy = JudgedBy[Policy](lambda settings: settings.restore_policy)
in_force, use = _policy.in_force, _policy.use
