"""A rejection's id is the same at every delivery, and the newest comes first in a list."""

from datetime import UTC, datetime, timedelta

import pytest

from restore.messages import rejection

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
FAR = datetime(2200, 1, 1, tzinfo=UTC)


def test_ids_fall_as_time_goes_by() -> None:
    times = [NOW + timedelta(seconds=number) for number in range(3)]
    ids = [rejection.id_of(each, "m") for each in times]
    assert ids == sorted(ids, reverse=True)
    assert ids[0] == rejection.id_of(NOW, "m")
    assert all(len(each.partition("-")[0]) == 10 for each in ids)


def test_in_a_far_future_they_fall_no_more() -> None:
    far = datetime(9999, 12, 31, tzinfo=UTC)
    assert rejection.id_of(far, "m") == "0000000000-m"
    assert rejection.is_id("0000000000-m")


def test_an_id_counts_the_seconds_until_2200() -> None:
    """A later build makes the same of the same message."""
    assert rejection.id_of(NOW, "m") == f"{int((FAR - NOW).total_seconds())}-m"
    assert rejection.id_of(FAR - timedelta(seconds=7), "m") == "0000000007-m"
    assert rejection.id_of(FAR, "m") == "0000000000-m"


def test_what_a_queue_takes_is_kept_whole() -> None:
    assert rejection.ORIGINAL_BYTES_MAX == 65_536


@pytest.mark.parametrize("original", [b"text", "é語".encode(), b"\xff\xfe", b""])
def test_what_came_can_be_read_again(original: bytes) -> None:
    text, encoding = rejection.readable(original)
    assert encoding == ("base64" if original == b"\xff\xfe" else "utf-8")
    kept = rejection.Rejection(
        id="i", kind="rejected", at=NOW, queue="q", message_id="m", code="c",
        original=text, original_encoding=encoding,
    )  # fmt: skip
    assert kept.body == original
