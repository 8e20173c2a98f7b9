"""Times and durations in the spellings of the service."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

ZERO_TIME = "0001-01-01T00:00:00"
"""What a running operation shows as its end: a sentinel without a zone."""

_FILTER_TIME = re.compile(r"^(\d{4})-(\d{2})-(\d{2}) (\d{1,2}):(\d{2}):(\d{2}) (AM|PM)$")


def wire_time(moment: datetime) -> str:
    """Seven fractional digits and Z, which is one digit more than Python keeps."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}{moment.microsecond % 9 + 1}Z"


def http_date(moment: datetime) -> str:
    """The Date header."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def iso_duration(length: timedelta) -> str:
    """As .NET writes an ISO 8601 duration: `PT24M58.9876543S`, `PT0S`."""
    ticks = round(length.total_seconds() * 10_000_000)
    days, ticks = divmod(ticks, 864_000_000_000)
    hours, ticks = divmod(ticks, 36_000_000_000)
    minutes, ticks = divmod(ticks, 600_000_000)
    seconds = f"{ticks / 10_000_000:.7f}".rstrip("0").rstrip(".")
    text = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n)
    text += f"{seconds}S" if seconds != "0" or not (text or days) else ""
    return "P" + (f"{days}D" if days else "") + (f"T{text}" if text else "")


def dotnet_duration(length: timedelta) -> str:
    """As old versions write a duration: `00:24:58.9876543`."""
    total = length.total_seconds()
    hours, rest = divmod(total, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{int(hours):02d}:{int(minutes):02d}:{seconds:010.7f}"


def filter_time(text: str) -> datetime | None:
    """The 12-hour UTC form of filters; None when it is not one (hour 00 is taken, too)."""
    match = _FILTER_TIME.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    hour = hour % 12 + (12 if match[7] == "PM" else 0)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
