"""The document of the HTTP surface: complete in itself, and true of what it describes."""

import json
from collections.abc import Iterator
from typing import Any

import azure.functions as func
import pytest

from restore.messages.request import REQUEST_TYPES
from restore.settings import Settings
from triggers import openapi
from triggers.openapi_operation import Operation, ref
from triggers.openapi_operations import OPERATIONS

DOCUMENT = json.loads(
    openapi.show(
        func.HttpRequest("GET", "http://x/api/openapi.json", body=b""), Settings()
    ).get_body()
)
SCHEMAS = DOCUMENT["components"]["schemas"]
PROBLEM = {"$ref": "#/components/schemas/ProblemDocument"}


def parts(of: Any) -> Iterator[Any]:
    yield of
    for each in of.values() if isinstance(of, dict) else of if isinstance(of, list) else ():
        yield from parts(each)


def described(operation: Operation) -> Any:
    return DOCUMENT["paths"][operation.path][operation.method]


def test_every_reference_leads_to_a_shape_and_every_shape_is_referred_to() -> None:
    referred = {
        part["$ref"].rpartition("/")[2]
        for part in parts(DOCUMENT)
        if isinstance(part, dict) and isinstance(part.get("$ref"), str)
    }
    assert referred == set(SCHEMAS)


def test_patterns_are_written_as_every_language_reads_them() -> None:
    patterns = [
        part["pattern"]
        for part in parts(DOCUMENT)
        if isinstance(part, dict) and isinstance(part.get("pattern"), str)
    ]
    assert patterns
    assert not [pattern for pattern in patterns if "\\A" in pattern or "\\Z" in pattern]
    assert [pattern for pattern in patterns if pattern.startswith("^")]


@pytest.mark.parametrize("name", REQUEST_TYPES)
def test_a_request_needs_no_id_for_one_is_made_where_it_has_none(name: str) -> None:
    required = SCHEMAS[name]["required"]
    assert "requestId" not in required
    assert {"recoveryType", "sourceResourceId"} <= set(required)


def test_the_function_key_goes_into_a_header_or_the_url() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert DOCUMENT["security"] == [{name: []} for name in schemes]
    assert {(each["in"], each["name"]) for each in schemes.values()} == {
        ("header", "x-functions-key"), ("query", "code"),
    }  # fmt: skip
    assert DOCUMENT["servers"] == [{"url": "/api"}]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: str(each.name))
def test_without_keys_callers_bring_a_token_and_the_gates_refusals_are_told(
    operation: Operation,
) -> None:
    without = openapi.document(is_entra=True)
    assert without["security"] == [{"entraId": []}]
    assert list(without["components"]["securitySchemes"]) == ["entraId"]
    found = without["paths"][operation.path][operation.method]
    told = set(found["responses"])
    by_gate = {"401", "403", "503"} | ({"415"} if operation.method == "post" else set())
    own = set(described(operation)["responses"])
    assert told == own | (set() if operation.is_open else by_gate)


def test_only_the_live_probe_needs_no_key() -> None:
    open_ones = {each.path for each in OPERATIONS if described(each).get("security") == []}
    assert open_ones == {"/live"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: str(each.name))
def test_every_answer_has_its_shape_and_a_text(operation: Operation) -> None:
    responses = described(operation)["responses"]
    assert set(responses) == {str(each) for each in (*operation.answers, *operation.refusals)}
    assert all(response["description"] for response in responses.values())
    for status, kind in operation.answers.items():
        if operation.method == "head":
            assert "content" not in responses[str(status)]
            continue
        (content,) = responses[str(status)]["content"].items()
        shape = {"type": "object"} if kind is None else ref(kind)
        assert content == ("application/json", {"schema": shape})
        is_elsewhere = status == 202
        assert ("Location" in responses[str(status)].get("headers", {})) == is_elsewhere
    for status in set(operation.refusals) - set(operation.answers):
        assert responses[str(status)]["content"] == {
            "application/problem+json": {"schema": PROBLEM}
        }


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: str(each.name))
def test_a_body_is_described_where_one_is_taken_and_parameters_where_there_are_some(
    operation: Operation,
) -> None:
    told = described(operation)
    assert ("requestBody" in told) == (operation.asks is not None)
    assert told.get("requestBody", {"required": True})["required"] is True
    assert ("parameters" in told) == bool(operation.parameters)
    in_path = [each for each in operation.parameters if each["in"] == "path"]
    assert len(in_path) == operation.path.count("{id}")
    assert all(each["required"] for each in in_path)


def query(path: str) -> dict[str, Any]:
    parameters = DOCUMENT["paths"][path]["get"]["parameters"]
    return {each["name"]: each for each in parameters if each["in"] == "query"}


def test_a_list_has_one_to_two_hundred_lines_and_nothing_else_must_be_said() -> None:
    listed = query("/restores")
    assert listed["top"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 200}
    assert not [each for each in listed.values() if each["required"]]
    assert "Accepted" in listed["state"]["schema"]["enum"]
    assert "Completed" in listed["verdict"]["schema"]["enum"]
    assert listed["sourceResourceId"]["schema"] == {"type": "string"}


def test_points_are_looked_at_for_one_vm() -> None:
    required = [name for name, each in query("/recovery-points").items() if each["required"]]
    assert required == ["sourceResourceId"]


STATUSES = {
    "post /restores": "200 202 400 403 404 409 502 503",
    "get /restores": "200 400 503",
    "post /restores/plan": "200 202 400 403 404 409 502 503",
    "post /restores/adopt": "200 202 400 403 404 409 502 503",
    "get /plans/{id}": "200 202 404 503",
    "get /restores/{id}": "200 404 503",
    "post /restores/{id}/cancel": "202 400 404 409 503",
    "post /restores/{id}/abandon": "200 400 404 409 503",
    "post /restores/{id}/approval": "200 400 403 404 409 503",
    "get /events/{id}/data": "200 404 503",
    "get /rejections": "200 400 503",
    "get /rejections/{id}": "200 404 503",
    "post /rejections/{id}/put-back": "200 202 400 403 404 409 502 503",
    "get /recovery-points": "200 400 403 404 409 502 503",
    "get /health": "200 503",
    "head /health": "200 503",
    "get /live": "200",
    "head /live": "200",
    "get /openapi.json": "200",
    "post /alerts": "200 202 400 403 413 503",
    "options /alerts": "200 403",
    "get /alerts": "200 400 503",
    "get /alerts/{id}": "200 404 503",
    "post /alerts/stop": "200 400 503",
    "post /alerts/resume": "200 400 503",
    "get /holds": "200 503",
    "post /holds/{id}/decision": "202 400 404 409 503",
}
"""Callers generate code from the document: a status that comes or goes is a change to hear of."""


def test_each_route_tells_the_statuses_that_callers_know() -> None:
    told = {
        f"{operation.method} {operation.path}": " ".join(sorted(described(operation)["responses"]))
        for operation in OPERATIONS
    }
    assert told == STATUSES


def test_what_a_shown_alert_leaves_out_is_told_with_its_default() -> None:
    told = SCHEMAS["AlertShown"]["properties"]
    defaults = {name: told[name]["default"] for name in told if told[name].get("default")}
    assert defaults == {"originalEncoding": "utf-8"}
    assert told["originalBytes"]["default"] == 0
