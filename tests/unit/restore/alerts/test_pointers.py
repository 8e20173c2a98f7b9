"""JSON pointers find what RFC 6901 says they find."""

from typing import Any

import pytest

from restore.alerts.pointers import ABSENT, at, value_at

DOCUMENT: dict[str, Any] = {
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, " ": 7, "null": None, "deep": {"er": [{}]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", DOCUMENT), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1),
        ("/m~0n", 8), ("/ ", 7), ("/null", None), ("/deep/er/0", {}),
    ],
)  # fmt: skip
def test_what_stands_there_is_found(pointer: str, expected: Any) -> None:
    assert at(DOCUMENT, pointer) == expected


@pytest.mark.parametrize(
    "pointer",
    [
        "/bar", "/foo/2", "/foo/3", "/foo/-", "/foo/01", "/foo/x", "/null/x", "/foo/0/0",
        "/foo/1e0",
    ],
)  # fmt: skip
def test_what_is_not_there_is_absent_and_null_is_not(pointer: str) -> None:
    assert at(DOCUMENT, pointer) is ABSENT
    assert value_at(DOCUMENT, pointer) is None
    assert value_at(DOCUMENT, None) is None
