"""Whoever is told, whatever is told: nothing goes where it must not, and everything can be sent."""

import json
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from restore.notify import addresses, receiver_filter, receiver_requests
from restore.notify.receivers import Notify
from tests.fakes.app_harness import START
from tests.fakes.largest import CARD_BYTES_MAX
from tests.fuzz import shapes
from tests.fuzz.amounts import count, drawn
from tests.fuzz.decoders import DECODERS
from tests.fuzz.requests import written
from tests.fuzz.rubbish import RUBBISH, damages
from tests.unit.restore.notify.events import ALL
from tests.unit.restore.notify.test_notify_text import WHOLE
from tests.unit.restore.notify.test_receiver_requests import SECRETS

_TEXTS = written(
    st.one_of(
        shapes.fields(Notify),
        st.builds(lambda done: done.done_to(WHOLE), damages()),
        st.builds(lambda done, whole: done.done_to(whole), damages(), shapes.fields(Notify)),
        RUBBISH,
    )
)
_HOSTS = ("hooks.example.com", "other.example.com:8443")
_PARTS = (
    *(
        "https://",
        "http://",
        "HTTPS://",
        "//",
        "\\\\",
        "https:",
        "file://",
        "@",
        ":",
        "/",
        "?",
        "#",
    ),
    *("hooks.example.com", "other.example.com", "evil.example", "127.0.0.1", "[::1]", "10.0.0.1"),
    *(":443", ":8443", ":0", ":99999", "%2e", "%00", "\t", "\r\n", " ", "user:pass", "\u212a"),
)
_URLS = st.lists(st.sampled_from(_PARTS), max_size=8).map("".join) | st.text(max_size=60)
_NUMBERS = st.integers(0, 2**32 - 1).map(lambda number: str(IPv4Address(number)))
_LONG_NUMBERS = st.integers(0, 2**128 - 1).map(lambda number: str(IPv6Address(number)))
_MAPPED = st.builds(
    lambda prefix, number: str(IPv6Address(int(IPv6Address(prefix)) | number)),
    st.sampled_from(("::ffff:0:0", "64:ff9b::", "::")),
    st.integers(0, 2**32 - 1),
)
_EVENTS = st.builds(
    lambda event, done: event | {"data": _damaged(event["data"], done)},
    st.sampled_from([*ALL.values()]),
    damages(),
)
_RECEIVERS = Notify.from_json(WHOLE).receivers


def _damaged(data: dict[str, Any], done: Any) -> dict[str, Any]:
    """An event as another build could tell it; its links are ours."""
    found = done.done_to(data)
    links = {name: data[name] for name in ("decideAt", "restoreAt", "keptAt") if name in data}
    return (found if isinstance(found, dict) else {"odd": found}) | links


@drawn("who is told", slice_=120, share=1)
@given(_TEXTS)
def test_a_text_says_who_is_told_or_is_refused_with_its_reasons(text: bytes) -> None:
    count("who is told")
    DECODERS["notify"].give(text)


@drawn("an address", slice_=300, share=1)
@given(_URLS)
def test_no_url_leads_to_a_host_that_is_not_named(url: str) -> None:
    count("an address")
    if addresses.refusal(url, _HOSTS, admits_loopback=False) is None:
        parts = urlsplit(url)
        assert parts.scheme == "https"
        assert parts.username is None
        assert (parts.hostname, parts.port or 443) in (
            ("hooks.example.com", 443),
            ("other.example.com", 8443),
        )
        assert "\\" not in url


@drawn("an IP address", slice_=300, share=1)
@given(_NUMBERS | _LONG_NUMBERS | _MAPPED)
def test_no_address_that_is_not_public_is_admitted(address: str) -> None:
    count("an IP address")
    if addresses.is_admitted(address, admits_loopback=False):
        found = ip_address(address)
        last = IPv4Address(int(found) & 0xFFFFFFFF)
        is_carrier = address.startswith(("::ffff:", "64:ff9b::"))
        for each in (last,) if is_carrier else (found,):
            inner = (each.is_private, each.is_loopback, each.is_link_local, each.is_unspecified)
            assert not any((*inner, each.is_multicast, each.is_reserved))


@drawn("what is told", slice_=100, share=1)
@given(_EVENTS)
def test_whatever_is_told_can_be_sent_to_everybody(event: dict[str, Any]) -> None:
    count("what is told")
    secrets = dict.fromkeys(("RESTORE_NOTIFY_TEAMS", "RESTORE_NOTIFY_SLACK"), "https://h.example")
    secrets |= {"RESTORE_NOTIFY_PD": "key", "RESTORE_NOTIFY_TOKEN": "token"}
    secrets |= {"RESTORE_NOTIFY_KEY": SECRETS["RESTORE_NOTIFY_KEY"]}
    assert receiver_filter.severity_of(event) in ("info", "warning", "error")
    for receiver in _RECEIVERS:
        request = receiver_requests.write(
            receiver, event, secrets, START, "https://app.example/api"
        )
        json.loads(request.body)
        if receiver.kind == "teams":
            assert len(request.body) <= CARD_BYTES_MAX
