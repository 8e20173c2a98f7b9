"""Times, JSON and date-like strings leave the engine as the real one writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from devhost.engine.rendering import (
    compact,
    from_micros,
    parse_time,
    redated,
    status_too_large,
    time_text,
    to_micros,
)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("2030-01-01T00:00:00+02:00", "2029-12-31T22:00:00+00:00"),
        ("2030-01-01T00:00:00.500000+00:00", "2030-01-01T00:00:00.5+00:00"),
        ("2030-01-01T00:00:00.000000+00:00", "2030-01-01T00:00:00+00:00"),
        ("2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
        ("2030-01-01T00:00:00", "2030-01-01T00:00:00"),
        ("2030-01-01", "2030-01-01"),
        ("2030-02-31T00:00:00Z", "2030-02-31T00:00:00Z"),
        ("0001-01-01T00:00:00+02:00", "0001-01-01T00:00:00+02:00"),
        ("at 2030-01-01T00:00:00+02:00", "at 2030-01-01T00:00:00+02:00"),
    ],
)
def test_date_like_strings_are_rendered_again(text: str, rendered: str) -> None:
    assert redated(text) == rendered


def test_dates_are_found_anywhere_in_a_value_but_not_in_its_keys() -> None:
    date = "2030-01-01T00:00:00+02:00"
    assert redated({date: [1, None, {"a": date}]}) == {
        date: [1, None, {"a": "2029-12-31T22:00:00+00:00"}]
    }


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ('{"a": [1, 2.50]}', '{"a":[1,2.5]}'),
        ("[NaN, Infinity, -Infinity]", '["NaN","Infinity","-Infinity"]'),
        ('"\\u00e9"', '"é"'),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ('"2030-01-01T00:00:00+02:00"', '"2030-01-01T00:00:00+02:00"'),
        (None, None),
    ],
)
def test_json_is_made_compact_and_dates_in_it_stay(text: str | None, rendered: str | None) -> None:
    assert compact(text) == rendered


def test_trailing_zeros_of_a_time_are_cut() -> None:
    assert time_text(datetime(2030, 1, 1, 0, 0, 1, 500000, UTC)) == "2030-01-01T00:00:01.5Z"
    assert time_text(datetime(2030, 1, 1, 0, 0, 10, tzinfo=UTC)) == "2030-01-01T00:00:10Z"


def test_a_time_survives_the_store_and_the_wire() -> None:
    moment = datetime(2030, 1, 1, 23, 59, 59, 999999, UTC)
    assert from_micros(to_micros(moment)) == moment
    assert parse_time(time_text(moment)) == moment
    assert parse_time("2030-01-01T23:59:59.9999999Z") == moment


def test_a_custom_status_may_have_16_kb_of_utf_16() -> None:
    assert status_too_large('"' + "x" * 8701 + '"') is None
    assert status_too_large('"' + "x" * 8702 + '"') == (
        "The UTF-16 size of the JSON-serialized payload must not exceed 16 KB. "
        "The current payload size is 17 KB."
    )
