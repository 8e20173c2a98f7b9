"""Kill the process at every place of a restore, and once more while it recovers: it is still one.

The usual run takes a sample; `make simulate SWEEP=all` takes every crash point.
"""

import pytest

from tests.simulation.scenario import TYPES
from tests.simulation.sweep import MAIN, SCENARIOS, Point, broken, crashes

_STRIDE, _STEP = 97, 31


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_at_any_place_it_is_still_one_restore(name: str) -> None:
    assert broken(Point(name, ())) == []
    points = list(crashes([name]))
    first = list(SCENARIOS).index(name) * _STEP % _STRIDE
    chosen = points[first::_STRIDE]
    wrong = {str(point): faults for point in chosen if (faults := broken(point))}
    print(f"{name}: killed at {len(chosen)} of {len(points)} crash points")
    assert wrong == {}
    assert chosen


def test_every_recovery_type_is_swept_as_it_is_and_with_a_lost_reply() -> None:
    swept = {(scenario.asks[0].kind, bool(scenario.faults)) for scenario in MAIN.values()}
    assert swept == {(kind, is_lost) for kind in TYPES for is_lost in (False, True)}
