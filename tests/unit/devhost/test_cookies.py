"""Cookies leave the host as the Functions host writes them."""

import pytest

from devhost.http_triggers import set_cookie
from devhost.language_worker.messages import Cookie


@pytest.mark.parametrize(
    ("cookie", "header"),
    [
        (Cookie("a", "1"), "a=1"),
        (Cookie("a", "x y;ä"), "a=x%20y%3B%C3%A4"),
        (Cookie("a", "1", expires=0), "a=1; expires=Thu, 01 Jan 1970 00:00:00 GMT"),
        (Cookie("a", "1", path="/p", max_age_s=60.5), "a=1; max-age=60; path=/p"),
        (
            Cookie("a", "1", "d.test", "/", None, 0, True, True, "None"),
            "a=1; max-age=0; domain=d.test; path=/; secure; samesite=none; httponly",
        ),
    ],
)
def test_a_cookie_is_written_in_small_letters_and_order(cookie: Cookie, header: str) -> None:
    assert set_cookie(cookie) == header
