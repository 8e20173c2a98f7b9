"""When a timer trigger is due."""

from datetime import UTC, datetime

import pytest

from devhost.schedules import Schedule
from devhost.starting import BadStart

NOON = datetime(2030, 1, 1, 12, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("*/5 * * * * *", "2030-01-01T12:00:10+00:00"),
        ("0 */5 * * * *", "2030-01-01T12:05:00+00:00"),
        ("0 30 9 * * Mon-Fri", "2030-01-02T09:30:00+00:00"),
        ("*/5 * * * *", "2030-01-01T12:05:00+00:00"),
        ("@hourly", "2030-01-01T13:00:00+00:00"),
        ("00:00:30", "2030-01-01T12:00:37+00:00"),
    ],
)
def test_a_schedule_says_when_it_is_due_next(text: str, due: str) -> None:
    assert Schedule(text).after(NOON).isoformat() == due


@pytest.mark.parametrize("text", ["", "now", "* * *", "99 * * * * *", "1:2", "a:b:c"])
def test_what_is_no_schedule_is_a_bad_start(text: str) -> None:
    with pytest.raises(BadStart):
        Schedule(text)


def test_only_schedules_of_a_minute_or_more_are_remembered() -> None:
    assert Schedule("*/5 * * * * *").is_frequent(NOON)
    assert not Schedule("0 * * * * *").is_frequent(NOON)
