"""A period becomes an expression that is due at even distances, or none."""

from datetime import timedelta

import pytest

from devhost.schedules import Schedule
from restore.values.schedules import ncrontab
from tests.fakes.app_harness import START


@pytest.mark.parametrize("period_s", [1, 5, 30, 60, 120, 300, 900, 1800, 3600, 7200, 43_200])
def test_an_even_period_is_due_at_even_distances(period_s: int) -> None:
    expression = ncrontab(period_s)
    assert expression is not None
    schedule, moment = Schedule(expression), START
    for _ in range(100):
        following = schedule.after(moment)
        if moment != START:
            assert following - moment == timedelta(seconds=period_s)
        moment = following


@pytest.mark.parametrize("period_s", [0, -5, 7, 45, 61, 420, 2400, 5400, 86_400])
def test_what_does_not_divide_evenly_has_none(period_s: int) -> None:
    assert ncrontab(period_s) is None
