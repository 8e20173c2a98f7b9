"""The policy that this process judges by: its settings', unless `use` has put another in place.

A policy is not sent in an orchestration's input: what was tightened counts for all that has not
been sent to Azure yet.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from restore.policy.rules import Policy
from restore.settings import Settings

_in_use: Policy | None = None


def in_force(settings: Settings) -> Policy:
    """Return the policy that counts now. Raises SettingsWrong while any setting is wrong: nothing
    is judged by another policy than the one that was set, nor sent at another pace."""
    settings.require()
    policy = _in_use or settings.restore_policy
    assert policy is not None, "who judges has read it"
    return policy


@contextmanager
def use(policy: Policy) -> Iterator[None]:
    """Judge by another policy until the block ends, for tests and simulation."""
    global _in_use
    before, _in_use = _in_use, policy
    try:
        yield
    finally:
        _in_use = before
