"""What a client asks before it has a token: where to sign in, and then for the token.

Enough for a service principal of the Azure CLI and of azure-identity. Everybody gets a token, and
nothing of these requests is kept, because they carry secrets. Which endpoints a custom cloud needs
is in azure-cli-core's cloud.py, what must be said of the issuer in MSAL's authority.py.
"""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, unquote

from simulated_azure.resource_bodies import TENANT
from simulated_azure.routing import split
from simulated_azure.wire import Reply, Request, json_reply

JSON = dict[str, object]
TOKEN = "any-token-will-do"
TOKEN_LIFE_S = 3599
_CREDENTIALS = ("client_secret", "client_assertion")


def handle(request: Request) -> Reply | None:
    """The answer, or None when the request is none of these and goes to ARM."""
    target = split(request.url)
    path = unquote(target.path).rstrip("/")
    for method, pattern, answer in _ROUTES:
        match = pattern.fullmatch(path)
        if match and request.method == method:
            return answer(request, target.base, *match.groups())
    return None


def _endpoints(_: Request, base: str) -> Reply:
    """What `az cloud register --endpoint-resource-manager` asks for."""
    suffixes = {
        "storage": "core.windows.net",
        "keyVaultDns": "vault.azure.net",
        "sqlServerHostname": "database.windows.net",
        "acrLoginServer": "azurecr.io",
        "azureDataLakeStoreFileSystem": "azuredatalakestore.net",
        "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
    }
    places = dict.fromkeys(
        ("portal", "gallery", "graph", "graphAudience", "batch", "media", "sqlManagement"), base
    )
    body: JSON = {
        "name": "SimulatedAzure",
        "resourceManager": base,
        "authentication": {
            "loginEndpoint": base,
            "audiences": [base],
            "tenant": TENANT,
            "identityProvider": "AAD",
        },
        "suffixes": suffixes,
        **places,
    }
    return json_reply(200, body)


def _issuer(_: Request, base: str, tenant: str) -> Reply:
    place = f"{base}/{tenant}"
    body: JSON = {
        "issuer": f"{place}/v2.0",
        "authorization_endpoint": f"{place}/oauth2/v2.0/authorize",
        "token_endpoint": f"{place}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }
    return json_reply(200, body)


def _token(request: Request, _base: str, _tenant: str) -> Reply:
    asked = parse_qs(request.body.decode("utf-8", "replace"))
    if asked.get("grant_type") != ["client_credentials"]:
        return _refused("unsupported_grant_type", "Only service principals can sign in here.")
    if "client_id" not in asked or not any(name in asked for name in _CREDENTIALS):
        return _refused("invalid_client", "client_id and a secret or an assertion are required.")
    life: JSON = {"expires_in": TOKEN_LIFE_S, "ext_expires_in": TOKEN_LIFE_S}
    return json_reply(200, {"token_type": "Bearer", **life, "access_token": TOKEN})


def _refused(code: str, text: str) -> Reply:
    return json_reply(400, {"error": code, "error_description": text})


_ROUTES: tuple[tuple[str, re.Pattern[str], Callable[..., Reply]], ...] = (
    ("GET", re.compile(r"/metadata/endpoints"), _endpoints),
    ("GET", re.compile(r"/([^/]+)(?:/v2\.0)?/\.well-known/openid-configuration"), _issuer),
    ("POST", re.compile(r"/([^/]+)/oauth2/v2\.0/token"), _token),
)
