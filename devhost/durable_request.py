"""A request to the Durable API as the extension reads it: lenient, and blind to case in its query.

What cannot be read (a date, a number, an unknown status) counts as absent and is not refused.
"""

from datetime import datetime
from urllib.parse import unquote

from devhost.engine.rendering import parse_time
from devhost.engine.seam import FINISHED, DurableRequest

URL_HEADER = "x-original-url"
"""The request's own URL, set by the server that took it: replies repeat its origin."""
_VERBS = {
    verb.lower(): verb
    for verb in ("raiseEvent", "terminate", "suspend", "resume", "rewind", "restart")
}
_STATUSES = {*FINISHED, "Running", "Pending", "Suspended", "ContinuedAsNew"}


class DurableCall:
    """One request, taken apart once; query names ignore case, as .NET's do."""

    def __init__(self, request: DurableRequest) -> None:
        self.request = request
        self.parts = _parts(request.path)
        self.query = {key.lower(): value for key, value in request.query.items()}
        self.headers = {key.lower(): value for key, value in request.headers.items()}
        self.url = self.headers.get(URL_HEADER, "http://127.0.0.1/")
        self.text = request.body.decode("utf-8", "replace")

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.query.get(name.lower(), "").lower()
        return value == "true" if value in ("true", "false") else default

    def whole(self, name: str, default: int) -> int:
        value = self.query.get(name.lower(), "")
        return int(value) if value.isdecimal() else default

    def number(self, name: str) -> float | None:
        try:
            return float(self.query[name.lower()])
        except (KeyError, ValueError):
            return None

    def moment(self, name: str) -> datetime | None:
        try:
            return parse_time(self.query[name.lower()])
        except (KeyError, ValueError):
            return None

    def statuses(self) -> list[str]:
        asked = self.query.get("runtimestatus", "").split(",")
        return [item.strip() for item in asked if item.strip() in _STATUSES]


def _parts(path: str) -> tuple[str, ...]:
    """A path's segments; the fixed words among them ignore case, names and ids do not."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    parts[0] = parts[0].lower()
    if parts[0] == "instances" and len(parts) > 2:
        parts[2] = _VERBS.get(parts[2].lower(), parts[2])
    return tuple(parts)
