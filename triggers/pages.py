"""Lists over HTTP: `{value, continuationToken?}`, page by page, filtered by what a line says.

A list is read from the labels of documents, not from the documents: a page costs one read. Filters
compare without case.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import azure.functions as func

from restore.messages.errors import InvalidRequest, ServiceUnavailable, to_failure
from restore.values import tokens
from restore.values.arm_ids import lower_as_azure, trimmed
from restore.values.problem import Problem
from storage.documents import Labelled, Page
from storage.labels import shown_of
from triggers import problems

Line = dict[str, Any]

TOP, TOP_MAX = 50, 200
_TOP_TEXT = re.compile(r"[0-9]{1,4}")
_PAGES_MAX = 20
"""So many pages are searched for what a filter wants before the answer says "go on there"."""
_MARK = "after"


class Asked(NamedTuple):
    """One page of a list, as somebody asks for it."""

    wanted: Mapping[str, str]
    """What a line must say, in lower case."""
    top: int
    token: str | None


async def show(
    req: func.HttpRequest,
    filters: Mapping[str, tuple[str, ...]],
    page_of: Callable[[int, str | None], Page],
    line_of: Callable[[Labelled], Line],
    beside: Callable[[], dict[str, Any]] = dict,
) -> func.HttpResponse:
    """Answer with a page of a list, and what is told beside it. `filters` names those of the list,
    each with all that it may be; none: anything."""
    try:
        wanted = asked(req, filters)
    except InvalidRequest as error:
        return problems.wrong_query(error)
    try:
        return problems.ok(
            200, await asyncio.to_thread(lambda: read(wanted, page_of, line_of) | beside())
        )
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))


def asked(req: func.HttpRequest, filters: Mapping[str, tuple[str, ...]]) -> Asked:
    """Return what a query asks for. Raises InvalidRequest, which lists every fault."""
    top_text = req.params.get("top", str(TOP))
    given = req.params.get("continuationToken")
    token = None if given is None else tokens.place_in(_MARK, given)
    faults = list(_faults(req.params, filters))
    if not _TOP_TEXT.fullmatch(top_text) or not 1 <= int(top_text) <= TOP_MAX:
        faults.append(Problem(path="$.top", message=f"A whole number from 1 to {TOP_MAX}"))
    if given is not None and token is None:
        faults.append(Problem(path="$.continuationToken", message="Not a token of this list"))
    if faults:
        raise InvalidRequest(faults)
    wanted = {
        name: lower_as_azure(shown_of(trimmed(req.params[name])))
        for name in filters
        if name in req.params
    }
    return Asked(wanted, int(top_text), token)


def read(
    asked: Asked,
    page_of: Callable[[int, str | None], Page],
    line_of: Callable[[Labelled], Line],
) -> dict[str, Any]:
    """Read pages of documents until one line matches at least; a page is never cut in two. Raises
    ServiceUnavailable."""
    lines: list[Line] = []
    token = asked.token
    for _ in range(_PAGES_MAX):
        page = page_of(asked.top - len(lines), token)
        lines += [line for line in map(line_of, page.lines) if _matches(line, asked.wanted)]
        token = page.token
        if token is None or len(lines) >= asked.top:
            break
    following = {"continuationToken": tokens.token_of(_MARK, token)} if token else {}
    return {"value": lines} | following


def _faults(params: Mapping[str, str], filters: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    """Say which parameters are unknown, and which values nothing can have: an empty list would be
    read as "nothing of that kind happened"."""
    from restore.request import validation  # its tables are built on first use, not at start

    known = (*filters, "top", "continuationToken", "code")
    for name, value in params.items():
        values = filters.get(name, ())
        if name not in known:
            text = f"Unknown parameter; known are {', '.join(known)}"
            yield Problem(path=validation.path_to("$", name), message=text)
        elif values and lower_as_azure(value) not in map(lower_as_azure, values):
            yield Problem(path=f"$.{name}", message=f"Must be one of {', '.join(values)}")


def _matches(line: Line, wanted: Mapping[str, str]) -> bool:
    return all(lower_as_azure(str(line[name] or "")) == value for name, value in wanted.items())
