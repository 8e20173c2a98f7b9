"""What the client repeats, what it never does, and what each failure of a write means."""

from datetime import timedelta

import pytest

from arm import activity_scope, paging
from arm.authorized_request import USER_AGENT, AuthorizedRequest
from arm.client import Client
from arm.reply_body import TooLarge
from arm.transport import NotSent, Reply, Timeout
from restore.messages import errors
from restore.messages.log_line import LogContext
from tests.unit.arm.fakes import ENDPOINT, NOW, Script, client, refusal, reply

PATH = "/subscriptions/s/resourceGroups/r?api-version=1"
WITHIN = "/subscriptions/s"


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
        Reply(200, {}, b"<html>"),
        Reply(200, {}, b"[1]"),
        reply(499),
        NotSent("refused"),
        ConnectionResetError("reset"),
    ],
)
def test_a_read_survives_two_hiccups(hiccup: Reply | Exception) -> None:
    script, sleeps = Script(hiccup, hiccup, reply(200, {"a": 1})), list[float]()
    assert client(script, sleeps).get(PATH, "look").body == {"a": 1}
    assert len(script.sent) == 3
    assert sum(sleeps) <= 2


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


def test_a_wait_that_azure_asks_for_is_not_waited_out_inside() -> None:
    script, sleeps = Script(refusal(503, "ServerBusy", **{"Retry-After": "40"})), list[float]()
    with pytest.raises(errors.ServiceUnavailable) as caught:
        client(script, sleeps).get(PATH, "look")
    assert caught.value.retry_after_s == 40
    assert (len(script.sent), sleeps) == (1, [])


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


def test_all_pages_are_read_and_next_links_are_used_verbatim() -> None:
    link = f"{ENDPOINT}/Subscriptions/S/resourcegroups/R?$skipToken=a%2Fb;c~%7E+=&api=1"
    script = Script(
        reply(200, {"value": [1], "nextLink": link}),
        reply(200, {"value": [2], "nextLink": None}),
    )
    pages = client(script).pages(PATH, "list")
    assert [page.body["value"] for page in pages] == [[1], [2]]
    assert script.urls == [ENDPOINT + PATH, link]


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/subscriptions/s/x",
        f"{ENDPOINT}/subscriptions/other/resourceGroups/r",
        f"{ENDPOINT}/subscriptions/s/resourceGroups/other",
        "/subscriptions/s/resourceGroups/r",
        "https://evil.example/x#https://management.azure.com/subscriptions/s/resourceGroups/r",
        "https://management.azure.com\\@evil.example/subscriptions/s/resourceGroups/r",
        f"{ENDPOINT}/subscriptions/s/resourceGroups/ø",
    ],
)
def test_a_next_link_that_leads_elsewhere_gets_no_token(link: str) -> None:
    script = Script(reply(200, {"value": [], "nextLink": link}))
    with pytest.raises(errors.Untrusted) as caught:
        list(client(script).pages(PATH, "list"))
    assert caught.value.code == "UntrustedUrl"
    assert link not in str(caught.value)
    assert len(script.sent) == 1


@pytest.mark.parametrize(
    ("link", "check"),
    [
        ("https://evil.example/subscriptions/s/resourceGroups/r", f"is not at {ENDPOINT}"),
        (f"{ENDPOINT}/subscriptions/s/resourceGroups/other", "another path"),
        (f"{ENDPOINT}{PATH}&x={'a' * 40_000}", "is longer than 32768"),
        (f"{ENDPOINT}{PATH}\r\nHost: evil.example", "control characters"),
    ],
)
def test_a_next_link_that_is_refused_says_by_which_check(link: str, check: str) -> None:
    script = Script(reply(200, {"value": [], "nextLink": link}))
    with pytest.raises(errors.Untrusted, match=check):
        list(client(script).pages(PATH, "list"))


@pytest.mark.parametrize(
    ("unescaped", "escaped"),
    [
        ("$filter=a eq 'b'", "$filter=a%20eq%20'b'"),
        ("$skipToken=a#b", "$skipToken=a%23b"),
        ("$filter=name eq 'Instruktører'", "$filter=name%20eq%20'Instrukt%C3%B8rer'"),
        ('$skipToken=[{"a":"+b|c\\d^`"}]', "$skipToken=[%7B%22a%22:%22+b%7Cc%5Cd%5E%60%22%7D]"),
        ("$skipToken=<a%20%zz>", "$skipToken=%3Ca%20%zz%3E"),
        ("$skipToken=\u2028\u00a0", "$skipToken=%E2%80%A8%C2%A0"),
    ],
)
def test_a_next_link_that_azure_did_not_escape_is_followed(unescaped: str, escaped: str) -> None:
    """azure-sdk-for-java#36506, azure-rest-api-specs#31000"""
    link = f"{ENDPOINT}{PATH}&{unescaped}"
    script = Script(reply(200, {"nextLink": link}), reply(200, {}))
    assert len(list(client(script).pages(PATH, "list"))) == 2
    assert script.urls[1] == f"{ENDPOINT}{PATH}&{escaped}"


def test_a_group_that_azure_did_not_escape_is_the_same_group() -> None:
    path = "/subscriptions/s/resourceGroups/Instrukt%C3%B8rer%20(1)?api-version=1"
    link = f"{ENDPOINT}/subscriptions/s/resourcegroups/instruktører (1)?$skipToken=2"
    script = Script(reply(200, {"nextLink": link}), reply(200, {}))
    assert len(list(client(script).pages(path, "list"))) == 2


def test_only_a_next_link_is_escaped() -> None:
    script = Script(reply(200, {}))
    with pytest.raises(errors.Untrusted):
        client(script).follow(f"{ENDPOINT}{WITHIN}/x?a b", WITHIN, "look")
    assert script.sent == []


@pytest.mark.parametrize("link", [ENDPOINT + PATH, 7, {"href": "x"}])
def test_a_list_that_leads_in_circles_ends(link: object) -> None:
    script = Script(reply(200, {"value": [], "nextLink": link}))
    with pytest.raises(errors.ServiceUnavailable) as caught:
        list(client(script).pages(PATH, "list"))
    assert caught.value.code == "EndlessList"


def test_a_list_without_end_ends() -> None:
    script = Script(
        *(reply(200, {"nextLink": f"{ENDPOINT}{PATH}&$skipToken={n}"}) for n in range(300))
    )
    with pytest.raises(errors.ServiceUnavailable):
        list(client(script).pages(PATH, "list"))
    assert len(script.sent) == 200


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
    script = Script()
    assert "secret-token" not in repr(client(script))


def test_an_error_carries_the_id_under_which_azures_support_finds_it() -> None:
    trace = {"x-ms-correlation-request-id": "ea2a8011-eb83-4a4b-9ed2-e694070a966a"}
    script = Script(refusal(400, "BMSUserErrorInvalidInput", "Bad.", **trace))
    with pytest.raises(errors.InvalidRequest) as caught:
        client(script).post(PATH, {}, "write")
    assert caught.value.details == ("Azure's trace id: ea2a8011-eb83-4a4b-9ed2-e694070a966a",)


def test_a_list_with_too_many_entries_ends() -> None:
    page = {"value": [0] * (paging.ITEMS_MAX // 2), "nextLink": f"{ENDPOINT}{PATH}&$skipToken="}
    pages = [reply(200, page | {"nextLink": f"{page['nextLink']}{n}"}) for n in range(4)]
    script = Script(*pages)
    with pytest.raises(errors.ServiceUnavailable) as caught:
        list(client(script).pages(PATH, "list"))
    assert caught.value.code == "ListTooLong"
    assert len(script.sent) == 3


def test_a_list_that_takes_minutes_ends() -> None:
    times = iter(NOW + timedelta(seconds=n * 30) for n in range(100))
    script = Script(
        *(reply(200, {"nextLink": f"{ENDPOINT}{PATH}&$skipToken={n}"}) for n in range(99))
    )
    slow = Client(AuthorizedRequest(ENDPOINT, lambda: "t", script, now=lambda: next(times)))
    with pytest.raises(errors.ServiceUnavailable) as caught:
        list(slow.pages(PATH, "list"))
    assert caught.value.code == "ListTooSlow"
    assert len(script.sent) < 10


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
