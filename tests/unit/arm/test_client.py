"""What the client repeats, what it never does, and what each failure of a write means."""

from contextlib import suppress
from dataclasses import FrozenInstanceError
from functools import partial

import pytest

from arm import activity_scope
from arm.authorized_request import USER_AGENT, AuthorizedRequest
from arm.call_log import Call
from arm.client import Client
from arm.reply_body import TooLarge
from arm.transport import NotSent, Reply, Timeout
from restore.messages import errors
from restore.messages.log_line import LogContext
from tests.unit.arm.fakes import ENDPOINT, NOW, Script, client, refusal, reply

PATH = "/subscriptions/s/resourceGroups/r?api-version=1"


def test_a_request_says_who_asks_and_has_spelled_out_timeouts() -> None:
    script = Script(reply(200, {"a": 1}))
    with activity_scope.activity(LogContext(request_id="alert-7")):
        answer = client(script).get(PATH, "look")
    (sent,) = script.sent
    assert answer.body == {"a": 1}
    assert answer.time == NOW
    assert sent.url == ENDPOINT + PATH
    assert sent.headers == {
        "Authorization": "Bearer secret-token",
        "Accept": "application/json",
        "User-Agent": USER_AGENT,
        "x-ms-client-request-id": "alert-7",
    }
    assert sent.timeout == Timeout(connect_s=10, read_s=60)


@pytest.mark.parametrize(
    "hiccup",
    [
        reply(500),
        reply(502),
        refusal(503, "ServerBusy"),
        reply(504),
        reply(408),
        reply(499),
        Reply(200, {}, b"<html>"),
        Reply(200, {}, b"[1]"),
        NotSent("refused"),
        ConnectionResetError("reset"),
    ],
)
def test_a_read_survives_two_hiccups(hiccup: Reply | Exception) -> None:
    script, sleeps = Script(hiccup, hiccup, reply(200, {"a": 1})), list[float]()
    assert client(script, sleeps).get(PATH, "look").body == {"a": 1}
    assert len(script.sent) == 3
    assert sleeps == [0.3, 1.2], "within about two seconds"


def test_a_read_gives_up_after_the_third_try() -> None:
    script = Script(reply(503), reply(503), refusal(503, "ServerBusy", "Come back."))
    with pytest.raises(errors.ServiceUnavailable) as caught:
        client(script).get(PATH, "look")
    assert caught.value.code == "ServerBusy"
    assert caught.value.doing == "look"


@pytest.mark.parametrize("code", ["ExpiredAuthenticationToken", "InvalidAuthenticationToken"])
def test_a_read_whose_token_is_refused_is_repeated_once_with_a_new_one(code: str) -> None:
    tokens = ["old", "new"]
    script, sleeps = Script(refusal(401, code), reply(200, {"a": 1})), list[float]()
    authorized = AuthorizedRequest(
        ENDPOINT, lambda: tokens[0], script, renew=lambda: tokens.remove("old")
    )
    assert Client(authorized, sleep=sleeps.append).get(PATH, "look").body == {"a": 1}
    sent = [each.headers["Authorization"] for each in script.sent]
    assert (sent, sleeps) == (["Bearer old", "Bearer new"], [])


def test_a_new_token_that_is_refused_too_is_no_token_for_this() -> None:
    script = Script(refusal(401, "InvalidAuthenticationToken"), refusal(401, "Other"))
    with pytest.raises(errors.AccessDenied) as caught:
        client(script).get(PATH, "look")
    assert caught.value.code == "Other"


def test_a_write_whose_token_has_expired_was_surely_not_accepted() -> None:
    renewed = []
    script = Script(refusal(401, "ExpiredAuthenticationToken"))
    authorized = AuthorizedRequest(ENDPOINT, lambda: "t", script, renew=lambda: renewed.append(1))
    with pytest.raises(errors.ServiceUnavailable):
        Client(authorized).post(PATH, {}, "write")
    assert (len(script.sent), renewed) == (1, [1])


@pytest.mark.parametrize("status", [202, 400, 401, 403, 500])
def test_only_a_401_makes_a_write_ask_for_a_new_token(status: int) -> None:
    renewed = []
    authorized = AuthorizedRequest(
        ENDPOINT, lambda: "t", Script(reply(status)), renew=lambda: renewed.append(1)
    )
    with suppress(errors.RestoreError):
        Client(authorized).post(PATH, {}, "write")
    assert renewed == [1] * (status == 401)


def test_a_wait_that_azure_asks_for_is_not_waited_out_inside() -> None:
    script, sleeps = Script(refusal(503, "ServerBusy", **{"Retry-After": "40"})), list[float]()
    with pytest.raises(errors.ServiceUnavailable) as caught:
        client(script, sleeps).get(PATH, "look")
    assert caught.value.retry_after_s == 40
    assert (len(script.sent), sleeps) == (1, [])


def test_a_wait_that_is_no_longer_than_the_pause_is_waited_out_inside() -> None:
    busy = [refusal(503, "ServerBusy", **{"Retry-After": wait}) for wait in ("0.3", "1.2")]
    script, sleeps = Script(*busy, reply(200, {"a": 1})), list[float]()
    assert client(script, sleeps).get(PATH, "look").body == {"a": 1}
    assert sleeps == [0.3, 1.2]
    with pytest.raises(errors.ServiceUnavailable):
        client(Script(refusal(503, "ServerBusy", **{"Retry-After": "0.31"}))).get(PATH, "look")


def test_a_read_that_timed_out_is_not_repeated() -> None:
    script = Script(TimeoutError("slow"))
    with pytest.raises(errors.ServiceUnavailable) as caught:
        client(script).get(PATH, "look")
    assert caught.value.retry_after_s == 30
    assert len(script.sent) == 1


@pytest.mark.parametrize(
    ("retry_after", "expected_s"),
    [("17", 17), ("0.5", 0.5), ("Sun, 26 Jul 2026 15:17:05 GMT", 60), ("soon", None), (None, None)],
)
def test_throttling_is_raised_at_once_with_its_wait(
    retry_after: str | None, expected_s: float | None
) -> None:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    script, sleeps = Script(refusal(429, "TooManyRequests", **headers)), list[float]()
    with pytest.raises(errors.Throttled) as caught:
        client(script, sleeps).get(PATH, "look")
    assert caught.value.retry_after_s == expected_s
    assert (len(script.sent), sleeps) == (1, [])


def test_a_redirect_is_an_error_and_not_followed() -> None:
    moved = reply(307, headers={"Location": f"{ENDPOINT}/elsewhere"})
    script = Script(moved, moved, moved)
    with pytest.raises(errors.ServiceUnavailable):
        client(script).get(PATH, "look")
    assert set(script.urls) == {ENDPOINT + PATH}


def test_a_post_that_only_reads_is_repeated() -> None:
    script = Script(reply(503), reply(200, {"a": 1}))
    assert client(script).ask(PATH, {"q": 1}, "ask").body == {"a": 1}
    assert [sent.body for sent in script.sent] == [b'{"q":1}', b'{"q":1}']


@pytest.mark.parametrize(
    "fate",
    [
        TimeoutError("read"),
        ConnectionResetError("after sending"),
        OSError("too large"),
        reply(500),
        reply(502),
        refusal(503, "ServerBusy", **{"Retry-After": "5"}),
        reply(504),
        reply(408),
        reply(499),
        reply(302),
        refusal(400, "CloudInternalError"),
        refusal(409, "RetryableErrorDueToX"),
    ],
)
def test_a_write_whose_fate_is_unknown_is_a_lost_reply_and_not_repeated(
    fate: Reply | Exception,
) -> None:
    script = Script(fate)
    with pytest.raises(errors.ReplyLost):
        client(script).post(PATH, {}, "write")
    assert len(script.sent) == 1


@pytest.mark.parametrize(
    ("fate", "kind"),
    [
        (NotSent("no route"), errors.ServiceUnavailable),
        (ConnectionRefusedError("refused"), errors.ServiceUnavailable),
        (refusal(429, "TooManyRequests"), errors.Throttled),
        (refusal(429, "RetryableError"), errors.Throttled),
        (refusal(409, "BMSUserErrorObjectLocked"), errors.ServiceUnavailable),
        (refusal(409, "CloudDosTimeboudLimitReached"), errors.Throttled),
        (refusal(400, "BMSUserErrorInvalidInput"), errors.InvalidRequest),
        (reply(401), errors.AccessDenied),
        (refusal(403, "AuthorizationFailed"), errors.AccessDenied),
        (refusal(404, "ResourceNotFound"), errors.NotFound),
        (refusal(409, "Conflict"), errors.Conflict),
    ],
)
def test_a_write_that_was_surely_not_accepted_says_so_and_is_not_repeated(
    fate: Reply | Exception, kind: type[errors.RestoreError]
) -> None:
    script = Script(fate)
    with pytest.raises(kind) as caught:
        client(script).post(PATH, {}, "write")
    assert not isinstance(caught.value, errors.ReplyLost)
    assert len(script.sent) == 1


def test_a_write_without_a_token_is_never_sent() -> None:
    def no_token() -> str:
        raise errors.AccessDenied("Log in.")

    script = Script()
    unknown = client(script)
    nobody = type(unknown)(AuthorizedRequest(ENDPOINT, no_token, script))
    with pytest.raises(errors.AccessDenied):
        nobody.post(PATH, {}, "write")
    assert script.sent == []


def test_an_accepted_write_needs_no_readable_body() -> None:
    script = Script(Reply(202, {"LOCATION": "x"}, b"\xff<html>"))
    answer = client(script).post(PATH, {"a": 1}, "write")
    assert (answer.status, answer.headers["location"], answer.body) == (202, "x", {})


@pytest.mark.parametrize("verb", ["get", "post"])
def test_no_error_carries_the_transports_text(verb: str) -> None:
    secret = "https://management.azure.com/x?s=signature"
    known = client(Script(*[ConnectionResetError(secret)] * 3))
    with pytest.raises(errors.RestoreError) as caught:
        known.get(PATH, "look") if verb == "get" else known.post(PATH, {}, "write")
    assert "signature" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_no_repr_shows_the_token() -> None:
    authorized = AuthorizedRequest(ENDPOINT, partial(str, "secret-token"), Script())
    assert "secret-token" not in repr(Client(authorized))


def test_an_error_carries_the_id_under_which_azures_support_finds_it() -> None:
    trace = {"x-ms-correlation-request-id": "ea2a8011-eb83-4a4b-9ed2-e694070a966a"}
    script = Script(refusal(400, "BMSUserErrorInvalidInput", "Bad.", **trace))
    with pytest.raises(errors.InvalidRequest) as caught:
        client(script).post(PATH, {}, "write")
    assert caught.value.details == ("Azure's trace id: ea2a8011-eb83-4a4b-9ed2-e694070a966a",)


def test_a_reply_that_is_too_large_is_told_as_that() -> None:
    script = Script(TooLarge("much"))
    with pytest.raises(errors.ServiceUnavailable) as caught:
        client(script).get(PATH, "look")
    assert (caught.value.code, len(script.sent)) == ("ReplyTooLarge", 1)
    with pytest.raises(errors.ReplyLost):
        client(Script(TooLarge("much"))).post(PATH, {}, "write")


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("status", [200, 400])
def test_json_that_is_nested_without_end_is_no_reply(opening: bytes, status: int) -> None:
    script = Script(*[Reply(status, {}, opening * 100_000)] * 3)
    with pytest.raises(errors.RestoreError) as caught:
        client(script).get(PATH, "look")
    assert caught.value.code == ("MalformedReply" if status == 200 else "HTTP 400")


@pytest.mark.parametrize(
    ("status", "is_accepted"),
    [(199, False), (200, True), (202, True), (204, True), (299, True), (300, False), (301, False)],
)
def test_a_write_is_accepted_by_a_status_of_two_hundred_and_more(
    status: int, is_accepted: bool
) -> None:
    script = Script(reply(status, {"a": 1}))
    if is_accepted:
        answer = client(script).post(PATH, {}, "send")
        assert (answer.status, answer.body) == (status, {})
        return
    with pytest.raises(errors.RestoreError):
        client(script).post(PATH, {}, "send")


def test_a_write_without_a_body_has_none() -> None:
    script = Script(reply(202))
    client(script).post(PATH, None, "send")
    assert script.sent[0].body is None


@pytest.mark.parametrize(
    ("status", "is_read"),
    [(199, False), (200, True), (204, True), (299, True), (300, False), (301, False)],
)
def test_a_read_is_answered_by_a_status_of_two_hundred_and_more(status: int, is_read: bool) -> None:
    script = Script(*[reply(status, {"a": 1})] * 3)
    if is_read:
        answer = client(script).get(PATH, "look")
        assert (answer.status, answer.body) == (status, {"a": 1})
        return
    with pytest.raises(errors.ServiceUnavailable) as caught:
        client(script).get(PATH, "look")
    assert caught.value.code == f"HTTP {status}"


def test_what_threads_share_cannot_be_changed() -> None:
    shared = client(Script())
    call = Call.begin("GET", ENDPOINT + PATH)
    for one, name in ((shared, "sleep"), (shared.authorized, "endpoint"), (call, "url")):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, "another")
