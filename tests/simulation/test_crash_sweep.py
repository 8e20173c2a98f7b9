"""Kill the process once at every boundary of a restore, start it again, and see that it is one.

The usual run takes a sample of the boundaries, another one in each scene; CRASH_SWEEP=all takes
every one, each with a short and a long time until the process is there again.
"""

import pytest

from tests.simulation.promises import broken
from tests.simulation.scenes import SCENES, TAKES_ALL, chosen, play, undisturbed
from tests.simulation.tricks import HOUR, kill

DOWN_S = (1.0, HOUR)


@pytest.mark.parametrize("name", SCENES)
def test_killed_at_any_boundary_it_is_still_one_restore(name: str) -> None:
    assert broken(undisturbed(name)) == []
    wrong, tried = {}, 0
    for at, where in chosen(name, lambda where: True):
        for down_s in DOWN_S if TAKES_ALL else DOWN_S[at % 2 :][:1]:
            tried += 1
            if faults := broken(play(SCENES[name], at, kill(down_s))):
                wrong[at, where, down_s] = faults
    print(f"{name}: {len(undisturbed(name).boundaries)} boundaries, killed {tried} times")
    assert wrong == {}
    assert tried > 0
