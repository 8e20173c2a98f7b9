"""What makes two alerts the same: source, id, start time and target."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from restore.alerts import fired_times
from restore.alerts.alert import (
    Alert,
    id_of,
    is_vm,
    labels_of,
    not_vm,
    request_id_of,
    targets_of,
    text_of,
)
from restore.messages import names
from tests.alert_samples import FIRED, vm

ALERT = Alert(source="azure-monitor", id="a1", state="fired", fired_at=FIRED)


def test_the_same_alert_again_is_the_same_restore() -> None:
    again = replace(ALERT, fired_at=FIRED.astimezone(UTC), labels={"x": "y"}, severity="Sev0")
    first = request_id_of(ALERT, vm())
    assert first == request_id_of(again, vm().upper())
    assert names.is_request_id(first)


@pytest.mark.parametrize(
    "other",
    [
        {"fired_at": FIRED + timedelta(microseconds=1)}, {"id": "a2"}, {"source": "alertmanager"},
    ],
)  # fmt: skip
def test_another_incident_id_or_sender_is_another_restore(other: dict[str, Any]) -> None:
    assert request_id_of(replace(ALERT, **other), vm()) != request_id_of(ALERT, vm())


def test_another_target_is_another_restore() -> None:
    assert request_id_of(ALERT, vm("db-01")) != request_id_of(ALERT, vm())


def test_no_two_keys_are_the_same_text() -> None:
    one = replace(ALERT, source="a", id="1:b")
    other = replace(ALERT, source="a1:", id="b")
    assert request_id_of(one, vm()) != request_id_of(other, vm())


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (vm(), True),
        (vm().lower(), True),
        (f"{vm()}/extensions/agent", False),
        (vm().replace("/subscriptions", "https://x/subscriptions"), False),
        (f"{vm()}\n", False),
        ("web-01", False),
        (vm("x" * 3000), False),
        (f"{vm()}/../db-01", False),
    ],
)
def test_a_target_is_a_vm_by_its_whole_id(target: str, expected: bool) -> None:
    assert is_vm(target) is expected


def test_targets_are_texts_in_their_order_without_blanks() -> None:
    assert targets_of([" b ", "a", 7, None, "B", ""]) == ("b", "a")
    assert targets_of("a\r\n") == ("a",)
    assert targets_of({"x": 1}) == ()


def test_labels_are_of_an_object_or_of_texts_and_bounded() -> None:
    assert labels_of({"a": "b", "n": 1, "t": True, "o": {}, "e": ""}) == {
        "a": "b", "n": "1", "t": "true",
    }  # fmt: skip
    assert labels_of(["env:prod", "url:http://x", "bare", 7]) == {
        "env": "prod", "url": "http://x",
    }  # fmt: skip
    assert len(labels_of({str(number): "x" for number in range(1000)})) == 64
    assert labels_of({"a": "x" * 513, "b" * 513: "x"}) == {}
    assert labels_of("text") == {}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-23T02:55:10.3713213Z", FIRED),
        ("2026-11-23T04:55:10.371321+02:00", FIRED),
        ("2026-11-23T02:55:10.371321", FIRED),
        (FIRED.timestamp(), FIRED),
        (int(FIRED.timestamp()), FIRED.replace(microsecond=0)),
        (str(int(FIRED.timestamp() * 1000)), FIRED.replace(microsecond=371000)),
        (FIRED.astimezone(timezone(timedelta(hours=3))).isoformat(), FIRED),
    ],
)
def test_a_time_is_read_in_every_senders_form(value: Any, expected: datetime) -> None:
    found = fired_times.moment_of(value)
    assert found is not None
    assert abs(found - expected) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "value",
    [
        "", "yesterday", "0001-01-01T00:00:00Z", "1999-12-31T00:00:00Z", "2101-01-01T00:00:00Z",
        True, None, [], {}, float("nan"), float("inf"), -1, 0, 10**17, 10**30, 10**400,
        -(10**400), "9" * 19, "²", "9999-12-31T23:59:59-23:59",
    ],
)  # fmt: skip
def test_what_is_no_time_of_our_days_is_none(value: Any) -> None:
    assert fired_times.moment_of(value) is None


def test_halves_of_surrogate_pairs_are_no_text_and_are_told_as_marks() -> None:
    assert text_of("a\ud800") is None
    assert id_of("\udfff") is None
    assert labels_of({"a": "\ud800", "b": "c"}) == {"b": "c"}
    assert targets_of(["/x/\ud800"]) == ("/x/?",)
    assert [text_of(text) for text in ("\ud7ff", "\ue000", "😀")] == ["\ud7ff", "\ue000", "😀"]


def test_the_id_of_a_restore_is_forty_digits_of_a_hash() -> None:
    prefix, _, digits = request_id_of(ALERT, vm()).partition("-")
    assert prefix == "alert"
    assert len(digits) == 40
    assert int(digits, 16) >= 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, "7"), (-7, "-7"), (0, "0"), (True, None), (False, None), (1.5, None), (None, None),
        (10**30 - 1, "9" * 30), (1 - 10**30, "-" + "9" * 30), (10**30, None), (-(10**30), None),
        (10**30 + 1, None), ("7", "7"), ("", None), ("x" * 2048, "x" * 2048), ("x" * 2049, None),
    ],
)  # fmt: skip
def test_an_id_may_be_a_whole_number(value: Any, expected: str | None) -> None:
    assert id_of(value) == expected


def test_a_text_has_five_hundred_and_twelve_characters_at_most() -> None:
    assert text_of("x" * 512) == "x" * 512
    assert text_of("x" * 513) is None
    assert text_of(7) is None
    assert text_of("") is None
    assert text_of("x") == "x"


def test_all_digits_are_seconds_or_milliseconds_as_long_as_they_are_a_number() -> None:
    zeros = "0" * 9
    assert fired_times.moment_of(f"{zeros}1000000000") == datetime(
        2001, 9, 9, 1, 46, 40, tzinfo=UTC
    )
    assert fired_times.moment_of(f"{zeros}01000000000") is None, "twenty digits"
    assert fired_times.moment_of(f"{zeros}001000000000") is None


@pytest.mark.parametrize(
    ("value", "year"),
    [(946_684_800, 2000), (946_684_799, None), (4_133_980_799, 2100), (4_133_980_800, None)],
)
def test_our_days_are_from_2000_to_2100(value: int, year: int | None) -> None:
    for each in (value, value * 1000, str(value)):
        found = fired_times.moment_of(each)
        assert (found.year if found is not None else None) == year


def test_no_number_is_a_time_of_our_days_in_seconds_and_in_milliseconds() -> None:
    assert fired_times.moment_of(10**11) is None, "the years 5138 and 1973"
    assert fired_times.moment_of(10**12) == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "said"),
    [(2048, "must be the ARM id of a virtual"), (2049, "must have at most 2048 characters")],
)
def test_what_is_too_long_for_an_id_is_told_so(length: int, said: str) -> None:
    problem = not_vm("/".ljust(length, "x"))
    assert problem is not None
    assert problem.startswith(said)


def test_an_alert_without_an_id_or_a_time_asks_for_nothing() -> None:
    for missing in ({"id": None}, {"fired_at": None}):
        with pytest.raises(AssertionError):
            request_id_of(replace(ALERT, **missing), vm())
