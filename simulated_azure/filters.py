"""`$filter` and paging: the two things that all lists have in common.

The filter language is the service's own small one: `key eq 'value' and key eq 'value'`. A page
token is opaque and good for its own list only.
"""

import base64
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote, urlencode

from simulated_azure.times import filter_time
from simulated_azure.wire import invalid_input

Thing = TypeVar("Thing")

_TERM = re.compile(r"^\s*(\w+)\s+eq\s+'([^']*)'\s*$", re.IGNORECASE)


def parse_filter(text: str, allowed: Sequence[str]) -> dict[str, str]:
    """The filter's terms by their key as `allowed` spells it."""
    if not text.strip():
        return {}
    spelled = {name.lower(): name for name in allowed}
    terms = {}
    for part in re.split(r"\s+and\s+", text, flags=re.IGNORECASE):
        match = _TERM.match(part)
        if match is None or match[1].lower() not in spelled:
            raise invalid_input(f"$filter: cannot read {part!r}")
        terms[spelled[match[1].lower()]] = match[2]
    return terms


def time_term(terms: dict[str, str], name: str) -> datetime | None:
    """A term that is a time, or None when the filter does not have it."""
    if name not in terms:
        return None
    moment = filter_time(terms[name])
    if moment is None:
        raise invalid_input(f"$filter: {name} is not like '2026-07-01 12:00:00 AM'")
    return moment


def page(things: Sequence[Thing], token: str, size: int) -> tuple[Sequence[Thing], str]:
    """The page that a token points to, and the token of the next one ("" at the end).

    A size of zero gives an empty page in the middle of a list, which ARM may do.
    """
    start = _offset(token)
    end = start + size
    return things[start:end], _token(end) if end < len(things) else ""


def next_link(url: str, query: dict[str, str], token: str) -> str:
    """The absolute URL of the next page."""
    kept = {name: value for name, value in query.items() if name.lower() != "$skiptoken"}
    return f"{url}?{urlencode({**kept, '$skipToken': token}, quote_via=quote)}"


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"skip:{offset}".encode()).decode()


def _offset(token: str) -> int:
    if not token:
        return 0
    try:
        word, number = base64.urlsafe_b64decode(token.encode()).decode().split(":")
        offset = int(number)
    except ValueError:
        raise invalid_input("$skipToken is not one of ours") from None
    if word != "skip" or offset < 0:
        raise invalid_input("$skipToken is not one of ours")
    return offset
