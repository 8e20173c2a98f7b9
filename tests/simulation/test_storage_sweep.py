"""Let each call to the storage account go wrong once: refused, answered too late, or met twice.

At a "write" nothing has happened yet; at a "written" the effect is there and nobody was told. A
sample, or all if CRASH_SWEEP=all.
"""

from collections.abc import Callable

import pytest

from tests.simulation.promises import broken
from tests.simulation.scenes import SCENES, Played, Trick, play, sampled
from tests.simulation.tricks import deny, echo, race


def _is_call(where: str) -> bool:
    return " write " in where or " written " in where or where.endswith(" event")


def _is_write(where: str) -> bool:
    return " write " in where


def _is_written(where: str) -> bool:
    return " written " in where


WAYS: dict[str, tuple[Trick, Callable[[str], bool]]] = {
    "unavailable": (deny, _is_call),
    "meets_its_own_write": (echo, _is_written),
    "another_was_quicker": (race, _is_write),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_storage_call_that_goes_wrong_once_changes_nothing(way: str) -> None:
    trick, wants = WAYS[way]
    wrong, tried = {}, 0
    for name, at, where in sampled(10, wants):
        tried += 1
        if faults := broken(play(SCENES[name], at, trick)):
            wrong[name, at, where] = faults
    print(f"{way}: {tried} calls")
    assert wrong == {}
    assert tried >= 10


@pytest.mark.parametrize("kind", ["restores", "items", "handles"])
def test_a_storage_account_that_is_down_for_minutes_is_waited_for(kind: str) -> None:
    """The trick of a sweep strikes once; here every write of a kind fails for a while."""
    scene = SCENES["disks"]

    def down(played: Played, where: str) -> None:
        laboratory = played.laboratory
        until = laboratory.clock.now().timestamp() + 40

        def boundary(place: str) -> None:
            if place.endswith(f": write {kind}") and laboratory.clock.now().timestamp() < until:
                deny(played, place)

        laboratory.at_boundary = boundary

    assert broken(play(scene, 1, down)) == []
