"""The time, as activities know it. `use` is the seam for simulation, where time is made."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _real() -> datetime:
    return datetime.now(UTC)


_now: Callable[[], datetime] = _real


def now() -> datetime:
    """Return the time, aware and in UTC."""
    return _now()


@contextmanager
def use(clock: Callable[[], datetime]) -> Iterator[None]:
    """Take the time from another clock until the block ends."""
    global _now
    before, _now = _now, clock
    try:
        yield
    finally:
        _now = before
