"""Microsoft's management libraries, unmodified, on a simulated Azure.

Only what a user of any ARM endpoint may choose is set: the endpoint, plain http on loopback, and a
credential that always has a token.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from azure.core.credentials import AccessToken
from azure.core.pipeline import PipelineRequest
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

from simulated_azure import seed

Client = TypeVar("Client")

GROUP, VAULT = "rg-vault", "vault-west"
CONTAINER = "IaasVMContainer;iaasvmcontainerv2;rg-app;web-01"
ITEM = "VM;iaasvmcontainerv2;rg-app;web-01"
IN_VAULT = {"vault_name": VAULT, "resource_group_name": GROUP}
PLACE = {
    **IN_VAULT,
    "fabric_name": "Azure",
    "container_name": CONTAINER,
    "protected_item_name": ITEM,
}


class LoopbackAuthentication(ARMChallengeAuthenticationPolicy):
    """The libraries' own policy, allowed to send its token over plain http."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        request.context.options["enforce_https"] = False
        super().on_request(request)


class AnyToken:
    """A credential that needs no one to ask."""

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return AccessToken("a-token", int(time.time()) + 3600)


def client_of(library: Callable[..., Client], url: str) -> Client:
    """A library's client for the simulated Azure at a URL; it retries nothing."""
    return library(
        AnyToken(),
        seed.SUBSCRIPTION,
        base_url=url,
        retry_total=0,
        authentication_policy=LoopbackAuthentication(AnyToken(), f"{url}/.default"),
    )
