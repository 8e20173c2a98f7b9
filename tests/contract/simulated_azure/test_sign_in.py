"""Signing in: what the Azure CLI and azure-identity ask of a cloud that is new to them."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.contract.simulated_azure.caller import Caller, document, value

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SECRET = "Canary~client-secret-0123456789"
ASKED = {"grant_type": "client_credentials", "client_id": "me", "client_secret": SECRET}


def _token(azure: Caller, asked: dict[str, str]) -> tuple[int, object]:
    issuer = _issuer(azure)
    reply = azure.send("POST", issuer["token_endpoint"], FORM, urlencode(asked).encode())
    return reply.status, reply.json()


def _issuer(azure: Caller) -> dict[str, Any]:
    login = _cloud(azure)["authentication"]["loginEndpoint"]
    url = f"{login}/a-tenant/v2.0/.well-known/openid-configuration"
    return document(azure.send("GET", url, {}))


def _cloud(azure: Caller) -> dict[str, Any]:
    url = f"{azure.base}/metadata/endpoints?api-version=2022-09-01"
    return document(azure.send("GET", url, {}))


def test_the_cloud_names_this_place_for_arm_and_for_signing_in(azure: Caller) -> None:
    cloud = _cloud(azure)
    assert cloud["resourceManager"] == azure.base
    assert cloud["authentication"]["audiences"] == [azure.base]
    assert _issuer(azure)["issuer"] == f"{azure.base}/a-tenant/v2.0"


def test_a_service_principal_gets_a_token_that_arm_takes(azure: Caller) -> None:
    status, found = _token(azure, ASKED)
    assert status == 200
    assert isinstance(found, dict)
    azure.headers = {"Authorization": f"{found['token_type']} {found['access_token']}"}
    assert value(azure.get("/subscriptions"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_secret": ""}, "invalid_client"),
        ({"client_id": ""}, "invalid_client"),
    ],
)
def test_who_is_no_service_principal_gets_none(
    azure: Caller, change: dict[str, str], code: str
) -> None:
    status, found = _token(azure, ASKED | change)
    assert status == 400
    assert isinstance(found, dict)
    assert found["error"] == code


def test_nothing_of_signing_in_is_kept_or_repeated(azure: Caller) -> None:
    for change in ({}, {"grant_type": SECRET}):
        assert SECRET not in str(_token(azure, ASKED | change))
    assert json.dumps(azure.control("GET", "/requests")) == "[]"
    assert SECRET not in json.dumps(azure.control("GET", "/state"))
