"""A timer's period as the expression that the Functions host understands.

NCRONTAB counts from the beginning of each minute, hour or day; so only what divides one of them
evenly comes at even distances. A time span would do without, but only on some hosting plans.
"""

from datetime import datetime, timedelta

_UNITS = (
    (1, 60, "*/{} * * * * *"),
    (60, 60, "0 */{} * * * *"),
    (3600, 24, "0 0 */{} * * *"),
)
"""Seconds of the unit, how many of it make the next, and the expression."""


def ncrontab(period_s: int) -> str | None:
    """Return the expression for every so many seconds; None when there is none."""
    for unit_s, of_next, expression in _UNITS:
        count, rest = divmod(period_s, unit_s)
        if not rest and count in range(1, of_next) and not of_next % count:
            return expression.format(count)
    return None


def is_first_of_day(now: datetime, period_s: int) -> bool:
    """Whether no tick of this period came earlier on this day, in UTC."""
    return timedelta(hours=now.hour, minutes=now.minute, seconds=now.second) < timedelta(
        seconds=period_s
    )
