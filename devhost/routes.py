"""Route templates of HTTP triggers: `vms/{name}/jobs/{id:int?}`, `files/{*path}` and the like.

Matching is case-insensitive and a more literal template wins, as in ASP.NET. A known path with
another method is simply not found: so answers the Functions host.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import unquote

T = TypeVar("T")
_PARAMETER = re.compile(r"\{(\*{0,2})(\w+)((?::[^}=?]+)*)(?:=([^}]*))?(\?)?\}")
_CONSTRAINTS = {
    "int": r"[+-]?\d{1,10}",
    "long": r"[+-]?\d{1,19}",
    "guid": r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}",
    "bool": r"(?i:true|false)",
    "alpha": r"[A-Za-z]+",
    "decimal": r"[+-]?\d+(?:\.\d+)?",
    "double": r"[+-]?\d+(?:\.\d+)?",
    "float": r"[+-]?\d+(?:\.\d+)?",
}
_ANY_METHOD: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Route(Generic[T]):
    template: str
    methods: frozenset[str]
    pattern: re.Pattern[str]
    defaults: dict[str, str]
    rank: tuple[int, ...]
    target: T


@dataclass
class RouteTable(Generic[T]):
    """Templates with what they lead to."""

    _routes: list[_Route[T]] = field(default_factory=list)

    def add(self, template: str, methods: Iterable[str], target: T) -> None:
        """Add a template without the leading slash; no methods means all of them."""
        segments = [part for part in template.strip("/").split("/") if part]
        defaults = {
            match[2]: match[4]
            for part in segments
            if (match := _PARAMETER.search(part))
            if match[4]
        }
        pattern = re.compile("".join(map(_segment_pattern, segments)) + "/?", re.IGNORECASE)
        allowed = frozenset(method.upper() for method in methods) or _ANY_METHOD
        rank = tuple(map(_segment_rank, segments))
        self._routes.append(_Route(template, allowed, pattern, defaults, rank, target))
        self._routes.sort(key=lambda route: route.rank)

    def match(self, method: str, raw_path: str) -> tuple[T, dict[str, str]] | None:
        """Find what a request leads to, and the values of the template's parameters."""
        for route in self._routes:
            if route.methods and method.upper() not in route.methods:
                continue
            found = route.pattern.fullmatch(raw_path)
            if found is not None:
                given = {key: unquote(value) for key, value in found.groupdict().items() if value}
                return route.target, {**route.defaults, **given}
        return None


def _segment_pattern(segment: str) -> str:
    """The pattern of one segment with its leading slash, which an absent parameter takes along."""
    match = _PARAMETER.fullmatch(segment)
    if match is None:
        return "/" + _mixed(segment)
    value = f"(?P<{match[2]}>{'.*' if match[1] else _value_pattern(match[3])})"
    is_optional = bool(match[1] or match[4] or match[5])
    return f"(?:/{value})?" if is_optional else f"/{value}"


def _mixed(segment: str) -> str:
    """A segment with literal text, perhaps with parameters in it (`{name}.json`)."""
    parts, last = [], 0
    for match in _PARAMETER.finditer(segment):
        parts.append(re.escape(segment[last : match.start()]))
        parts.append(f"(?P<{match[2]}>{_value_pattern(match[3])})")
        last = match.end()
    return "".join(parts) + re.escape(segment[last:])


def _value_pattern(constraints: str) -> str:
    kinds = [item.partition("(")[0] for item in constraints.split(":") if item]
    return next((_CONSTRAINTS[kind] for kind in kinds if kind in _CONSTRAINTS), "[^/]+")


def _segment_rank(segment: str) -> int:
    match = _PARAMETER.search(segment)
    if match is None:
        return 0
    return 3 if match[1] else 1 if match[3] else 2
