"""Times and durations in the service's spellings."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from simulated_azure.times import dotnet_duration, filter_time, http_date, iso_duration, wire_time


def test_a_time_on_the_wire_has_seven_fractional_digits_and_is_utc() -> None:
    east = timezone(timedelta(hours=2))
    moment = datetime(2026, 7, 26, 17, 16, 5, 635666, tzinfo=east)
    assert wire_time(moment) == "2026-07-26T15:16:05.6356666Z"
    assert http_date(moment) == "Sun, 26 Jul 2026 15:16:05 GMT"


@pytest.mark.parametrize(
    ("seconds", "iso", "dotnet"),
    [
        (0, "PT0S", "00:00:00.0000000"),
        (2.489498, "PT2.489498S", "00:00:02.4894980"),
        (1500, "PT25M", "00:25:00.0000000"),
        (3661.5, "PT1H1M1.5S", "01:01:01.5000000"),
        (86400, "P1D", "24:00:00.0000000"),
        (90060, "P1DT1H1M", "25:01:00.0000000"),
    ],
)
def test_durations_are_written_in_two_ways(seconds: float, iso: str, dotnet: str) -> None:
    length = timedelta(seconds=seconds)
    assert iso_duration(length) == iso
    assert dotnet_duration(length) == dotnet


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-07-01 12:00:00 AM", 0),
        ("2026-07-01 12:00:00 PM", 12),
        ("2026-07-01 01:00:00 PM", 13),
        ("2026-07-01 00:00:00 AM", 0),
    ],
)
def test_filter_times_are_on_a_12_hour_clock(text: str, hour: int) -> None:
    assert filter_time(text) == datetime(2026, 7, 1, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "2026-07-01", "2026-07-01T00:00:00Z", "2026-13-01 01:00:00 AM"]
)
def test_other_times_are_not_understood_in_filters(text: str) -> None:
    assert filter_time(text) is None
