"""A list is read until a page is full, and no further than a person waits."""

from datetime import UTC, datetime
from typing import Any

import azure.functions as func
import pytest

from restore.values import tokens
from storage.documents import Labelled, Page
from triggers import pages

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


class Documents:
    """So many documents as there are letters, each with its letter as its state."""

    def __init__(self, states: str) -> None:
        self.states = states
        self.asked: list[int] = []

    def page(self, size: int, token: str | None) -> Page:
        self.asked.append(size)
        begin = int(token or 0)
        numbers = range(begin, min(begin + size, len(self.states)))
        lines = tuple(Labelled(str(each), {"state": self.states[each]}, NOW) for each in numbers)
        return Page(lines, str(begin + size) if begin + size < len(self.states) else None)


def line_of(line: Labelled) -> dict[str, Any]:
    return {"id": line.name, "state": line.labels["state"]}


def read(documents: Documents, state: str, top: int, token: str | None = None) -> dict[str, Any]:
    return pages.read(pages.Asked({"state": state}, top, token), documents.page, line_of)


def ids(found: dict[str, Any]) -> list[str]:
    return [line["id"] for line in found["value"]]


def test_each_read_asks_for_what_the_page_still_lacks() -> None:
    documents = Documents("aabbb" + "abb" + "aa" + "ba")
    found = read(documents, "a", 5)
    assert documents.asked == [5, 3, 2]
    assert ids(found) == ["0", "1", "5", "8", "9"]
    token = tokens.place_in("after", found["continuationToken"])
    assert token == "10"
    following = read(documents, "a", 5, token)
    assert (ids(following), "continuationToken" in following) == (["11"], False)


def test_what_matches_nothing_is_read_once_to_its_end() -> None:
    documents = Documents("bbb")
    assert read(documents, "a", 1) == {"value": []}
    assert documents.asked == [1, 1, 1]


def test_after_twenty_reads_in_vain_the_answer_says_where_to_go_on() -> None:
    documents = Documents("b" * 100)
    found = read(documents, "a", 1)
    assert (len(documents.asked), found["value"]) == (20, [])
    assert tokens.place_in("after", found["continuationToken"]) == "20"


def test_a_filter_matches_what_is_equal_and_neither_more_nor_less() -> None:
    assert ids(read(Documents("abc"), "b", 3)) == ["1"]


@pytest.mark.parametrize(("given", "top"), [(None, 50), ("1", 1), ("50", 50), ("200", 200)])
def test_a_page_has_fifty_lines_unless_one_to_two_hundred_are_asked_for(
    given: str | None, top: int
) -> None:
    params = {} if given is None else {"top": given}
    request = func.HttpRequest("GET", "/x", params=params, body=b"")
    assert pages.asked(request, {}) == pages.Asked({}, top, None)
