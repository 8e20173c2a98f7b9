"""From a request's path to a route, and what a route's handler is given.

Paths are matched decoded and ignoring case, because `;` and `%3B`, `/Subscriptions/` and
`/subscriptions/` are all the same to ARM. So are `/` and `//`, which the Azure CLI writes before
the names of storage accounts and networks.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from simulated_azure.state import State
from simulated_azure.versions import Version
from simulated_azure.wire import Reply, Request

Quota = Literal["job_reads", "operation_reads", "reads", "writes"]
Provider = Literal["backup", "vaults", "compute", "storage", "network", "resources"]


@dataclass(frozen=True)
class Target:
    """Where a request goes: its URL taken apart, once."""

    base: str
    path: str
    query_text: str

    @property
    def query(self) -> dict[str, str]:
        """The query's values by lower-cased name."""
        pairs = parse_qsl(self.query_text, keep_blank_values=True)
        return {name.lower(): value for name, value in pairs}


@dataclass
class Call:
    """One request on its way through a handler."""

    state: State
    now: datetime
    request: Request
    target: Target
    params: dict[str, str]
    version: Version
    body: object
    page_size: int
    secret: bytes
    new_id: Callable[[], str]
    query: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.query = self.target.query


Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Route:
    """A method, a path and what answers there; `name` is what faults and logs call it."""

    name: str
    method: str
    template: str
    handler: Handler
    quota: Quota = "reads"
    provider: Provider = "backup"

    def __post_init__(self) -> None:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(self.template))
        object.__setattr__(self, "_pattern", re.compile(f"^{pattern}/?$", re.IGNORECASE))

    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def match(self, path: str) -> dict[str, str] | None:
        """The path's parameters, or None when it is not this route's."""
        match = self._pattern.match(path)
        return match.groupdict() if match else None


@dataclass(frozen=True)
class Found:
    """A route and the parameters in the path."""

    route: Route
    params: dict[str, str]


def split(url: str) -> Target:
    """Take an absolute URL apart without changing any of it."""
    parts = urlsplit(url)
    return Target(f"{parts.scheme}://{parts.netloc}", parts.path, parts.query)


def find(routes: Iterable[Route], method: str, path: str) -> Found | Literal["method"] | None:
    """The route for a request; "method" when the path exists for another one."""
    decoded = re.sub("/{2,}", "/", unquote(path))
    known = False
    for route in routes:
        params = route.match(decoded)
        if params is not None and route.method == method:
            return Found(route, params)
        known = known or params is not None
    return "method" if known else None
