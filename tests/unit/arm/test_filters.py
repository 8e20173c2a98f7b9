"""Filters are written as the service reads them: UTC, twelve hours, in English."""

from datetime import UTC, datetime

import pytest

from arm import filters


@pytest.mark.parametrize(
    ("hour", "said"),
    [(0, "12:05:09 AM"), (1, "01:05:09 AM"), (11, "11:05:09 AM"), (12, "12:05:09 PM"),
     (13, "01:05:09 PM"), (23, "11:05:09 PM")],
)  # fmt: skip
def test_the_hours_of_a_day_are_twice_twelve(hour: int, said: str) -> None:
    first = datetime(2026, 11, 3, hour, 5, 9, tzinfo=UTC)
    assert f"startTime eq '2026-11-03 {said}'" in filters.restores(first)


def test_without_a_time_all_restores_are_asked_for() -> None:
    assert "startTime" not in filters.restores(None)
    assert filters.restores(datetime(2026, 1, 1, tzinfo=UTC)).startswith(filters.restores(None))


def test_a_filter_stands_beside_the_version() -> None:
    assert filters.versioned("2025-02-01") == "api-version=2025-02-01"
    found = filters.versioned("2025-02-01", "a eq 'b'")
    assert found == "api-version=2025-02-01&$filter=a%20eq%20%27b%27"
