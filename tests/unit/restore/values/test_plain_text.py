"""What people see of text from outside: one line, nothing hidden, not endless."""

import pytest

from restore.messages import errors
from restore.values.plain_text import plain
from restore.values.problem import Problem

TRICKS = {
    "line end": "\r\n",
    "ANSI escape": "\x1b[2J",
    "C1 control": "\x9b",
    "NUL": "\x00",
    "backspaces": "\b\b\b",
    "right-to-left override": "\u202e",
    "bidi isolate": "\u2066",
    "right-to-left mark": "\u200f",
    "Arabic letter mark": "\u061c",
    "zero-width space": "\u200b",
    "byte-order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "invisible tag": "\U000e0041",
    "half a surrogate pair": "\ud800",
    "no character": "\uffff",
}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_what_does_not_print_becomes_a_blank(trick: str) -> None:
    assert plain(f"good{trick}text").isprintable()
    assert plain(f"good{trick}text").startswith("good ")
    assert not trick.isprintable()


def test_plain_text_stays_as_it_is() -> None:
    for text in ("", "Grüße aus 東京, 100 %", "a  b"):
        assert plain(text) == text


def test_a_huge_text_is_cut_and_says_so() -> None:
    assert plain("x" * 10_000_000, 50) == "x" * 49 + "…"
    assert plain("x" * 50, 50) == "x" * 50
    assert len(plain("\u202ex" * 1_000_000)) == 4000


def test_of_a_text_twice_as_much_is_looked_at_as_is_shown() -> None:
    assert plain("\0" * 99 + "xy", 50) == "x"
    assert plain("\0" * 100 + "xy", 50) == ""


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_no_error_shows_a_trick_in_text_or_data(trick: str) -> None:
    bad = f"a{trick}b" + "x" * 100_000
    problem = Problem(path=f"$['{bad}']", message=bad)
    raised: list[errors.RestoreError] = [
        errors.NotFound(bad, code=bad, details=[bad]),
        errors.InvalidRequest([problem]),
        errors.PolicyRefused(bad, code=bad, problems=[problem]),
    ]
    for error in raised:
        failure = errors.to_failure(error)
        texts = [str(error), failure.code, failure.message, *failure.details]
        texts += [part for one in failure.problems for part in (one.path, one.message)]
        assert all(text.isprintable() for text in texts)
        assert max(map(len, texts)) < 10_000
        str(failure).encode()
