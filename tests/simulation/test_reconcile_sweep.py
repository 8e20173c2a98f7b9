"""At each place of a scenario the orchestration is ended, and nobody asks again: the reconciler
sees.

The usual run takes a sample; `make simulate SWEEP=all` takes every place.
"""

from unittest.mock import patch

import pytest

from restore.progress import reconcile_decision
from restore.progress.reconcile_decision import Step
from tests.simulation.running import judged, run_scenario
from tests.simulation.scenario import PlannedFault
from tests.simulation.sweep import MAIN, Point, ends, late, scenario_of

_STRIDE, _STEP = 61, 23


@pytest.mark.parametrize("name", MAIN)
def test_whatever_ends_it_the_verdict_is_the_same_and_two_periods_late_at_most(name: str) -> None:
    assert late(Point(name, ())) == []
    points = list(ends([name]))
    chosen = points[list(MAIN).index(name) * _STEP % _STRIDE :: _STRIDE]
    wrong = {str(point): faults for point in chosen if (faults := late(point))}
    print(f"{name}: {len(chosen)} of {len(points)} places")
    assert wrong == {}
    assert chosen


def test_a_reconciler_that_starts_nothing_again_is_caught() -> None:
    def leave(*_: object) -> Step:
        return Step.LEAVE

    point = list(ends(["disks"]))[120]
    assert late(point) == []
    with patch.object(reconcile_decision, "next_step", leave):
        world = run_scenario(scenario_of(point))
        assert any("has no verdict" in each for each in judged(world).violations)


@pytest.mark.parametrize("where", ["list folders", "list open"])
def test_a_look_that_storage_refuses_is_made_up_for(where: str) -> None:
    """Nobody follows the restore, and the reconciler's first look gets no answer."""
    refused = PlannedFault(kind="storage_refuses", where=where)
    point = Point("disks", (*list(ends(["disks"]))[120].faults, refused))
    world = run_scenario(scenario_of(point))
    assert judged(world).violations == []
    assert world.record.fired["storage_refuses"] == 1
    assert world.record.fired["terminated"] == 1
