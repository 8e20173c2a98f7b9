"""Secrets never reach the log."""

import io
import logging

import pytest
from rich.console import Console

from devhost.console import LineHandler, hide_secrets


@pytest.mark.parametrize(
    "secret",
    [
        "https://a/b?sv=1&sig=abc%2Fdef&x=1",
        "AccountName=x;AccountKey=abc%2Fdef==;More=1",
        "Authorization: Bearer abc%2Fdef",
        "http://h/runtime?code=abc%2Fdef",
    ],
)
def test_a_secret_is_blanked_and_its_place_stays(secret: str) -> None:
    hidden = hide_secrets(secret)
    assert "abc" not in hidden
    assert "***" in hidden


def test_a_record_is_one_line_without_markup() -> None:
    out = io.StringIO()
    handler = LineHandler(Console(file=out, width=40))
    text = "[red]not markup[/red] " + "long " * 30
    handler.emit(logging.LogRecord("x", logging.INFO, "f", 1, text, None, None))
    assert out.getvalue().count("\n") == 1
    assert "[red]not markup[/red]" in out.getvalue()
