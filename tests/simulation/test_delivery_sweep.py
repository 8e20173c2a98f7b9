"""Deliver each activity a second time while the first delivery stands at any of its boundaries.

The first one freezes there and is overtaken: by its second delivery, by what follows, or by the
whole rest of the restore. Then it wakes up and does the rest of its effects. A sample, or all if
CRASH_SWEEP=all.
"""

from datetime import timedelta

import pytest

from tests.fakes.laboratory import START
from tests.simulation.promises import broken
from tests.simulation.scenes import (
    PACE,
    SCENES,
    TAKES_ALL,
    Played,
    Trick,
    chosen,
    play,
    undisturbed,
)
from tests.simulation.tricks import HOUR, freeze, stall

FROZEN_S = (1.0, 20.0, HOUR)
SETTLED_S = PACE.lost_reply_s
"""Who sleeps longer than this between intent and POST cannot be told from a lost reply."""

_INTENDED = "trigger_restore: written restores"
_SENDING = "trigger_restore: POST restore"


@pytest.mark.parametrize("name", SCENES)
def test_an_activity_that_is_delivered_twice_has_one_effect(name: str) -> None:
    wrong, tried = {}, 0
    for at, where in chosen(name, lambda where: "turn" not in where):
        for frozen_s in FROZEN_S if TAKES_ALL else FROZEN_S[at % 3 :][:1]:
            if frozen_s > SETTLED_S and where == _SENDING:
                continue  # what remains, docs/decisions/0002
            tried += 1
            if faults := broken(play(SCENES[name], at, freeze(frozen_s))):
                wrong[at, where, frozen_s] = faults
    print(f"{name}: {tried} second deliveries")
    assert wrong == {}


def test_what_remains_is_a_process_that_freezes_while_it_sends() -> None:
    """Who wakes up there after another one has settled and sent, sends again: decision 0002."""
    assert len(_disks_with(freeze(HOUR), _SENDING).laboratory.posts()) == 2


def test_who_wakes_up_late_with_its_intent_does_not_send_any_more() -> None:
    assert broken(_disks_with(freeze(HOUR), _INTENDED)) == []


def test_an_intent_that_took_long_to_write_is_withdrawn_and_tried_again() -> None:
    """Its settling would be over before a job that starts only now can show in the list."""
    slow = _disks_with(stall(60), _INTENDED)
    assert broken(slow) == []
    held = slow.laboratory.ledger.read("r1")
    assert held is not None
    assert held.entry.intent is not None
    assert held.entry.intent.vault_time >= START + timedelta(seconds=60)


def _disks_with(trick: Trick, where: str) -> Played:
    return play(SCENES["disks"], undisturbed("disks").boundaries.index(where) + 1, trick)
