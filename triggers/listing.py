"""Handler of `GET /restores`: the ledger, page by page, filtered.

Listed from the ledger's labels, not from the orchestrations: a purged history is no reason to
forget a restore. Lines come in the order of their request ids.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import azure.functions as func

from restore.messages.errors import ServiceUnavailable, to_failure
from restore.messages.ledger_entry import LedgerState
from restore.messages.model import VerdictKind
from restore.messages.request import REQUEST_TYPES
from restore.request import validation
from restore.values import tokens
from restore.values.arm_ids import lower_as_azure, trimmed
from restore.values.problem import Problem
from storage import connection
from storage.labels import line_of, shown_of
from triggers import problems

_FILTERS = ("state", "verdict", "recoveryType", "sourceResourceId")
_PARAMETERS = (*_FILTERS, "top", "continuationToken", "code")
_VALUES: dict[str, tuple[str, ...]] = {
    "state": tuple(state.value for state in LedgerState),
    "verdict": get_args(VerdictKind),
    "recoveryType": tuple(REQUEST_TYPES),
}
_TOP, _TOP_MAX = 50, 200
_TOP_TEXT = re.compile(r"[0-9]{1,4}")
_PAGES_MAX = 20
"""So many pages are searched for what a filter wants before the answer says "go on there"."""
_MARK = "after"


async def show_page(req: func.HttpRequest) -> func.HttpResponse:
    """Answer `{value, continuationToken?}`; filters compare without case."""
    top_text = req.params.get("top", str(_TOP))
    given = req.params.get("continuationToken")
    token = None if given is None else tokens.place_in(_MARK, given)
    faults = list(_faults(req.params))
    if not _TOP_TEXT.fullmatch(top_text) or not 1 <= int(top_text) <= _TOP_MAX:
        faults.append(Problem(path="$.top", message=f"A whole number from 1 to {_TOP_MAX}"))
    if given is not None and token is None:
        faults.append(Problem(path="$.continuationToken", message="Not a token of this list"))
    if faults:
        detail = "The app did not read the list."
        return problems.problem(400, "InvalidRequest", "The query is not valid", detail, faults)
    wanted = {
        name: lower_as_azure(shown_of(trimmed(req.params[name])))
        for name in _FILTERS
        if name in req.params
    }
    try:
        lines, following = await asyncio.to_thread(_read, wanted, int(top_text), token)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    body: dict[str, Any] = {"value": lines}
    if following:
        body["continuationToken"] = tokens.token_of(_MARK, following)
    return problems.ok(200, body)


def _faults(params: Mapping[str, str]) -> Iterator[Problem]:
    """Say which parameters are unknown, and which values no restore can have: an empty list would
    be read as "nothing of that kind happened"."""
    for name, value in params.items():
        if name not in _PARAMETERS:
            text = f"Unknown parameter; known are {', '.join(_PARAMETERS)}"
            yield Problem(path=validation.path_to("$", name), message=text)
        elif name in _VALUES and lower_as_azure(value) not in map(lower_as_azure, _VALUES[name]):
            yield Problem(path=f"$.{name}", message=f"Must be one of {', '.join(_VALUES[name])}")


def _read(
    wanted: dict[str, str], top: int, token: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Read storage pages until one line matches at least; a page is never cut in two."""
    lines: list[dict[str, Any]] = []
    for _ in range(_PAGES_MAX):
        page = connection.ledger().page(top - len(lines), token)
        found = [line_of(line.name, line.labels) for line in page.lines]
        lines += [line for line in found if _matches(line, wanted)]
        token = page.token
        if token is None or len(lines) >= top:
            break
    return lines, token


def _matches(line: dict[str, Any], wanted: dict[str, str]) -> bool:
    return all(lower_as_azure(str(line[name] or "")) == value for name, value in wanted.items())
