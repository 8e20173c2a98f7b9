"""A token leads to its place in its own list, and nowhere else."""

import base64

import pytest

from restore.values import tokens


def encoded(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode()


@pytest.mark.parametrize("place", ["", "p1", "a:b", "語", "?>~" * 9])
def test_a_place_comes_back_from_its_token(place: str) -> None:
    token = tokens.token_of("points", place)
    assert tokens.place_in("points", token) == place
    assert tokens.place_in("other", token) is None
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=")


@pytest.mark.parametrize(
    "token",
    [
        "x", "語", encoded(b"nothing"), encoded(b"points:\xff"), encoded(b"zzz:p"),
        encoded(b"aaa:p"), f"{encoded(b'points:p1')[:4]} {encoded(b'points:p1')[4:]}",
        f"!{encoded(b'points:p1')}", encoded(b"points:p1")[:-1],
    ],
)  # fmt: skip
def test_what_is_no_token_leads_nowhere(token: str) -> None:
    assert tokens.place_in("points", token) is None
