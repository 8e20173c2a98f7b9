"""Each call to Azure is one line of the log, and both sides can find it again."""

from typing import Any
from uuid import UUID

import pytest

from arm import activity_scope
from arm.authorized_request import AuthorizedRequest
from arm.client import Client
from arm.transport import Reply
from restore.messages import errors
from restore.messages.log_line import LogContext
from tests.fakes.log import lines, listen
from tests.unit.arm.fakes import ENDPOINT, VAULT, Script, client, reply

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
GUID = "ea2a8011-eb83-4a4b-9ed2-e694070a966a"
HEADERS = {
    "x-ms-request-id": "1111",
    "x-ms-correlation-request-id": GUID,
    "x-ms-ratelimit-remaining-subscription-reads": "1099",
    "x-ms-ratelimit-remaining-subscription-global-reads": "16499",
    "x-ms-ratelimit-remaining-subscription-writes": "many",
}


def told(caplog: pytest.LogCaptureFixture, *steps: Reply | Exception) -> list[dict[str, Any]]:
    listen(caplog)
    about = LogContext(request_id="r1", job="j", traceparent=TRACE)
    with activity_scope.activity(about):
        client(Script(*steps)).follow(f"{ENDPOINT}{VAULT}/x?s=S3CRET", VAULT, "look")
    return lines(caplog)


def test_a_call_is_told_with_what_finds_it_and_by_its_path_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    (line,) = told(caplog, reply(200, {}, HEADERS))
    assert line.pop("durationS") >= 0
    assert line == {
        "vmRestore": 1,
        "event": "arm-call",
        "requestId": "r1",
        "job": "j",
        "traceparent": TRACE,
        "method": "GET",
        "path": f"{VAULT}/x",
        "httpStatus": 200,
        "left": 1099,
        "clientRequestId": "r1",
        "armRequestId": "1111",
        "correlationId": GUID,
    }
    assert "secret-token" not in caplog.text
    assert "S3CRET" not in caplog.text


def test_each_try_is_told_also_one_without_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    throttled = reply(503, {}, {"Retry-After": "1"})
    tries = told(caplog, ConnectionResetError("sig=S3CRET"), throttled, reply(200, {}))
    assert [(line.get("httpStatus"), line.get("exception")) for line in tries] == [
        (None, "ConnectionResetError"),
        (503, None),
        (200, None),
    ]
    assert tries[1]["retryAfterS"] == 1
    assert "S3CRET" not in caplog.text


@pytest.mark.parametrize("request_id", ["r1", "r1~2"])
def test_a_call_carries_the_trace_of_whoever_asked_for_the_restore(request_id: str) -> None:
    script = Script(reply(202))
    with activity_scope.activity(LogContext(request_id=request_id, traceparent=TRACE)):
        client(script).post("/x", {}, "start")
    sent = script.sent[0].headers
    assert (sent["x-ms-client-request-id"], sent["traceparent"]) == (request_id, TRACE)


@pytest.mark.parametrize("trace", ["", "00-1-2-3", f"{TRACE}\r\nX-Evil: 1", TRACE.upper()])
@pytest.mark.parametrize("request_id", [None, "a\r\nX-Evil: 1", "x" * 129])
def test_what_is_no_header_value_is_not_sent(request_id: str | None, trace: str) -> None:
    script = Script(reply(200, {}), reply(200, {}))
    with activity_scope.activity(LogContext(request_id=request_id, traceparent=trace)):
        for _ in range(2):
            client(script).get("/x", "look")
    first, second = (sent.headers for sent in script.sent)
    assert "traceparent" not in first
    one, other = (UUID(sent["x-ms-client-request-id"]) for sent in (first, second))
    assert one != other, "each call has an id of its own where no request has one"


def test_a_call_without_a_token_is_not_told_for_it_is_not_made(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refused() -> str:
        raise errors.AccessDenied("No.", code="NoToken")

    listen(caplog)
    with pytest.raises(errors.AccessDenied):
        Client(AuthorizedRequest(ENDPOINT, refused, Script())).get("/x", "look")
    assert lines(caplog) == []


def test_it_is_told_how_long_a_call_took(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(number * 10.0 for number in range(1, 99))
    monkeypatch.setattr("arm.call_log.monotonic", lambda: next(times))
    (line,) = told(caplog, reply(200, {}))
    assert line["durationS"] == 10
