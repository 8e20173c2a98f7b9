"""A VM's recovery points in pages: bounded each, and all of them in the end."""

import base64
from datetime import timedelta

import msgspec
import pytest

from restore.messages.model import RecoveryPoint
from restore.request import point_pages
from restore.request.point_pages import POINTS_MAX, page
from restore.values import tokens
from tests.fakes.app_harness import START

BYTES_MAX = 512 * 1024


def points(count: int, *, per_time: int = 1, text: str = "") -> list[RecoveryPoint]:
    return [
        RecoveryPoint(
            name=f"p{number}", time=START - timedelta(hours=number // per_time), consistency=text
        )
        for number in range(count)
    ]


def walked(all_points: list[RecoveryPoint]) -> list[list[str]]:
    pages, token = [], None
    while True:
        found = page(all_points, token)
        pages.append([point.name for point in found.points])
        token = found.continuation_token
        if token is None:
            return pages


def test_few_points_are_one_page_newest_first() -> None:
    assert walked(points(3)[::-1]) == [["p0", "p1", "p2"]]
    assert walked([]) == [[]]


@pytest.mark.parametrize("per_time", [1, 7, 1000])
def test_many_points_are_all_shown_once(per_time: int) -> None:
    pages = walked(points(1_999, per_time=per_time))
    shown = [name for names in pages for name in names]
    assert len(pages) == 10
    assert max(map(len, pages)) == POINTS_MAX
    assert sorted(shown) == sorted(point.name for point in points(1_999))


def test_points_with_long_texts_make_shorter_pages() -> None:
    pages = walked(points(300, text="語" * 2000))
    assert len(pages[0]) < POINTS_MAX
    assert len(pages[0]) * 6000 < BYTES_MAX
    assert sum(map(len, pages)) == 300


def test_a_point_that_is_too_large_by_itself_is_shown_all_the_same() -> None:
    assert walked(points(2, text="x" * BYTES_MAX)) == [["p0"], ["p1"]]


def test_the_next_page_begins_behind_the_last_point_though_others_came_and_went() -> None:
    found = page(points(500), None)
    newer = RecoveryPoint(name="new", time=START + timedelta(hours=1))
    left = [newer, *[point for point in points(500) if point.name != "p199"]]
    following = page(left, found.continuation_token)
    assert following.points[0].name == "p200"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "é",
        tokens.token_of("after", "r1"),
        tokens.token_of("points", ""),
        tokens.token_of("points", '{"time": "2026-11-23T03:00:00", "name": "p1"}'),
        tokens.token_of("points", '{"time": 1}'),
        base64.b64encode(b"\xff").decode(),
    ],
)
def test_what_continues_no_such_list_is_no_token(token: str) -> None:
    assert not point_pages.is_token(token)


def test_what_a_page_gives_to_go_on_with_is_a_token() -> None:
    token = page(points(POINTS_MAX + 1), None).continuation_token
    assert token is not None
    assert point_pages.is_token(token)


def test_a_page_ends_with_the_last_point_that_fits_exactly() -> None:
    some = points(50)
    one = len(msgspec.json.encode(some[0])) + 1
    pad = BYTES_MAX - 9 * one
    long = msgspec.structs.replace(some[0], name=some[0].name + "x" * (pad - one))
    assert len(msgspec.json.encode(long)) + 1 == pad
    same = [msgspec.structs.replace(each, name=f"q{number}", time=each.time - timedelta(days=9))
            for number, each in enumerate(some[:10])]  # fmt: skip
    assert all(len(msgspec.json.encode(each)) + 1 == one for each in same)
    assert len(page([long, *same], None).points) == 10
    longer = msgspec.structs.replace(long, name=long.name + "x")
    assert len(page([longer, *same], None).points) == 9


def test_one_point_is_shown_however_long_it_is() -> None:
    assert [len(names) for names in walked(points(2, text="x" * (BYTES_MAX + 9)))] == [1, 1]


def test_a_token_of_another_list_is_none() -> None:
    assert point_pages.is_token(str(page(points(999), None).continuation_token))
    assert not point_pages.is_token(tokens.token_of("other", "x"))
    assert not point_pages.is_token("")


@pytest.mark.parametrize(("count", "sizes"), [(199, [199]), (200, [200]), (201, [200, 1])])
def test_a_page_holds_two_hundred_points(count: int, sizes: list[int]) -> None:
    assert [len(names) for names in walked(points(count))] == sizes
