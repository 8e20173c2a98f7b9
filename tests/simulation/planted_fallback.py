"""Defects of falling back: without leave, for no reason, twice over, or not at all."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from activities import fall_back
from restore.messages import names
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.watch_io import Watched
from restore.policy.rules import Policy
from restore.progress import ledger_events
from restore.result import fallback_rungs, fallback_verdicts
from storage.ledger import Ledger
from tests.simulation.falling_back import BOTH

Patch = pytest.MonkeyPatch


def falls_back_without_leave(patch: Patch) -> None:
    """No rule is asked."""
    patch.setattr(Policy, "fallback_of", lambda self, rule: BOTH)


def falls_back_from_any_failure(patch: Patch) -> None:
    """Whatever a new VM failed with counts as a size that is not to be had."""
    patch.setattr(
        fallback_rungs, "_said", lambda error, errors: fallback_rungs.Fall("disks", error.code)
    )


def makes_a_second_copy(patch: Patch) -> None:
    """Nobody looks for what the failed job has left."""
    patch.setattr(fall_back, "_left_behind", lambda *_: ())


def never_falls_back(patch: Patch) -> None:
    """No end leads anywhere."""
    patch.setattr(fallback_rungs, "next_rung", lambda *_, **more: None)


def calls_disks_a_vm(patch: Patch) -> None:
    """Disks count as the VM that was asked for."""
    whole = fallback_verdicts.concluded

    def concluded(entry: LedgerEntry, own: Any, later: Any, choices: Any) -> Any:
        found = whole(entry, own, later, choices)
        is_there = any(verdict is not None and verdict.succeeded for _, verdict in later)
        return msgspec.structs.replace(found, succeeded=found.succeeded or is_there)

    patch.setattr(fallback_verdicts, "concluded", concluded)


def tells_the_point_that_is_gone(patch: Patch) -> None:
    """The point that was chosen at first counts as restored."""
    whole = fallback_verdicts.concluded
    patch.setattr(
        fallback_verdicts,
        "concluded",
        lambda entry, own, later, choices: whole(entry, own, later, {}),
    )


def tells_of_attempts_no_event(patch: Patch) -> None:
    """An attempt is made in silence."""
    rows = tuple(row for row in ledger_events._ROWS if row.kind != "fallback")
    patch.setattr(ledger_events, "_ROWS", rows)


def passes_no_cancel_on(patch: Patch) -> None:
    """Who cancels a request cancels nothing that is made in its place."""
    whole = Ledger.cancel

    def cancel(self: Ledger, request_id: str) -> LedgerEntry:
        held = self.read(request_id)
        assert held is not None, "it was accepted"
        return held.entry if names.is_attempt(request_id) else whole(self, request_id)

    patch.setattr(Ledger, "cancel", cancel)


def takes_any_disks(patch: Patch) -> None:
    """Disks are taken for the job's own, also where it had brought no data."""
    patch.setattr(Watched, "has_data", None)


PLANTS: list[tuple[Callable[[Patch], None], str]] = [
    (falls_back_without_leave, "another attempt is made by leave only"),
    (falls_back_from_any_failure, "another attempt is made by leave only"),
    (makes_a_second_copy, "no second copy"),
    (calls_disks_a_vm, "verdicts are true"),
    (tells_of_attempts_no_event, "events are complete"),
]
