"""What is told of a message that could not be taken."""

import json
from typing import Any

import pytest

from restore.messages import names
from restore.request import parsing, rejections
from restore.request.parsing import PROBLEMS_MAX
from tests.fakes.app_harness import START
from tests.unit.restore import samples


def test_an_event_has_the_text_where_there_is_one() -> None:
    poisoned = rejections.poisoned(message_id="m1", original=b"{}", time=START, raised="KeyError")
    data = rejections.event(poisoned)["data"]
    assert "Its last try raised KeyError." in data["text"]
    assert (data["requestId"], data["messageId"], data["problems"]) == (None, "m1", ())
    other = rejections.poisoned(message_id="m1", original=b"{}", time=START)
    assert "Its tries left no reason." in (other.text or "")
    assert other.queue == names.POISONED_REQUESTS


def many(count: int) -> dict[str, Any]:
    return samples.DISKS | {f"odd{number}": 1 for number in range(count)}


@pytest.mark.parametrize("count", [1, PROBLEMS_MAX - 1, PROBLEMS_MAX])
def test_all_problems_are_told_up_to_a_bound(count: int) -> None:
    assert len(samples.problems_of(many(count))) == count


@pytest.mark.parametrize("count", [PROBLEMS_MAX + 1, PROBLEMS_MAX + 2, 200])
def test_beyond_the_bound_it_says_that_there_are_more(count: int) -> None:
    found = samples.problems_of(many(count))
    assert len(found) == PROBLEMS_MAX + 1
    assert found["$"] == "has more problems"


@pytest.mark.parametrize("depth", range(1, 12))
def test_nulls_are_dropped_as_deep_as_a_field_may_lie(depth: int) -> None:
    value: Any = {"x": None}
    for _ in range(depth - 1):
        value = {"a": value}
    found = parsing._without_nulls(value)
    for _ in range(depth - 1):
        found = found["a"]
    assert found == ({} if depth <= 8 else {"x": None})
    listed: Any = {"x": None}
    for _ in range(depth - 1):
        listed = [listed]
    found = parsing._without_nulls(listed)
    for _ in range(depth - 1):
        (found,) = found
    assert found == ({} if depth <= 8 else {"x": None})


def test_nulls_in_a_list_stay() -> None:
    assert parsing._without_nulls([None, {"a": None, "b": 1}]) == [None, {"b": 1}]


@pytest.mark.parametrize(
    ("original", "request_id"),
    [
        (samples.DISKS, "r-1"),
        ({"requestId": "r-2"}, "r-2"),
        ({"requestId": "a/b"}, None),
        (samples.without(samples.DISKS, "requestId"), None),
        ({}, None),
    ],
)
def test_a_message_that_the_host_gave_up_names_its_request(
    original: dict[str, Any], request_id: str | None
) -> None:
    body = json.dumps(original).encode()
    kept = rejections.poisoned(message_id="m1", original=body, time=START)
    assert kept.request_id == request_id


def test_a_message_is_kept_whatever_reading_it_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: Any, **__: Any) -> None:
        raise KeyError("what its tries died of")

    monkeypatch.setattr(parsing, "parse_text", break_down)
    kept = rejections.poisoned(message_id="m1", original=b"{}", time=START)
    assert (kept.request_id, kept.original) == (None, "{}")


@pytest.mark.parametrize(("size", "is_whole"), [(65_536, True), (65_537, False)])
def test_what_a_queue_takes_is_kept_whole(size: int, is_whole: bool) -> None:
    kept = rejections.rejected(
        message_id="m1", code="x", problems=(), original=b"x" * size, time=START
    )
    assert (kept.original, kept.is_whole) == ("x" * 65_536, is_whole)
    assert "text" not in rejections.event(kept)["data"]
