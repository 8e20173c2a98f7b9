"""Who we are: a managed identity in Azure, the developer's own login elsewhere.

One credential per process; azure-identity keeps its tokens and renews them. It is imported on first
use, and never where the simulated vault stands in for ARM. What goes wrong is told without the
library's exception as a cause, for its text is not ours to vouch for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from arm import texts
from restore.messages import errors
from restore.settings import Settings
from restore.storage_settings import Identity

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

SIMULATED_TOKEN = "simulated"  # opens nothing but the simulated vault

_AUTHORITIES = {
    "public": "login.microsoftonline.com",
    "usgovernment": "login.microsoftonline.us",
    "china": "login.chinacloudapi.cn",
}
TOPICS = {
    "public": "https://eventgrid.azure.net",
    "usgovernment": "https://eventgrid.azure.us",
    "china": "https://eventgrid.azure.cn",
}
"""The audience of Event Grid topics, by cloud (Microsoft Learn, "Authenticate publishing clients
using Microsoft Entra ID")."""
_PATIENCE: dict[str, Any] = {
    "connection_timeout": 2,
    "read_timeout": 5,
    "timeout": 15,
    "retry_backoff_max": 4,
    **dict.fromkeys(("retry_total", "retry_connect", "retry_read", "retry_status"), 10),
}
"""Of the identity endpoint, which is on the same machine: asked again for 15 s, unless it says no.
Then it is a failure of the moment. The library itself waits for longer than a function may run, and
takes a fault of the endpoint for a no."""
_DOING = "get a token for Azure"
_IN_AZURE = (
    "Turn on the Function App's managed identity. For a user-assigned one, set AZURE_CLIENT_ID to "
    "its client id."
)
_ELSEWHERE = "Log in with `az login` (or `azd auth login`), or set the AZURE_* variables."


def build(settings: Settings, *, in_azure: bool, named: Identity | None = None) -> TokenCredential:
    """A credential for where we run; to be made once, for it keeps the tokens. `named`: this
    managed identity instead of the app's own."""
    from azure import identity

    if in_azure:
        wanted = named or Identity(client_id=settings.azure_client_id)
        config = {"resource_id": wanted.resource_id} if wanted.resource_id else None
        return identity.ManagedIdentityCredential(
            client_id=wanted.client_id, identity_config=config, **_PATIENCE
        )
    return identity.DefaultAzureCredential(authority=_AUTHORITIES[settings.azure_cloud])


def token_source(
    settings: Settings,
    credential: Callable[[], TokenCredential],
    *,
    in_azure: bool,
    audience: str | None = None,
) -> Callable[[], str]:
    """What gives a bearer token, each time one is needed: for ARM, unless the audience is another
    service."""
    if settings.simulated_arm_endpoint is not None:
        return lambda: SIMULATED_TOKEN
    scope = f"{audience or settings.arm_endpoint}/.default"
    advice = _IN_AZURE if in_azure else _ELSEWHERE
    return lambda: _token(credential(), scope, advice)


def _token(credential: TokenCredential, scope: str, advice: str) -> str:
    from azure.core.exceptions import AzureError, ClientAuthenticationError

    failure: errors.RestoreError
    try:
        return credential.get_token(scope).token
    except ClientAuthenticationError as error:
        said = texts.free(str(error).partition("\n")[0], 300)
        failure = errors.AccessDenied(f"{advice} ({said})", code="NoToken", doing=_DOING)
    except (AzureError, OSError) as error:
        failure = errors.ServiceUnavailable(
            f"The identity service did not answer ({type(error).__name__}).",
            code="NoToken",
            doing=_DOING,
        )
    raise failure
