"""Let people interfere at each boundary: cancel, or purge all histories and send the request again.

Promised is the same: one restore at most, and a verdict that is true. A sample, or all if
CRASH_SWEEP=all.
"""

import pytest

from tests.simulation.promises import broken
from tests.simulation.scenes import SCENES, Trick, play, sampled
from tests.simulation.tricks import cancel, forget

TRICKS: dict[str, Trick] = {"cancel": cancel, "forget": forget}


@pytest.mark.parametrize("what", TRICKS)
def test_whatever_people_do_meanwhile_it_is_one_restore_at_most(what: str) -> None:
    wrong, tried = {}, 0
    for name, at, where in sampled(10, lambda where: True):
        tried += 1
        if faults := broken(play(SCENES[name], at, TRICKS[what])):
            wrong[name, at, where] = faults
    print(f"{what}: {tried} boundaries")
    assert wrong == {}
    assert tried >= 10
