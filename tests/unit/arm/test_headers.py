"""Headers that no service should send are read as absent; found by `make fuzz`."""

from datetime import UTC, datetime

import pytest

from arm import headers

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "date",
    [
        f"Mon, 23 Nov 2026 03:{'4' * 60}:00 GMT",
        "Mon, 23 Nov 2026 03:3000000000:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -1200",
    ],
)
def test_a_date_beyond_any_calendar_is_no_date(date: str) -> None:
    assert headers.service_time({"date": date}) is None
    assert headers.retry_after_s({"retry-after": date}, NOW) is None


@pytest.mark.parametrize(
    ("text", "wait_s"), [("7", 7), (" 1.5 ", 1.5), ("1.2.3", None), ("²", None), ("-1", None)]
)
def test_a_wait_is_a_plain_number_or_none(text: str, wait_s: float | None) -> None:
    assert headers.retry_after_s({"retry-after": text}, NOW) == wait_s
