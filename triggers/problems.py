"""Errors over HTTP: RFC 9457 `application/problem+json`, without internals."""

from collections.abc import Iterable
from typing import Any

import azure.functions as func
import msgspec

from restore.messages.errors import InvalidRequest, problems_of
from restore.messages.model import Failure
from restore.values.problem import Problem
from restore.values.truncation import truncated

BODY_BYTES_MAX = 1024 * 1024
"""What anybody who asks can be expected to take. Lists have pages, which are smaller by far."""

_GIVES_WAY = (
    "original",
    "recoveryPoint.passedOver",
    "choice.passedOver",
    "choice.point.disks",
    "choice.point.threats",
    "jobErrors",
    "error.details",
    "error.problems",
    "problems",
    "findings",
    "replacedDisks",
    "keptDisks",
    "disksToKeep",
    "disksToReplace",
    "body",
    "decisions",
)
"""What a person can best do without comes first."""

_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "10"}}
_STATUS_OF_CATEGORY = {
    "InvalidRequest": 400,
    "NotSupported": 400,
    "AccessDenied": 403,
    "PolicyRefused": 403,
    "NotFound": 404,
    "Conflict": 409,
    "PlanChanged": 409,
    "Throttled": 503,
    "DeadlinePassed": 503,
    "ServiceUnavailable": 503,
    "SettingsWrong": 503,
}


def problem(
    status: int, code: str, title: str, detail: str, problems: Iterable[Problem] = (), **more: Any
) -> func.HttpResponse:
    """Return a problem. `code` names it for programs, `problems` lists every fault by JSON path."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    listed = [{"path": fault.path, "message": fault.message} for fault in problems]
    if listed:
        body["problems"] = listed
    return func.HttpResponse(
        _encoded(body | more),
        status_code=status,
        mimetype="application/problem+json",
        headers=_HEADERS.get(status),
    )


def wrong_query(error: InvalidRequest) -> func.HttpResponse:
    """Return all that is wrong with a query: nothing was read."""
    return problem(400, error.code, "The query is not valid", error.message, error.problems)


def of_failure(failure: Failure, **more: Any) -> func.HttpResponse:
    """Return a failure of ours or Azure's as a problem."""
    status = _STATUS_OF_CATEGORY.get(failure.category, 502)
    title = f"The app cannot serve the request: {failure.code}"
    return problem(status, failure.code, title, failure.message, problems_of(failure), **more)


def unavailable(failure: Failure) -> func.HttpResponse:
    """Return that the app's own storage did not take it: nothing was accepted, ask again."""
    detail = f"{failure.message} This call started nothing. Send it again."
    return problem(503, failure.code, "The app's storage failed", detail)


def unknown(request_id: str) -> func.HttpResponse:
    """Return that no such restore was ever accepted."""
    detail = f"This app never accepted a request with the id {request_id[:128]!r}."
    return problem(404, "RestoreNotFound", "No such restore", detail)


def ok(
    status: int, body: dict[str, Any], headers: dict[str, str] | None = None
) -> func.HttpResponse:
    """Return plain JSON."""
    return func.HttpResponse(
        _encoded(body), status_code=status, mimetype="application/json", headers=headers
    )


def whole(document: dict[str, Any]) -> func.HttpResponse:
    """Return a document that was put aside: the one place where all of it is read."""
    return func.HttpResponse(
        msgspec.json.encode(document), status_code=200, mimetype="application/json"
    )


def rejected(view: dict[str, Any]) -> func.HttpResponse:
    """Return an accepted request that was rejected after a look at the vault."""
    failure = Failure.from_json(view["error"])
    return of_failure(failure, requestId=view["requestId"], verdict=view["verdict"])


def _encoded(body: dict[str, Any]) -> bytes:
    encoded = msgspec.json.encode(body)
    if len(encoded) <= BODY_BYTES_MAX:
        return encoded
    return msgspec.json.encode(truncated(body, BODY_BYTES_MAX, _GIVES_WAY))
