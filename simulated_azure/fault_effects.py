"""What faults do to a request before it is handled, and to a reply before it leaves."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import unquote

from simulated_azure.faults import BEFORE, Fault
from simulated_azure.times import ZERO_TIME, wire_time
from simulated_azure.wire import Answer, ArmError, Reply, json_reply, part_not_found

_POLL_HEADERS = ("Azure-AsyncOperation", "Location")
_THROTTLED = "The request is being throttled as the limit has been reached for operation."


def instead(faults: Iterable[Fault], path: str) -> Answer | None:
    """The answer when a fault keeps the request from being handled at all."""
    for fault in faults:
        if fault.kind not in BEFORE:
            continue
        if fault.kind in ("refused", "drop_before"):
            refused = fault.kind == "refused"
            return Answer(Reply(0, {}), lost=True, refused=refused)
        if fault.kind == "job_404":
            return Answer(part_not_found("job", path.rsplit("/", 1)[-1]).reply())
        return Answer(_error_reply(fault))
    return None


def afterwards(faults: Iterable[Fault], reply: Reply, now: datetime) -> Answer:
    """The reply with every fault applied that spoils replies."""
    lost, delay_s = False, 0.0
    for fault in faults:
        if fault.kind == "drop_after":
            lost = True
        elif fault.kind == "delay":
            delay_s += fault.delay_s
        elif fault.kind == "status_after":
            reply = _error_reply(fault)
        elif fault.kind in _SPOILERS and reply.status < 400:
            reply = _SPOILERS[fault.kind](fault, reply, now)
    return Answer(reply, lost=lost, delay_s=delay_s)


def _wait(fault: Fault) -> dict[str, str]:
    return {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}


def _error_reply(fault: Fault) -> Reply:
    wait = _wait(fault)
    if fault.body is not None:
        return Reply(fault.status, wait, fault.body.encode())
    if fault.kind == "throttle":
        code, message = fault.code or "TooManyRequests", fault.message or _THROTTLED
        return ArmError(429, code, message, gateway=True, headers=wait, more=fault.error).reply()
    code = fault.code or _code_for(fault.status)
    message = fault.message or "A fault that was asked for."
    return ArmError(fault.status, code, message, headers=wait, more=fault.error).reply()


def _code_for(status: int) -> str:
    known = {
        400: "BMSUserErrorInvalidInput",
        401: "ExpiredAuthenticationToken",
        403: "AuthorizationFailed",
        404: "ResourceNotFound",
        409: "BMSUserErrorContainerIsAlreadyRegisteredWithAnotherVault",
        429: "TooManyRequests",
        503: "ServiceUnavailable",
    }
    return known.get(status, "InternalServerError")


def _malformed(fault: Fault, reply: Reply, now: datetime) -> Reply:
    del fault, now
    return Reply(reply.status, reply.headers, (reply.body or b'{"value": [')[:-1] + b"<")


def _foreign_poll_url(fault: Fault, reply: Reply, now: datetime) -> Reply:
    del now
    headers = {
        name: fault.url if name in _POLL_HEADERS else value for name, value in reply.headers.items()
    }
    return Reply(reply.status, headers, reply.body)


def _bad_location(fault: Fault, reply: Reply, now: datetime) -> Reply:
    del fault, now
    headers = dict(reply.headers)
    location = headers.get("Location", "")
    headers["Location"] = location.replace("/subscriptions/", "/subscriptions//subscriptions/", 1)
    return Reply(reply.status, headers, reply.body)


def _no_poll_headers(fault: Fault, reply: Reply, now: datetime) -> Reply:
    del fault, now
    kept = {name: value for name, value in reply.headers.items() if name not in _POLL_HEADERS}
    return Reply(reply.status, kept, reply.body)


def _list_lag(fault: Fault, reply: Reply, now: datetime) -> Reply:
    newest = wire_time(now - timedelta(seconds=fault.lag_s))
    body = json.loads(reply.body)
    body["value"] = [job for job in body["value"] if str(job["properties"]["startTime"]) <= newest]
    return json_reply(reply.status, body, reply.headers)


def _without_properties(fault: Fault, reply: Reply, now: datetime) -> Reply:
    del fault, now
    body = json.loads(reply.body)
    body.pop("properties", None)
    return json_reply(reply.status, body, reply.headers)


def _stuck(fault: Fault, reply: Reply, now: datetime) -> Reply:
    del fault, now
    body = json.loads(reply.body)
    body.pop("properties", None)
    return json_reply(
        reply.status, body | {"status": "InProgress", "endTime": ZERO_TIME}, reply.headers
    )


def _job_status(fault: Fault, reply: Reply, now: datetime) -> Reply:
    del now
    body = json.loads(reply.body)
    body["properties"]["status"] = fault.job_status
    return json_reply(reply.status, body, reply.headers)


def _job_properties(fault: Fault, reply: Reply, now: datetime) -> Reply:
    del now
    body = json.loads(reply.body)
    body["properties"]["extendedInfo"] |= fault.properties
    return json_reply(reply.status, body, reply.headers)


def _foreign_next_link(fault: Fault, reply: Reply, now: datetime) -> Reply:
    del now
    body = json.loads(reply.body)
    return json_reply(reply.status, body | {"nextLink": fault.url}, reply.headers)


def _unescaped_next_link(fault: Fault, reply: Reply, now: datetime) -> Reply:
    del now
    body = json.loads(reply.body)
    if "nextLink" in body:
        body["nextLink"] = unquote(body["nextLink"]) + fault.query
    return json_reply(reply.status, body, reply.headers)


def _still_validating(fault: Fault, reply: Reply, now: datetime) -> Reply:
    del reply, now
    return Reply(202, _wait(fault))


_SPOILERS: dict[str, Callable[[Fault, Reply, datetime], Reply]] = {
    "malformed": _malformed,
    "foreign_poll_url": _foreign_poll_url,
    "bad_location": _bad_location,
    "no_poll_headers": _no_poll_headers,
    "list_lag": _list_lag,
    "job_status": _job_status,
    "job_properties": _job_properties,
    "operation_without_properties": _without_properties,
    "operation_stuck": _stuck,
    "foreign_next_link": _foreign_next_link,
    "unescaped_next_link": _unescaped_next_link,
    "still_validating": _still_validating,
}
