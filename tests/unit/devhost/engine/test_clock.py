"""A virtual clock moves only when told to, and never back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from devhost.clock import RealClock, VirtualClock

START = datetime(2030, 1, 1, tzinfo=UTC)


def test_a_virtual_clock_stands_still_until_it_is_moved() -> None:
    clock = VirtualClock(START)
    assert clock.now() == clock.now() == START
    assert clock.advance(1.5) == START + timedelta(seconds=1.5)


def test_a_jump_into_the_past_changes_nothing() -> None:
    clock = VirtualClock(START)
    assert clock.move_to(START - timedelta(days=1)) == START
    assert clock.move_to(START + timedelta(days=1)) == START + timedelta(days=1)


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(AssertionError, match="backwards"):
        VirtualClock(START).advance(-1)


def test_the_real_clock_is_aware_and_in_utc() -> None:
    assert RealClock().now().utcoffset() == timedelta(0)
