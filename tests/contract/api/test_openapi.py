"""The OpenAPI document is about the app that runs: its routes, and what they answer to anything."""

import json
import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS

from tests.end_to_end.harness import HostHarness, request_for
from tests.fakes.app_harness import worker
from triggers import openapi

ANSWERED_FAST = {"Prefer": "respond-async"}
NOT_MEANT = ("positive_data_acceptance", "ignored_auth", "missing_required_header")
"""A request that fits the shape may still break a rule between fields, which JSON Schema cannot
say: it is refused with 400. Function keys are the host's business, and devhost asks for none."""


API: Any = schemathesis.openapi.from_dict(openapi.document())
OPERATIONS = {found.ok().label: found.ok() for found in API.get_all_operations()}
CHECKED: Any = [check for check in CHECKS.get_all() if check.__name__ not in NOT_MEANT]
EXAMPLES = int(os.environ.get("API_EXAMPLES", "12"))
PATIENT = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_is_sent_the_answer_is_one_of_those_described(
    label: str, harness: HostHarness
) -> None:
    @PATIENT
    @given(case=OPERATIONS[label].as_strategy())
    def answers(case: Any) -> None:
        case.headers = {**(case.headers or {}), **ANSWERED_FAST}
        case.call_and_validate(base_url=f"{harness.base_url}/api", checks=CHECKED, timeout=60)

    answers()


def test_the_document_is_served(harness: HostHarness) -> None:
    assert harness.call("GET", "openapi.json").body == openapi.document()


def test_every_route_of_the_app_is_described_and_no_other() -> None:
    served = {
        (method.lower(), "/" + function.trigger["route"])
        for function in worker().functions
        if function.trigger["type"] == "httpTrigger"
        for method in function.trigger["methods"]
    }
    paths = openapi.document()["paths"]
    described = {(method, path) for path, item in paths.items() for method in item}
    assert described == served


def test_the_document_can_be_written_as_json() -> None:
    assert json.loads(json.dumps(openapi.document())) == openapi.document()


@pytest.mark.parametrize("kind", ["RestoreDisks", "OriginalLocation", "AlternateLocation"])
def test_the_documents_own_schema_takes_our_examples(kind: str) -> None:
    from jsonschema import Draft202012Validator

    document = openapi.document()
    root = {"$ref": f"#/components/schemas/{kind}", "components": document["components"]}
    validator = Draft202012Validator(root)
    assert not list(validator.iter_errors(request_for(kind, "r1")))
    assert list(validator.iter_errors({"recoveryType": kind, "sourceResourceId": "/vm"}))
