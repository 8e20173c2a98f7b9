"""Times and durations as Azure Backup writes them. Only text is read here; nobody asks a clock."""

import re
from datetime import UTC, datetime, timedelta

_NO_TIME = "0001-01-01"  # how the service says "none"
_LONG_FRACTION = re.compile(r"(\.\d{6})\d+")
_ISO = re.compile(
    r"P(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,9})?)S)?)?"
)
_DOTNET = re.compile(
    r"(?:(?P<days>\d{1,5})\.)?(?P<hours>\d{1,2}):(?P<minutes>\d\d):(?P<seconds>\d\d(?:\.\d{1,9})?)"
)


def time_of(text: str | None) -> datetime | None:
    """Read a time with up to seven fractional digits; None for nothing and for year 1.

    A time without a zone is UTC, as everywhere in the service. Raises ValueError.
    """
    if not text or text.startswith(_NO_TIME):
        return None
    time = datetime.fromisoformat(_LONG_FRACTION.sub(r"\1", text))
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def stamp(time: datetime) -> str:
    """Write a time as people read it here: UTC, whole seconds. The engine leaves this form alone,
    where it re-renders others that stand in a status or an output."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def seconds_of(text: str) -> float:
    """Read a duration, ISO 8601 (`PT2M3.5S`) or .NET (`1.02:03:04.5`). Raises ValueError.

    Years and months are refused, for they have no fixed length.
    """
    match = _ISO.fullmatch(text) or _DOTNET.fullmatch(text)
    parts = match.groupdict() if match else {}
    given = {unit: float(amount) for unit, amount in parts.items() if amount is not None}
    if not given or text.endswith("T"):
        raise ValueError("not a duration such as PT90M, PT24H or P2D")
    return timedelta(**given).total_seconds()


def text_of(seconds: float) -> str:
    """Say a length of time as people do: `2 d 3 h`, `45 min`, `12 s`."""
    rest, parts = round(seconds), []
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        amount, rest = divmod(rest, length)
        if amount:
            parts.append(f"{amount} {unit}")
    return " ".join(parts[:2]) or "0 s"
