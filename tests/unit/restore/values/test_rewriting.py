"""What an older build rewrites keeps what only a newer one knows."""

import json
from typing import Any

import msgspec

from restore.values.rewriting import rewritten
from restore.values.structs import Model


class Inner(Model, frozen=True, kw_only=True):
    a: int


class Outer(Model, frozen=True, kw_only=True):
    one_inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    plain: str | None = None
    either: str | tuple[str, ...] | None = None


READ: dict[str, Any] = {
    "oneInner": {"a": 1, "new": {"deep": 1}},
    "many": [{"a": 1, "new": 1}, {"a": 2, "new": 2}],
    "plain": "x",
    "newer": ["anything"],
}
BEFORE = Outer.from_json(READ)


def write(**changes: Any) -> dict[str, Any]:
    return rewritten(READ, BEFORE, msgspec.structs.replace(BEFORE, **changes))


def test_what_is_written_unchanged_is_as_it_was_read() -> None:
    assert write() == READ


def test_unknown_fields_stay_beside_what_changes() -> None:
    assert write(plain="y") == READ | {"plain": "y"}


def test_entries_of_a_list_that_grows_are_as_they_were_read() -> None:
    assert write(many=(*BEFORE.many, Inner(a=3)))["many"] == [*READ["many"], {"a": 3}]


def test_of_a_value_that_is_another_one_nothing_unknown_stays() -> None:
    assert write(one_inner=Inner(a=2))["oneInner"] == {"a": 2}


def test_what_is_taken_away_is_gone() -> None:
    gone = write(one_inner=None, plain=None, many=BEFORE.many[:1])
    assert gone == {"many": [{"a": 1, "new": 1}], "newer": ["anything"]}


def test_a_list_that_was_none_before_or_is_none_now_is_whole() -> None:
    """There is nothing that could stay of it."""
    read: dict[str, Any] = {"either": "ab", "newer": 1}
    before = Outer.from_json(read)
    after = msgspec.structs.replace(before, either=("a", "c"), many=(Inner(a=1),))
    grown = {"either": ["a", "c"], "many": [{"a": 1}], "newer": 1}
    assert json.loads(json.dumps(rewritten(read, before, after))) == grown
    assert rewritten(grown, after, before) == read
