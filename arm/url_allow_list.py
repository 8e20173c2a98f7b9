"""Where a request, and with it the bearer token, may go.

ARM hands out URLs (Azure-AsyncOperation, Location, nextLink) that must be used verbatim. Each is
only followed when it points to the configured ARM endpoint and to what the caller expects there:
the next page of the same list, or an operation of the same resource. Anything else is not a URL to
be repaired but one to be left alone; only in a nextLink, which some of Azure's services do not
escape, are characters percent-encoded that no URL may hold, before it is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, quote, unquote, urlsplit

from restore.values.arm_ids import lower_as_azure, lower_ascii
from restore.values.loopback import LOOPBACK_HOSTS

URL_CHARS_MAX = 32 * 1024

_OPERATIONS = frozenset(
    {
        "operationsstatus",
        "operationresults",
        "backupoperations",
        "backupoperationresults",
        "backupvalidateoperationsstatuses",
        "backupvalidateoperationresults",
    }
)
# Printable ASCII but for the four that some reader of URLs takes for something else.
_ODD = re.compile(r"[^!-~]|[\\#<>]")
# What no URL may hold. Control characters are not encoded: there is no honest reason for them.
_UNESCAPED = re.compile(r'[ "#<>\\^`{|}]|[^\x00-\x7f]')


def check_endpoint(endpoint: str) -> None:
    """Refuse an endpoint that no token may be sent to."""
    parts = urlsplit(endpoint)
    secure = parts.scheme == "https"
    simulated = parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if not ((secure or simulated) and bare and parts.hostname):
        raise ValueError("the ARM endpoint must be https://host, or http on loopback")


def is_at(url: str, endpoint: str) -> bool:
    """Whether this URL is at the endpoint, by scheme, host and port."""
    parts = _split(url)
    return parts is not None and _same_origin(parts, urlsplit(endpoint))


def is_within(url: str, endpoint: str, resource_id: str) -> bool:
    """Whether this URL is at the endpoint, and at or under the resource."""
    path, expected = _path(url, endpoint), _segments(resource_id)
    return bool(path and expected) and path[: len(expected)] == expected


def escaped(url: str) -> str:
    """The URL with each character percent-encoded that no URL may hold; all others as they are."""
    return _UNESCAPED.sub(lambda odd: quote(odd[0], safe="", errors="replace"), url)


def is_list(url: str, endpoint: str, list_path: str) -> bool:
    """Whether this URL is another page of that list."""
    path = _path(url, endpoint)
    return bool(path) and path == _segments(list_path)


def why_no_list(url: str, endpoint: str) -> str:
    """Which check a URL does not pass that is no page of a list; the URL itself is not shown."""
    if len(url) > URL_CHARS_MAX:
        return f"its URL is longer than {URL_CHARS_MAX} characters"
    if _ODD.search(url):
        return "its URL holds control characters"
    if not is_at(url, endpoint):
        return f"its URL is not at {endpoint}"
    return "its URL has another path than the list"


def is_operation(url: str, endpoint: str, resource_id: str) -> bool:
    """Whether this URL is the status or the result of an operation of that resource."""
    path, expected = _path(url, endpoint), _segments(resource_id)
    rest = path[len(expected) :]
    if not expected or path[: len(expected)] != expected:
        return False
    return len(rest) == 2 and rest[0] in _OPERATIONS


def _path(url: str, endpoint: str) -> list[str]:
    """The segments of a URL at the endpoint; none if it is not there, or plays tricks."""
    parts = _split(url)
    at_home = parts is not None and _same_origin(parts, urlsplit(endpoint))
    return _segments(parts.path) if parts is not None and at_home else []


def _split(url: str) -> SplitResult | None:
    # urlsplit quietly drops tabs, line ends and blanks in front, and a backslash is a slash to some
    # servers: what is checked must be what is sent.
    if len(url) > URL_CHARS_MAX or _ODD.search(url):
        return None
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _same_origin(parts: SplitResult, endpoint: SplitResult) -> bool:
    # Comparing the whole authority refuses user info, foreign ports and look-alike hosts at once.
    own = lower_ascii(endpoint.netloc)
    allowed = {own}
    if endpoint.scheme == "https" and ":" not in endpoint.netloc:
        allowed.add(f"{own}:443")
    return parts.scheme == endpoint.scheme and lower_ascii(parts.netloc) in allowed


def _segments(path: str) -> list[str]:
    """The path's segments decoded and lower-cased, or nothing if any of them plays tricks.

    Azure leaves the fabric out of an id now and then, so it does not count.
    """
    segments = [lower_as_azure(unquote(segment)) for segment in path.split("/")[1:]]
    for segment in segments:
        if segment in ("", ".", "..") or any(char in segment for char in "/\\%?#"):
            return []
        if any(char < " " or char == "\x7f" for char in segment):
            return []
    return [*_without_fabric(segments)]


def _without_fabric(segments: list[str]) -> Iterator[str]:
    for before, segment in zip(["", *segments], segments, strict=False):
        if "backupfabrics" not in (before, segment):
            yield segment
