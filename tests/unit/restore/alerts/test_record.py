"""What came is kept byte by byte, as far as it is kept."""

import pytest

from restore.alerts.record import AlertRecord, recorded
from tests.alert_samples import FIRED

KEPT = 256 * 1024


def record(original: bytes) -> AlertRecord:
    return recorded("a1", "http", FIRED, original, by="ann")


@pytest.mark.parametrize("original", [b"{}", b"\xff\xfe\x00", "é語".encode(), b"", b"x" * KEPT])
def test_what_came_can_be_read_again(original: bytes) -> None:
    kept = record(original)
    assert (kept.body, kept.original_bytes) == (original, len(original))
    assert (kept.id, kept.way, kept.received_at, kept.by) == ("a1", "http", FIRED, "ann")


def test_of_more_the_beginning_is_kept_and_how_much_it_was() -> None:
    kept = record(b"x" * (KEPT + 1))
    assert (kept.original, kept.original_bytes) == ("x" * KEPT, KEPT + 1)
    assert kept.body == b"x" * KEPT + b" "
