"""The published document takes every id that the app takes: a client that checks its requests
against it refuses nothing that the app would do."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from restore.messages.errors import InvalidRequest
from restore.request import parsing
from restore.values import arm_ids
from tests.end_to_end.harness import request_for
from tests.fuzz import requests
from triggers import openapi

_FIELDS = {
    "virtual machine": "sourceResourceId",
    "Recovery Services vault": "vaultId",
    "resource group": "targetResourceGroupId",
    "storage account": "storageAccountId",
    "subnet": "subnetId",
    "virtual network": "virtualNetworkId",
    "disk encryption set": "diskEncryptionSetId",
}
_NAMES = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters="/\\?#%&<>:\"'*"),
    min_size=1,
    max_size=12,
)
_CASES = ("as it is", "upper", "lower")
_AROUND = st.text(" \t\r\n", max_size=2)


def faults_of(request: dict[str, Any]) -> list[str]:
    """The places of a request that the document has something against."""
    document = openapi.document()
    root = {
        "$ref": f"#/components/schemas/{request['recoveryType']}",
        "components": document["components"],
    }
    return [error.json_path for error in Draft202012Validator(root).iter_errors(request)]


def is_taken(request: dict[str, Any]) -> bool:
    """Whether the app takes a request."""
    try:
        parsing.parse_request(request, default_request_id="d")
    except InvalidRequest:
        return False
    return True


def an_id(kind: str) -> st.SearchStrategy[str]:
    """Draw ids of a kind, nearly all of which are taken: any names and case, blanks around."""
    guids = st.uuids().map(str)

    def whole(names: list[str], subscription: str, case: str, before: str, after: str) -> str:
        head, _, rest = arm_ids.KINDS[kind].partition("*")
        for name in names:
            rest = rest.replace("*", name, 1)
        return before + _in_case(f"{head}{subscription}{rest}", case) + after

    count = arm_ids.KINDS[kind].count("*") - 1
    some = st.lists(_NAMES, min_size=count, max_size=count)
    return st.builds(whole, some, guids, st.sampled_from(_CASES), _AROUND, _AROUND)


def _in_case(text: str, case: str) -> str:
    return {"upper": text.upper(), "lower": text.lower()}.get(case, text)


@pytest.mark.parametrize("kind", _FIELDS)
@settings(max_examples=60, deadline=None, database=None)
@given(data=st.data())
def test_an_id_that_the_app_takes_is_taken_by_the_document(kind: str, data: st.DataObject) -> None:
    name, drawn = _FIELDS[kind], data.draw(an_id(kind))
    request = request_for("AlternateLocation", "r1") | {name: drawn}
    plain = arm_ids.trimmed(drawn)
    assume(plain.isprintable() and arm_ids.kind_problem(plain, kind) is None)
    assert f"$.{name}" not in faults_of(request)


@pytest.mark.parametrize("group", ["Instruktører", "rg(prod)", "RG.Prod-1_", "группа", "a" * 90])
@pytest.mark.parametrize("subscription", ["00000000-0000-0000-0000-00000000ABCD"])
def test_ids_that_people_have_are_taken_by_both(group: str, subscription: str) -> None:
    here = f"/subscriptions/{subscription}/resourceGroups/{group}"
    vm = f"{here}/providers/Microsoft.Compute/virtualMachines/web-01"
    account = f"{here}/providers/Microsoft.Storage/storageAccounts/staging"
    request = request_for("RestoreDisks", "r1") | {
        "sourceResourceId": vm,
        "storageAccountId": account,
        "targetResourceGroupId": here,
    }
    for case in _CASES:
        ids = {
            name: _in_case(text, case)
            for name, text in request.items()
            if str(text).startswith("/")
        }
        assert is_taken(request | ids)
        assert faults_of(request | ids) == []


@settings(max_examples=150, deadline=None, database=None)
@given(requests.NEARLY_SOUND | requests.SHAPED)
def test_whatever_the_app_takes_is_taken_by_the_document(request: dict[str, Any]) -> None:
    if is_taken(request):
        assert faults_of(request) == []
