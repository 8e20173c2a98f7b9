"""A rejection's id is the same at every delivery, and the newest comes first in a list."""

from datetime import UTC, datetime, timedelta

from restore.messages import rejection

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


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
