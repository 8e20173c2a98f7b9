"""A body is read up to its size, and told by its size where it is larger."""

import base64
import json

import pytest

from restore.messages.errors import InvalidRequest
from restore.request import json_text


def refusal(body: bytes, bytes_max: int = json_text.BYTES_MAX) -> str:
    with pytest.raises(InvalidRequest) as caught:
        json_text.json_of(body, bytes_max)
    (problem,) = caught.value.problems
    return problem.message


@pytest.mark.parametrize("size", [7, 65_535, 65_536])
def test_a_body_is_read_up_to_its_size(size: int) -> None:
    assert json_text.json_of(b'{"a":1}'.ljust(size)) == {"a": 1}


def test_a_larger_one_is_told_by_how_large_it_may_be() -> None:
    assert refusal(b"[]".ljust(65_537)) == "is larger than 64 KB"
    assert refusal(b"[]".ljust(1023 * 1024 + 1), 1023 * 1024) == "is larger than 1023 KB"


@pytest.mark.parametrize(
    "inner", [b"{}", b" {}", b"\n[1]", b'\xef\xbb\xbf{"a": 1}', b' \xef\xbb\xbf{"a": 1}']
)
def test_what_is_in_base64_is_read_if_it_begins_as_json_does(inner: bytes) -> None:
    value = json_text._from_base64(base64.encodebytes(inner))
    assert value == inner


@pytest.mark.parametrize("body", [b"", b"abcd", b"1234", base64.b64encode(b'"{}"'), b"{}"])
def test_what_is_no_base64_of_json_is_left_alone(body: bytes) -> None:
    assert json_text._from_base64(body) is None


def test_a_field_is_given_once() -> None:
    assert json_text.json_of('{"a": {"b": 1}, "b": 2}') == {"a": {"b": 1}, "b": 2}
    assert refusal(b'{"a": {"b": 1, "c": 2, "b": 1}}') == "has an object with the same field twice"


def test_an_object_may_have_many_fields() -> None:
    fields = {str(number): number for number in range(300)}
    assert json_text.json_of(json.dumps(fields)) == fields
