"""The life-cycle requests recorded on the real engine get the same replies from ours, all 63."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.host.life_cycle import Line, comparable, recorded, replay


async def test_every_recorded_request_gets_the_recorded_reply(tmp_path: Path) -> None:
    pairs = await replay(tmp_path)
    assert len(pairs) == len(recorded()) == 63
    different = {
        f"line {number} ({want['case']})": (comparable(want), comparable(got))
        for number, (want, got) in enumerate(pairs, 1)
        if comparable(want) != comparable(got)
    }
    assert different == {}


def test_what_clients_read_is_in_the_recording() -> None:
    """Or comparing it would compare nothing."""
    lines = [comparable(line) for line in recorded()]
    for header, count in (("Location", 21), ("Retry-After", 21), ("x-ms-continuation-token", 3)):
        assert sum(header in line["headers"] for line in lines) == count
    assert sum("historyEvents" in line["response"] for line in lines) == 5


def _status(line: Line) -> None:
    line["status"] += 1


def _header(name: str, value: str | None) -> Callable[[Line], None]:
    def plant(line: Line) -> None:
        assert line["headers"].get(name) != value
        if value is None:
            del line["headers"][name]
        else:
            line["headers"][name] = value

    return plant


def _text(old: str, new: str) -> Callable[[Line], None]:
    def plant(line: Line) -> None:
        text = json.dumps(line["response"])
        assert old in text
        line["response"] = json.loads(text.replace(old, new))

    return plant


def _keys_swapped(line: Line) -> None:
    line["response"] = dict(reversed(line["response"].items()))


def _rows_swapped(line: Line) -> None:
    line["response"]["historyEvents"].reverse()


def _other_id_in_location(line: Line) -> None:
    old = line["response"]["id"]
    line["headers"]["Location"] = line["headers"]["Location"].replace(old, old[::-1])


PLANTED: dict[str, tuple[int, Callable[[Line], None]]] = {
    "a status": (1, _status),
    "an id in Location that is not the body's": (3, _other_id_in_location),
    "another Location": (10, _header("Location", "http://127.0.0.1:1/durabletask/instances/dup1")),
    "no Location": (10, _header("Location", None)),
    "another Retry-After": (10, _header("Retry-After", "10")),
    "a Retry-After too many": (26, _header("Retry-After", "5")),
    "another kind of content": (10, _header("Content-Type", "text/plain")),
    "another continuation token": (59, _header("x-ms-continuation-token", "YQ==")),
    "no continuation token": (60, _header("x-ms-continuation-token", None)),
    "a refusal's words": (11, _text("already exists.", "is here.")),
    "an exception's words": (20, _text("Suspended state", "Running state")),
    "a word for a number": (62, _text("9", '"9"')),
    "a count": (62, _text("9", "8")),
    "null for nothing": (10, _text('"customStatus": null', '"customStatus": ""')),
    "the order of keys": (10, _keys_swapped),
    "the order of rows": (26, _rows_swapped),
    "a row's key": (55, _text('"Data"', '"data"')),
    "a rewind's reason": (55, _text('"Data": "r"', '"Data": null')),
    "a time's form": (10, _text('Z"', '+00:00"')),
    "an instance of a list": (60, _text('"instanceId": "w2"', '"instanceId": "w4"')),
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_difference_is_found(what: str) -> None:
    number, plant = PLANTED[what]
    want, got = recorded()[number - 1], recorded()[number - 1]
    assert comparable(want) == comparable(got)
    plant(got)
    assert comparable(want) != comparable(got)
