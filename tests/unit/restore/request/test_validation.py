"""What is wrong with a value is said at its place, in words, and within bounds."""

from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta

from restore.request import validation
from restore.values.structs import StrictModel

_MANY = int("300")
"""Beyond the numbers of which Python keeps one object each."""


class Sample(StrictModel, frozen=True, kw_only=True):
    """One field of each kind that has bounds."""

    pair: Annotated[tuple[int, ...], Meta(min_length=2, max_length=2)] = (1, 2)
    few: Annotated[tuple[int, ...], Meta(min_length=1, max_length=3)] = (1,)
    one: Annotated[tuple[int, ...], Meta(min_length=1, max_length=1)] = (1,)
    many: Annotated[tuple[int, ...], Meta(max_length=2)] = ()
    named: Annotated[dict[str, int], Meta(min_length=1, max_length=2)] | None = None
    some: Annotated[dict[str, int], Meta(max_length=2)] = {}
    free: dict[str, int] = {}
    number: Annotated[int, Meta(ge=3, le=5)] = 3
    large: Annotated[tuple[int, ...], Meta(min_length=_MANY, max_length=int("300"))] = ()
    text: Annotated[str, Meta(min_length=2, max_length=3)] = "ab"
    empty: Annotated[str, Meta(max_length=3)] = ""
    word: Literal["One", "Two"] = "One"


def problems(**fields: Any) -> dict[str, str]:
    found = validation.problems_of(fields, Sample)
    return {problem.path: problem.message for problem in found}


@pytest.mark.parametrize(
    ("name", "good", "bad", "said"),
    [
        ("pair", [[1, 2]], [[1], [1, 2, 3]], "must have exactly 2 entries"),
        ("few", [[1], [1, 2, 3]], [[], [1, 2, 3, 4]], "must have 1 to 3 entries"),
        ("one", [[1]], [[], [1, 2]], "must have exactly 1 entry"),
        ("many", [[], [1, 2]], [[1, 2, 3]], "must have at most 2 entries"),
        ("named", [{"a": 1}, {"a": 1, "b": 2}], [{}, {"a": 1, "b": 2, "c": 3}],
         "must have 1 to 2 fields"),
        ("some", [{}, {"a": 1, "b": 2}], [{"a": 1, "b": 2, "c": 3}], "must have 0 to 2 fields"),
        ("large", [[1] * 300], [[1] * 299, [1] * 301], "must have exactly 300 entries"),
        ("number", [3, 4, 5], [2, 6, -1, 0, True, 3.5, "4x"], "must be a whole number from 3 to 5"),
        ("free", [{}, {"a": 1}, {str(number): 1 for number in range(99)}], [], ""),
    ],
)  # fmt: skip
def test_what_has_bounds_is_taken_up_to_them(
    name: str, good: list[Any], bad: list[Any], said: str
) -> None:
    for value in good:
        assert problems(**{name: value}) == {}
    for value in bad:
        assert problems(**{name: value}) == {f"$.{name}": said}


def test_texts_have_bounds() -> None:
    assert [bool(problems(text="x" * length)) for length in range(5)] == [
        True, True, False, False, True,
    ]  # fmt: skip
    assert [bool(problems(empty="x" * length)) for length in range(5)] == [False] * 4 + [True]


def test_entries_are_named_by_their_place() -> None:
    assert set(problems(few=[1, "2", 3], named={"a": "x", "b c": "y"})) == {
        "$.few[1]", "$.named.a", "$.named['b c']",
    }  # fmt: skip
    assert set(problems(few={"a": 1}, named=[1])) == {"$.few", "$.named"}


@pytest.mark.parametrize("length", [59, 60, 61, 200])
def test_a_name_in_a_path_is_cut(length: int) -> None:
    name = " " + "x" * (length - 1)
    shown = name[:60]
    assert validation.path_to("$", name) == f"$['{shown}']"
    assert validation.path_to("$", "a'b\\c\n") == "$['a?b?c?']"


def test_a_word_that_was_meant_is_asked_about() -> None:
    assert problems(word="one")["$.word"] == "must be one of One, Two; did you mean One?"
    assert problems(word="Three")["$.word"] == "must be one of One, Two"
    assert problems(wrod="One")["$.wrod"] == "is not a known field; did you mean word?"
    assert problems(zzz="One")["$.zzz"] == "is not a known field"
    far = validation.unknown_problem("x" * 60 + "word", ["word"], "$")
    assert far.message == "is not a known field"


@pytest.mark.parametrize(("pad", "is_asked"), [(56, True), (57, True), (58, False), (200, False)])
def test_of_a_long_name_or_word_the_beginning_is_looked_at(pad: int, is_asked: bool) -> None:
    """The pad is no part of a spelling. Of 60 characters the last is the third of what is meant."""
    name = validation.unknown_problem("_" * pad + "word", ["word"], "$").message
    assert name.endswith("did you mean word?") is is_asked
    word = problems(word="_" * pad + "one")["$.word"]
    assert word.endswith("did you mean One?") is is_asked


def test_the_closest_name_is_asked_about() -> None:
    known = ["wordy", "word", "words"]
    for name in known:
        found = validation.unknown_problem(f"{name}_", known, "$").message
        assert found == f"is not a known field; did you mean {name}?"
