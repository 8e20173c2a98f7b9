"""What the headers of ARM's replies mean: how long to wait, what time it is there, which trace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from arm import texts

RETRY_AFTER_S_MAX = 24 * 3600.0
"""Azure's longest quota counts a day; more is a mistake of the server."""

_REMAINING = "x-ms-ratelimit-remaining-"
_TRACE_ID = r"[A-Za-z0-9-]{1,64}"  # compiled, and kept, on first use


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers by lower-case name; every other function here expects them so."""
    return {name.lower(): str(value) for name, value in headers.items()}


def service_time(headers: Mapping[str, str]) -> datetime | None:
    """The time by the clock of whoever answered."""
    return _http_date(headers.get("date", ""))


def trace_id(headers: Mapping[str, str]) -> str | None:
    """The id under which Microsoft's support finds this request."""
    return correlation_id(headers) or request_id(headers)


def correlation_id(headers: Mapping[str, str]) -> str | None:
    """The id that Azure's activity log gives to all that one call caused."""
    return _id(headers.get("x-ms-correlation-request-id", ""))


def request_id(headers: Mapping[str, str]) -> str | None:
    """The id of this one reply."""
    return _id(headers.get("x-ms-request-id", ""))


def left(headers: Mapping[str, str]) -> int | None:
    """The least that is left of all quotas that the reply tells."""
    told = [value for name, value in headers.items() if name.startswith(_REMAINING)]
    counts = [int(value) for value in told if re.fullmatch(r"[0-9]{1,9}", value)]
    return min(counts, default=None)


def _id(found: str) -> str | None:
    return texts.name(found) if re.fullmatch(_TRACE_ID, found) else None


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Retry-After in seconds, whether it came as a number or as a date; None if it is not there."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.replace(".", "", 1).isdigit():
        wait_s = float(value)
    elif (until := _http_date(value)) is not None:
        # Against the service's own clock where it told us: ours may be wrong by minutes.
        wait_s = (until - (service_time(headers) or now)).total_seconds()
    else:
        return None
    return min(max(wait_s, 0.0), RETRY_AFTER_S_MAX)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # numbers beyond any calendar's
        return None
