"""Values in the exact form the real engine writes them: times, compact JSON, date-like strings.

Only texts are made here; what they mean is the business of history.py and the shim.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE_LIKE = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?(Z|[+-]\d\d:?\d\d)?", re.ASCII
)
STATUS_KB_MAX = 16


def time_text(moment: datetime, zone: str = "Z") -> str:
    """ISO time in UTC with the fraction's trailing zeros cut, and no fraction if it is zero."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text.rstrip("0").rstrip(".") + zone


def parse_time(text: str) -> datetime:
    """Read an engine or SDK time; no zone means UTC, for the SDK converts nothing."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def to_micros(moment: datetime) -> int:
    """A time as the store keeps it: whole microseconds since 1970, so that they sort exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def dump(value: Any) -> str:
    """Compact JSON that leaves letters of every script as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def compact(text: str | None) -> str | None:
    """Re-render JSON text; NaN and the infinities become strings, as Json.NET makes them."""
    if text is None:
        return None
    return dump(json.loads(text, parse_constant=str))


def parsed_or_text(text: str | None) -> Any:
    """What a status shows of a stored text: its JSON value, or the text itself."""
    if text is None:
        return None
    try:
        return json.loads(text, parse_constant=str)
    except ValueError:
        return text


def redated(value: Any) -> Any:
    """The value with date-like strings re-rendered anywhere in it, in the host's zone, UTC."""
    if isinstance(value, dict):
        return {key: redated(item) for key, item in value.items()}
    if isinstance(value, list):
        return [redated(item) for item in value]
    return _redated_text(value) if isinstance(value, str) else value


def status_too_large(text: str) -> str | None:
    """The engine's complaint about a custom status over 16 KB of UTF-16, or None."""
    size_kb = len(text.encode("utf-16-le", "surrogatepass")) // 1024
    if size_kb <= STATUS_KB_MAX:
        return None
    return (
        "The UTF-16 size of the JSON-serialized payload must not exceed "
        f"{STATUS_KB_MAX} KB. The current payload size is {size_kb} KB."
    )


def _redated_text(text: str) -> str:
    match = _DATE_LIKE.fullmatch(text)
    if match is None:
        return text
    seconds, fraction, zone = match[1], (match[2] or "").rstrip("0"), match[3] or ""
    try:
        if zone not in ("", "Z"):
            local = datetime.fromisoformat(seconds + zone).astimezone(UTC)
            seconds, zone = local.strftime("%Y-%m-%dT%H:%M:%S"), "+00:00"
        else:
            datetime.fromisoformat(seconds)
    except (ValueError, OverflowError):
        return text
    return seconds + ("." + fraction if fraction else "") + zone
