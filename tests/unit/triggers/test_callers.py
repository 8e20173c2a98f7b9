"""Callers are known by Azure's own headers only, and only where Azure checks them."""

import azure.functions as func
import pytest

from restore.messages.model import Caller
from restore.settings import Settings
from triggers import callers

NAME, ID = "X-MS-CLIENT-PRINCIPAL-NAME", "X-MS-CLIENT-PRINCIPAL-ID"


def known(headers: dict[str, str], is_on: bool = True) -> Caller | None:
    request = func.HttpRequest("POST", "/x", headers=headers, body=b"")
    return callers.principal(request, Settings(website_auth_enabled=is_on))


@pytest.mark.parametrize(
    ("headers", "who", "shown"),
    [
        (
            {NAME: "ann@example.com", ID: "1"},
            Caller(name="ann@example.com", id="1"),
            "ann@example.com (1)",
        ),
        ({NAME.lower(): "ann@example.com"}, Caller(name="ann@example.com"), "ann@example.com"),
        ({ID: "1"}, Caller(id="1"), "1"),
        ({NAME: " "}, None, "None"),
        ({}, None, "None"),
    ],
)
def test_a_caller_has_a_name_and_an_id(
    headers: dict[str, str], who: Caller | None, shown: str
) -> None:
    assert known(headers) == who
    assert str(known(headers)) == shown


def test_headers_that_anybody_could_send_name_nobody() -> None:
    assert known({NAME: "ann@example.com"}, is_on=False) is None


def test_a_name_is_one_line_of_bounded_length() -> None:
    who = known({NAME: "ann\n\x00" + "x" * 5000})
    assert who is not None
    assert who.name is not None
    assert who.name.isprintable()
    assert len(who.name) == 200
