"""A period becomes an expression that is due at even distances, or none."""

from datetime import UTC, datetime, timedelta

import pytest

from devhost.schedules import Schedule
from restore.values.schedules import is_first_of_day, ncrontab
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


@pytest.mark.parametrize(
    ("hour", "minute", "second", "is_first"),
    [
        (0, 0, 0, True), (0, 0, 1, True), (0, 59, 59, True), (1, 0, 0, False), (1, 0, 1, False),
        (23, 0, 0, False), (2, 0, 0, False),
    ],
)  # fmt: skip
def test_the_first_tick_of_a_day_is_the_one_within_a_period_of_midnight(
    hour: int, minute: int, second: int, is_first: bool
) -> None:
    now = datetime(2026, 11, 23, hour, minute, second, 999_999, tzinfo=UTC)
    assert is_first_of_day(now, 3600) is is_first
