"""From Azurite's access log to who asked for what: the unit in which Azure Storage is billed. Pure.

A batch on a table is one line, hence one request. What the benchmark itself asks for (it puts
requests on the queue and reads the events) is nobody's.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

_LINE = re.compile(r'"(?P<method>[A-Z]+) /devstoreaccount1(?P<url>\S*) HTTP/[\d.]+" \d{3}')
_LEDGER = "restore-ledger"
_ASKING = "restore-requests"
_TELLING = "restore-events"
_OWNERS = {_LEDGER: "app", _TELLING: "app", _ASKING: "trigger", f"{_ASKING}-poison": "trigger"}
_QUERY = ("comp", "restype")


class Asked(NamedTuple):
    """One request, without the ids in it."""

    service: str
    """blob, queue or table"""
    owner: str
    """app (ledger and events), trigger (the request queue, its poison) or engine (the task hub)"""
    what: str


def read_log(service: str, text: str) -> Iterator[Asked]:
    """The requests in the access log of one service, those of the benchmark left out."""
    for found in _LINE.finditer(text):
        asked = _asked(service, found["method"], found["url"])
        if asked is not None:
            yield asked


def _asked(service: str, method: str, url: str) -> Asked | None:
    parts = urlsplit(url)
    names = parts.path.strip("/").split("/")
    if names[0] == _TELLING and method != "POST" and len(names) > 1:
        return None
    if names[0] == _ASKING and method == "POST":
        return None
    query = parse_qs(parts.query, keep_blank_values=True)
    kinds = " ".join(f"{key}={query[key][0]}" for key in _QUERY if key in query)
    owner = _OWNERS.get(names[0], "engine")
    place = _place(service, owner, names)
    return Asked(service, owner, f"{method} {place} {kinds}".rstrip())


def _place(service: str, owner: str, names: list[str]) -> str:
    if service == "table":
        return names[0].partition("(")[0]
    if service == "queue":
        name = names[0] if owner != "engine" else _hub_queue(names[0])
        return "/".join([name, *names[1:2], *("*" for _ in names[2:3])])
    if owner == "app":
        return "/".join([*names[:2], *("*" for _ in names[2:3])])
    return f"{names[0]}/*" if len(names) > 1 else names[0]


def _hub_queue(name: str) -> str:
    return "control" if "-control-" in name else "workitems" if "workitems" in name else name
