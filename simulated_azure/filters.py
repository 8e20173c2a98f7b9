"""`$filter` and paging: the two things that all lists have in common.

The filter language is the service's own small one: `key eq 'value' and key eq 'value'`. A page
token is opaque and good for its own list only.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote, urlencode

from simulated_azure.routing import Call
from simulated_azure.times import filter_time
from simulated_azure.wire import Reply, invalid_input, json_reply

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


def bool_term(terms: dict[str, str], name: str) -> bool | None:
    """A term that is 'true' or 'false', or None when the filter does not have it."""
    if name not in terms:
        return None
    if terms[name].lower() not in ("true", "false"):
        raise invalid_input(f"$filter: {name} is neither 'true' nor 'false'")
    return terms[name].lower() == "true"


def fits(actual: Mapping[str, str], terms: Mapping[str, str]) -> bool:
    """Whether all terms are met, ignoring case; what `actual` does not have meets none."""
    return all(actual.get(name, "").lower() == value.lower() for name, value in terms.items())


def page(things: Sequence[Thing], token: str, size: int) -> tuple[Sequence[Thing], str]:
    """The page that a token points to, and the token of the next one ("" at the end).

    A size of zero gives an empty page in the middle of a list, which ARM may do.
    """
    start = _offset(token)
    end = start + size
    return things[start:end], _token(end) if end < len(things) else ""


def list_reply(call: Call, value: Sequence[object], token: str) -> Reply:
    """A page of a list; the last one has no nextLink."""
    body: dict[str, object] = {"value": value}
    if token:
        query = {"api-version": call.version.text}
        if "$filter" in call.query:
            query["$filter"] = call.query["$filter"]
        query["$skipToken"] = token
        url = f"{call.target.base}{call.target.path}"
        body["nextLink"] = f"{url}?{urlencode(query, quote_via=quote)}"
    return json_reply(200, body)


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
