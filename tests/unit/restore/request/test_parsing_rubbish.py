"""What is no request at all: text, bytes, and JSON of the wrong sort."""

import base64
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restore.messages import names
from restore.messages.errors import InvalidRequest
from restore.request import parsing
from tests.unit.restore.samples import DISKS, NEW_VM, REPLACE, VAULT, VM, parsed, problems_of


@pytest.mark.parametrize("value", [None, "text", 5, True])
def test_anything_but_an_object_is_no_request(value: Any) -> None:
    assert problems_of(value) == {"$": "must be a JSON object: one request"}


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@settings(max_examples=40)
@given(
    st.sampled_from([DISKS, REPLACE, NEW_VM]),
    st.dictionaries(
        st.sampled_from(
            [*NEW_VM, "confirm", "recoveryPoint", "zones", "identityInfo", "restoreDiskLunList"]
        ),
        _json,
        max_size=3,
    ),
)
def test_any_json_is_either_a_request_or_a_list_of_problems(
    sound: dict[str, Any], changes: dict[str, Any]
) -> None:
    try:
        request = parsed(sound | changes)
    except InvalidRequest as error:
        msgspec.json.encode(error.problems)
    else:
        assert len(names.request_hash(request)) == 64


def test_a_text_may_be_json_or_base64_of_json() -> None:
    plain = json.dumps(DISKS).encode()
    expected = parsed(DISKS)
    for body in (plain, plain.decode(), base64.b64encode(plain), b"\xef\xbb\xbf" + plain):
        assert parsing.parse_text(body, default_request_id="d") == expected
    folded = base64.encodebytes(json.dumps(DISKS, indent=1).encode())
    assert parsing.parse_text(folded, default_request_id="d") == expected


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"restore web-01", "is neither JSON nor Base64 of JSON: Expecting value at line 1"),
        (b'{"a": 1}{', "is neither JSON nor Base64 of JSON: Extra data"),
        (b'{"a": 1', "is neither JSON nor Base64 of JSON: Expecting ',' delimiter at line 1"),
        (base64.b64encode(b'{"a": \xff}'), "is not UTF-8 text"),
        (base64.b64encode(b'{"a": }'), "is neither JSON nor Base64"),
        (b'{"confirm": "a", "confirm": "b"}', "same field twice"),
        (b'{"a": NaN}', "has a number that is not valid JSON"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "or too long"),
        (b"[" * 60_000, "is nested too deeply"),
        (b'{"a":' * 10_000, "is nested too deeply"),
        (b" " * 65_537, "is larger than 64 KB"),
        (b"[]", "must be a JSON object"),
        (b"1234", "must be a JSON object"),
        (b'"restore"', "must be a JSON object"),
    ],
)
def test_what_is_no_json_object_is_called_what_it_is(body: bytes, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parsing.parse_text(body, default_request_id="d")
    (problem,) = caught.value.problems
    assert problem.path == "$"
    assert message in problem.message


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_politely(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        parsing.parse_text(body, default_request_id="d")


def test_deep_json_that_can_be_read_is_refused_politely() -> None:
    deep: Any = {}
    for _ in range(900):
        deep = {"a": deep}
    assert "$.recoveryPoint.a" in problems_of(DISKS | {"recoveryPoint": deep})


def test_a_query_for_recovery_points_is_checked_alike() -> None:
    assert parsing.parse_points_query({"sourceResourceId": f"{VM}\r"}).source_resource_id == VM
    found = parsing.parse_points_query({"sourceResourceId": VM, "vaultId": VAULT})
    assert (found.source_resource_id, found.vault_id) == (VM, VAULT)
    with pytest.raises(InvalidRequest) as caught:
        parsing.parse_points_query({"vaultid": VAULT})
    assert [problem.path for problem in caught.value.problems] == [
        "$.vaultid",
        "$.sourceResourceId",
    ]
