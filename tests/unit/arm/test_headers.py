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


UNTIL = "Mon, 23 Nov 2026 03:05:00 GMT"


@pytest.mark.parametrize(
    ("date", "wait_s"),
    [
        (None, 300),  # by our own clock
        ("Mon, 23 Nov 2026 03:01:00 GMT", 240),  # by the service's
        ("Mon, 23 Nov 2026 02:00:00 GMT", 3_900),
        ("Mon, 23 Nov 2026 03:06:00 GMT", 0),
        ("Sat, 21 Nov 2026 03:00:00 GMT", 86_400),
        ("nonsense", 300),
    ],
)
def test_a_date_to_wait_for_is_read_by_the_services_own_clock(
    date: str | None, wait_s: float
) -> None:
    known = {"retry-after": UNTIL} | ({"date": date} if date else {})
    assert headers.retry_after_s(known, NOW) == wait_s


@pytest.mark.parametrize(
    ("text", "wait_s"), [("0", 0), ("86399", 86_399), ("86400", 86_400), ("99999", 86_400)]
)
def test_no_wait_is_longer_than_a_day(text: str, wait_s: float) -> None:
    assert headers.retry_after_s({"retry-after": text}, NOW) == wait_s
    assert headers.retry_after_s({}, NOW) is None


def test_the_time_of_a_reply_is_in_utc() -> None:
    assert headers.service_time({"date": "Mon, 23 Nov 2026 05:00:00 +0200"}) == NOW
    assert headers.service_time({"date": "Mon, 23 Nov 2026 03:00:00 -0000"}) == NOW
    assert headers.service_time({}) is None


def test_a_trace_is_the_calls_before_the_replys() -> None:
    both = {"x-ms-correlation-request-id": "c-1", "x-ms-request-id": "r-1"}
    assert headers.trace_id(both) == "c-1"
    assert headers.trace_id({"x-ms-request-id": "r-1"}) == "r-1"
    assert headers.trace_id({}) is None
    for odd in ("", "a b", "x" * 65, "a\n"):
        assert headers.request_id({"x-ms-request-id": odd}) is None
    assert headers.request_id({"x-ms-request-id": "x" * 64}) == "x" * 64


def test_the_least_that_is_left_of_all_quotas_counts() -> None:
    prefix = "x-ms-ratelimit-remaining-"
    known = {
        f"{prefix}a": "7",
        f"{prefix}b": "3",
        f"{prefix}c": "x",
        "other": "1",
        f"{prefix}d": "-1",
    }
    assert headers.left(known) == 3
    assert headers.left({f"{prefix}a": "0", f"{prefix}b": "999999999"}) == 0
    assert headers.left({f"{prefix}a": "9999999999"}) is None
    assert headers.left({}) is None
    assert headers.lowered({"X-Ms": "a"}) == {"x-ms": "a"}
