"""A list is read page by page, from URLs that Azure hands out: each is one of the list, or none."""

from datetime import timedelta

import pytest

from arm import paging
from arm.authorized_request import AuthorizedRequest
from arm.client import Client
from restore.messages import errors
from tests.unit.arm.fakes import ENDPOINT, NOW, Script, client, reply

PATH = "/subscriptions/s/resourceGroups/r?api-version=1"
WITHIN = "/subscriptions/s"


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
