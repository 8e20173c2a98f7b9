"""At each place of a scenario: an activity is delivered again, storage fails once, somebody
cancels.

The usual run takes a sample; `make simulate SWEEP=all` takes every place.
"""

import pytest

from tests.simulation.sweep import SCENARIOS, broken, hindrances

_STRIDE, _STEP = 151, 47


@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_hinders_it_it_is_one_restore_at_most(name: str) -> None:
    points = list(hindrances([name]))
    chosen = points[list(SCENARIOS).index(name) * _STEP % _STRIDE :: _STRIDE]
    wrong = {str(point): faults for point in chosen if (faults := broken(point))}
    print(f"{name}: {len(chosen)} of {len(points)} places")
    assert wrong == {}
    assert chosen
