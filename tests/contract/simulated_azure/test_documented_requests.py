"""Every restore request that Microsoft shows, or that was seen on the wire, is accepted."""

from typing import Any

import pytest

from simulated_azure import names
from tests import documented_requests
from tests.contract.simulated_azure import openapi
from tests.contract.simulated_azure.caller import Caller

pytestmark = pytest.mark.spec

VAULT = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-docs"
    "/providers/Microsoft.RecoveryServices/vaults/vault-docs"
)


@pytest.mark.parametrize("name", documented_requests.NAMES)
def test_a_documented_request_is_accepted_for_the_point_it_speaks_of(
    azure: Caller, name: str
) -> None:
    body = documented_requests.body(name)
    asked = body["properties"]
    azure.control("PUT", "/state", _state_for(asked))
    openapi.check(body, "RestoreRequestResource")
    vm = asked["sourceResourceId"]
    path = (
        f"{VAULT}/backupFabrics/Azure/protectionContainers/{names.container_name(vm)}"
        f"/protectedItems/{names.protected_item_name(vm)}"
        f"/recoveryPoints/{asked['recoveryPointId']}/restore"
    )
    reply = azure.post(path, body)
    assert reply.status == 202, azure.control("GET", "/requests")[-1]["problems"]


def _state_for(asked: dict[str, Any]) -> dict[str, Any]:
    """The vault, VM and point that a request presupposes."""
    rehydrates = asked["objectType"] == "IaasVMRestoreWithRehydrationRequest"
    point = {
        "time": "2029-12-31T00:00:00Z",
        "tiers": {"ArchivedRP": "Valid"} if rehydrates else {"HardenedRP": "Valid"},
        "private_access": "targetDiskNetworkAccessSettings" in asked,
    }
    vm, region = asked["sourceResourceId"], asked["region"]
    item = {"points": {asked["recoveryPointId"]: point}}
    return {
        "vms": {vm: {"location": region}},
        "vaults": {VAULT: {"location": region, "items": {vm: item}}},
    }
