"""A schema is published as editors and other languages read it."""

from typing import Any

import pytest
from msgspec import Struct

from restore.request import documents


class Inner(Struct, frozen=True, kw_only=True):
    """One field that may be absent."""

    name: str | None = None


class Outer(Struct, frozen=True, kw_only=True):
    """What is published."""

    inner: Inner | None = None
    listed: tuple[Inner, ...] = ()


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"pattern": r"\Aa\Z"}, {"pattern": "^a$"}),
        ({"a": r"\A", "z": r"\Z"}, {"a": r"\A", "z": r"\Z"}),
        ({"pattern": {"pattern": r"\A"}}, {"pattern": {"pattern": "^"}}),
        ([{"pattern": r"\A"}, 7, r"\A"], [{"pattern": "^"}, 7, r"\A"]),
        ({"anyOf": [{"pattern": r"\Z"}]}, {"anyOf": [{"pattern": "$"}]}),
    ],
)
def test_only_patterns_are_written_otherwise(part: Any, expected: Any) -> None:
    assert documents.portable(part) == expected


def test_a_field_that_may_be_absent_is_described_as_it_is_when_it_is_there() -> None:
    found = documents.published(Outer)
    outer, inner = found["$defs"]["Outer"]["properties"], found["$defs"]["Inner"]["properties"]
    assert outer["inner"] == {"$ref": "#/$defs/Inner"}
    assert outer["listed"]["items"] == {"$ref": "#/$defs/Inner"}
    assert outer["$schema"] == {"type": "string"}
    assert inner["name"] == {"type": "string"}
    assert found["$ref"] == "#/$defs/Outer"
    assert found["$schema"].endswith("2020-12/schema")
