"""Defects of looking at restored VMs: nobody looks, or what is seen does not count."""

from collections.abc import Callable
from typing import Any

import pytest

from restore.messages.model import Verdict
from restore.messages.verification import Verification
from restore.progress import vm_checks
from restore.result import verified

Patch = pytest.MonkeyPatch


def verifies_without_looking(patch: Patch) -> None:
    """The first look is enough, whatever it sees."""
    patch.setattr(vm_checks, "learn", lambda *_: Verification(verified=True))


def believes_what_was_seen_before_the_agent_was_ready(patch: Patch) -> None:
    """A VM that runs is taken for one whose agent is ready."""
    patch.setitem(vm_checks._AGAINST, "AgentReady", lambda *_: None)


def looks_at_nothing(patch: Patch) -> None:
    """A look that was asked for is forgotten."""
    patch.setattr(verified, "wanted", lambda *_: None)


def gives_up_at_once(patch: Patch) -> None:
    """No check has any time."""
    patch.setattr(vm_checks, "remaining_s", lambda *_: 0.0)


def calls_a_dead_vm_a_success(patch: Patch) -> None:
    """A VM that did not pass leaves the verdict as it was."""

    def concluded(verdict: Verdict, found: Verification) -> Any:
        return (
            verdict
            if found.verified
            else Verdict.from_json(verdict.as_json() | {"verification": found.as_json()})
        )

    patch.setattr(verified, "concluded", concluded)


PLANTS: list[tuple[Callable[[Patch], None], str]] = [
    (verifies_without_looking, "what is verified works"),
    (believes_what_was_seen_before_the_agent_was_ready, "what is verified works"),
    (looks_at_nothing, "what works is verified"),
    (calls_a_dead_vm_a_success, "verdicts are true"),
]
