"""Times and durations in every notation that Azure Backup was seen to use."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restore.values.times import seconds_of, stamp, text_of, time_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018-06-04T06:06:00.5121087Z", datetime(2018, 6, 4, 6, 6, 0, 512108, UTC)),
        ("2026-07-26T15:16:05Z", datetime(2026, 7, 26, 15, 16, 5, 0, UTC)),
        ("2026-07-26T17:16:05.1+02:00", datetime(2026, 7, 26, 15, 16, 5, 100000, UTC)),
        ("2026-07-26T15:16:05", datetime(2026, 7, 26, 15, 16, 5, 0, UTC)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_as_utc(text: str | None, expected: datetime | None) -> None:
    assert time_of(text) == expected


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT2.0537733S", 2.0537733),
        ("PT0S", 0),
        ("P1DT2H", 93_600),
        ("P15D", 1_296_000),
        ("P2W", 1_209_600),
        ("PT24H", 86_400),
        ("00:19:03.5", 1_143.5),
        ("1.02:03:04.5000000", 93_784.5),
    ],
)
def test_durations_are_read_in_both_notations(text: str, seconds: float) -> None:
    assert seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "P1Y", "P1M", "24h", "-PT1H", "PT1H ", "P" + "9" * 50 + "D"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        seconds_of(text)


@given(st.text(max_size=40))
def test_reading_a_duration_ends_in_a_number_or_a_value_error(text: str) -> None:
    try:
        assert seconds_of(text) >= 0
    except ValueError:
        pass


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (12, "12 s"), (2_700, "45 min"), (7_205, "2 h 5 s"), (183_600, "2 d 3 h")],
)
def test_lengths_of_time_are_said_as_people_do(seconds: float, text: str) -> None:
    assert text_of(seconds) == text


def test_a_time_is_stamped_in_whole_seconds_of_utc() -> None:
    time = datetime(2026, 11, 23, 4, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert stamp(time) == "2026-11-23T03:00:00Z"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"), (0.4, "0 s"), (1, "1 s"), (59.6, "1 min"), (60, "1 min"), (61, "1 min 1 s"),
        (3600, "1 h"), (3661, "1 h 1 min"), (86_399, "23 h 59 min"), (86_400, "1 d"),
        (86_401, "1 d 1 s"), (90_061, "1 d 1 h"), (200_000, "2 d 7 h"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_told_in_its_two_largest_units(seconds: float, said: str) -> None:
    assert text_of(seconds) == said
