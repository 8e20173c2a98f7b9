"""Where a token may go."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from arm.url_allow_list import check_endpoint, is_at, is_list, is_operation, is_within, why_no_list
from tests.unit.arm.fakes import ENDPOINT, VAULT


@pytest.mark.parametrize(
    "url",
    [
        f"{ENDPOINT}{VAULT}",
        f"{ENDPOINT}{VAULT}/backupJobs/1?api-version=2025-02-01&t=1&c=a;b&s=%2F~",
        f"https://MANAGEMENT.azure.com{VAULT.upper()}/backupOperations/1",
        f"https://management.azure.com:443{VAULT}/x",
        f"{ENDPOINT}{VAULT}/protectionContainers/IaasVMContainer%3Bv2;rg%281%29;vm",
    ],
)
def test_a_url_inside_the_resource_is_trusted_in_every_spelling(url: str) -> None:
    assert is_within(url, ENDPOINT, VAULT)


@pytest.mark.parametrize(
    "url",
    [
        f"http://management.azure.com{VAULT}/x",
        f"https://management.azure.com:8443{VAULT}/x",
        f"https://management.azure.com.evil.example{VAULT}/x",
        f"https://evil.example/management.azure.com{VAULT}/x",
        f"https://management.azure.com@evil.example{VAULT}/x",
        f"https://user@management.azure.com{VAULT}/x",
        f"https://management.azure.com\\@evil.example{VAULT}/x",
        f"https://management.xn--azre-zra.com{VAULT}/x",
        f"https://mаnagement.azure.com{VAULT}/x",  # a Cyrillic letter
        f"//management.azure.com{VAULT}/x",
        f"{VAULT}/x",
        f"https://management.azure\t.com{VAULT}/x",
        f"{ENDPOINT}{VAULT}/x\r\nHost: evil.example",
        f" {ENDPOINT}{VAULT}/x",
        "https://[::1",
        "",
    ],
)
def test_a_url_of_another_origin_is_never_trusted(url: str) -> None:
    assert not is_within(url, ENDPOINT, VAULT)
    assert not is_at(url, ENDPOINT)


@pytest.mark.parametrize(
    "path",
    [
        f"{VAULT}2/backupJobs",
        f"/subscriptions/{VAULT}",
        f"{VAULT}/../../vaults/other",
        f"{VAULT}/%2e%2e/other",
        f"{VAULT}/%252e%252e/other",
        f"{VAULT}/a%2fb",
        f"{VAULT}/a%7fb",
        f"{VAULT}/a%00b",
        VAULT.replace("/subscriptions/", "/tenants/"),
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/other",
        "/",
    ],
)
def test_a_url_outside_the_resource_is_not_trusted(path: str) -> None:
    assert is_at(ENDPOINT + path, ENDPOINT)
    assert not is_within(ENDPOINT + path, ENDPOINT, VAULT)


def test_only_https_and_the_loopback_are_endpoints() -> None:
    for good in (ENDPOINT, "http://127.0.0.1:7072", "http://localhost:7072/", "http://[::1]:1"):
        check_endpoint(good)
    for bad in (
        "http://management.azure.com",
        "http://127.0.0.1.evil.example",
        "https://user@management.azure.com",
        "https://management.azure.com/path",
        "https://management.azure.com?query",
        "https://management.azure.com/#fragment",
        "wss://management.azure.com",
        "wss://127.0.0.1",
        "ftp://127.0.0.1",
        "https://",
        "",
    ):
        with pytest.raises(ValueError):
            check_endpoint(bad)


def test_loopback_is_trusted_only_when_it_is_the_endpoint() -> None:
    url = f"http://127.0.0.1:7072{VAULT}/x"
    assert is_within(url, "http://127.0.0.1:7072", VAULT)
    assert not is_within(url, "http://127.0.0.1:7073", VAULT)
    assert not is_within(url, ENDPOINT, VAULT)


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://127.0.0.1:7072/x", "http://127.0.0.1:7072"),
        ("http://localhost:443/x", "http://localhost"),
        ("https://localhost:8443:443/x", "https://localhost:8443"),
        ("wss://localhost:443/x", "wss://localhost"),
    ],
)
def test_another_scheme_or_port_is_another_origin(url: str, endpoint: str) -> None:
    assert not is_at(url, endpoint)


@pytest.mark.parametrize("nothing", ["", "/", "/a//b", "/a/../b"])
def test_nothing_is_within_what_is_no_resource(nothing: str) -> None:
    assert not is_within(f"{ENDPOINT}{VAULT}", ENDPOINT, nothing)
    assert not is_list(f"{ENDPOINT}/a//b", ENDPOINT, nothing)
    assert not is_operation(f"{ENDPOINT}/operationsStatus/1", ENDPOINT, nothing)


@pytest.mark.parametrize(
    ("below", "is_one"),
    [
        ("", False),
        ("/operationsStatus", False),
        ("/operationsStatus/1", True),
        ("/BackupOperationResults/1?t=1", True),
        ("/backupFabrics/Azure/operationResults/1", True),
        ("/operationsStatus/1/2", False),
        ("/backupJobs/1", False),
        ("/1/operationsStatus", False),
    ],
)
def test_an_operation_of_a_resource_stands_right_below_it(below: str, is_one: bool) -> None:
    assert is_operation(f"{ENDPOINT}{VAULT}{below}", ENDPOINT, VAULT) is is_one


@pytest.mark.parametrize(("length", "is_trusted"), [(32_768, True), (32_769, False)])
def test_so_long_a_url_may_be(length: int, is_trusted: bool) -> None:
    url = f"{ENDPOINT}{VAULT}?x=".ljust(length, "a")
    assert is_within(url, ENDPOINT, VAULT) is is_trusted
    said = "its URL has another path than the list"
    assert (why_no_list(url, ENDPOINT) == said) is is_trusted


_HOSTS = [ENDPOINT, "management.azure.com", "MANAGEMENT.AZURE.COM", "evil.example", "https"]
_MARKS = [
    ":",
    "/",
    "//",
    "@",
    "#",
    "?",
    "\\",
    "[",
    "]",
    "%",
    "%2f",
    "%40",
    ".",
    "。",
    "443",
    "8443",
]
_PIECES = st.sampled_from([*_HOSTS, *_MARKS, " ", "\t"])


@settings(max_examples=150, deadline=None, database=None)
@given(st.lists(_PIECES, max_size=12).map("".join), st.booleans())
def test_what_is_trusted_is_where_the_transport_would_connect(tail: str, is_rooted: bool) -> None:
    url = f"{ENDPOINT}{tail}" if is_rooted else tail
    if is_at(url, ENDPOINT):
        try:
            target = parse_url(url)
        except LocationParseError:
            return  # such a URL is sent nowhere
        assert (target.scheme, target.host) == ("https", "management.azure.com")
        assert target.port in (None, 443)
        assert target.auth is None
