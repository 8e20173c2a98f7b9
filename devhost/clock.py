"""Where the development host gets the time from.

Everything in devhost that needs the time takes a Clock, so that a test or a simulation can live
through a day in a second. Nothing here sleeps: who waits asks the engine for the next due time.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Says what time it is, always in UTC and always aware."""

    def now(self) -> datetime: ...


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class VirtualClock:
    """A clock that moves only when it is told to, and never backwards."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2030, 1, 1, tzinfo=UTC)
        assert self._now.tzinfo is not None, "a clock needs an aware start"

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> datetime:
        """Move forward by so many seconds and return the new time."""
        assert seconds >= 0, "time does not run backwards"
        self._now += timedelta(seconds=seconds)
        return self._now

    def move_to(self, moment: datetime) -> datetime:
        """Jump forward to a moment; a moment already past changes nothing."""
        self._now = max(self._now, moment)
        return self._now
