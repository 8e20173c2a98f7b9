"""When an alert fired, in the forms in which senders say it. Nobody asks a clock here."""

from datetime import UTC, datetime
from typing import Any

from restore.values.times import time_of

_YEARS = range(2000, 2101)
"""What lies beyond is a placeholder, such as year 1 for "not yet"."""


def moment_of(value: Any) -> datetime | None:
    """Return a time: ISO 8601 with or without a zone (then UTC), or seconds or milliseconds since
    1970, also as text. None for what is none of these."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        number = _number(text)
        return _read(text) if number is None else _since_1970(number)
    return _since_1970(value) if isinstance(value, int | float) else None


def _number(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _since_1970(number: float) -> datetime | None:
    """Read seconds or milliseconds: no number is a likely time as both."""
    return _after(number, 1) or _after(number, 1000)


def _after(number: float, per_second: int) -> datetime | None:
    try:
        return _likely(datetime.fromtimestamp(number / per_second, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _read(text: str) -> datetime | None:
    try:
        return _likely(time_of(text))
    except (ValueError, OverflowError):
        return None


def _likely(time: datetime | None) -> datetime | None:
    return time if time is not None and time.year in _YEARS else None
