"""The address of a probe: `https://host/path`, `http://host/path` or `tcp://host:port`.

No user, query or fragment: a request is kept and shown, and these are where secrets stand.
"""

from typing import NamedTuple
from urllib.parse import urlsplit

_HOST = r"(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)"
_PORT = r":[0-9]{1,5}"
PATTERN = rf"\A(?:https?://{_HOST}(?:{_PORT})?(?:/[A-Za-z0-9._~%/-]*)?|tcp://{_HOST}{_PORT})\Z"
SAYS = "must be http://host/path, https://host/path or tcp://host:port, without a user or a query"
_PORTS = {"http": 80, "https": 443}


class ProbeTarget(NamedTuple):
    """What a probe's address names."""

    scheme: str
    host: str
    """In small letters; of an IPv6 address without its brackets."""
    port: int
    path: str


def target_of(url: str) -> ProbeTarget:
    """Take an address of PATTERN apart. Raises ValueError where its port is none."""
    parts = urlsplit(url)
    port = _PORTS[parts.scheme] if parts.port is None else parts.port
    if not port:
        raise ValueError("Port out of range 0-65535")
    return ProbeTarget(parts.scheme, parts.hostname or "", port, parts.path or "/")
