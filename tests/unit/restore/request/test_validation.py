"""What is wrong with a value is said at its place, in words, and within bounds."""

from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta

from restore.request import validation
from restore.values.structs import StrictModel


class Sample(StrictModel, frozen=True, kw_only=True):
    """One field of each kind that has bounds."""

    pair: Annotated[tuple[int, ...], Meta(min_length=2, max_length=2)] = (1, 2)
    few: Annotated[tuple[int, ...], Meta(min_length=1, max_length=3)] = (1,)
    one: Annotated[tuple[int, ...], Meta(min_length=1, max_length=1)] = (1,)
    many: Annotated[tuple[int, ...], Meta(max_length=2)] = ()
    named: Annotated[dict[str, int], Meta(min_length=1, max_length=2)] | None = None
    free: dict[str, int] = {}
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
        ("free", [{}, {"a": 1}, {str(number): 1 for number in range(99)}], [], ""),
    ],
)  # fmt: skip
def test_lists_and_objects_have_bounds(
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
