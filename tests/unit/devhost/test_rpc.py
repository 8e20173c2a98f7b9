"""The stand-ins for the worker's protobuf messages refuse what protobuf refuses."""

from typing import Any

import pytest

from devhost.language_worker.messages import Data, HttpRequest, Json, Text, Value
from devhost.real_worker.rpc import Message, NullableBool, RpcException, RpcHttp, TypedData
from devhost.real_worker.rpc_values import typed, untyped


@pytest.mark.parametrize(
    ("kind", "given", "refusal"),
    [
        (TypedData, {"string": 7}, TypeError),
        (TypedData, {"bytes": "text"}, TypeError),
        (TypedData, {"json": {"a": 1}}, TypeError),
        (TypedData, {"string": "\ud800"}, UnicodeEncodeError),
        (TypedData, {"text": "x"}, ValueError),
        (RpcHttp, {"headers": {"x-one": 1}}, TypeError),
        (RpcHttp, {"headers": {1: "x"}}, TypeError),
        (RpcHttp, {"status_code": 200}, TypeError),
        (RpcException, {"message": "\udfff"}, UnicodeEncodeError),
        (NullableBool, {"value": "yes"}, TypeError),
    ],
)
def test_a_field_of_another_kind_is_refused(
    kind: type[Message], given: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        kind(**given)


def test_one_field_of_a_value_is_set_or_none() -> None:
    assert TypedData(string="").WhichOneof("data") == "string"
    assert TypedData().WhichOneof("data") is None


@pytest.mark.parametrize("value", [Text(""), Json("null"), Data(b"")])
def test_a_value_comes_out_as_it_went_in(value: Value) -> None:
    assert untyped(typed(value)) == value


def test_a_request_has_its_body_in_bytes() -> None:
    http = typed(HttpRequest("GET", "http://app.test/", {}, {}, {}, b"")).http
    assert (http.method, http.body.bytes) == ("GET", b"")


@pytest.mark.parametrize(("given", "told"), [({"int": 7}, "7"), ({"double": 1.5}, "1.5")])
def test_a_number_goes_out_as_json(given: dict[str, Any], told: str) -> None:
    assert untyped(TypedData(**given)) == Json(told)


def test_nothing_goes_out_as_nothing() -> None:
    assert untyped(None) is None
    assert untyped(TypedData()) is None
