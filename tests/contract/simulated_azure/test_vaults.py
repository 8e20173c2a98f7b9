"""Sentences about what a vault says of itself, and of the containers of its VMs."""

import pytest

from simulated_azure import seed
from simulated_azure.vault_bodies import GUARDED
from tests.contract.simulated_azure.caller import Caller, document, error, value

CONTAINERS = f"{seed.VAULT_ID}/backupProtectionContainers"
PROXIES = f"{seed.VAULT_ID}/backupResourceGuardProxies"
GUARD = f"{seed.VAULT_GROUP}/providers/Microsoft.DataProtection/resourceGuards/guard"


def test_each_protected_vm_has_a_container(azure: Caller) -> None:
    text = "backupManagementType eq 'AzureIaasVM' and status eq 'Registered'"
    found = value(azure.get(CONTAINERS, filter=text))
    assert len(found) == 9
    one = next(each for each in found if each["name"].endswith(";rg-app;web-01"))
    assert one["properties"]["virtualMachineId"] == seed.vm_id("web-01")
    assert azure.item("web-01").startswith(f"{one['id']}/")
    assert document(azure.get(one["id"])) == one


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("backupManagementType eq 'AzureIaasVM' and friendlyName eq 'API-01'", 2),
        ("backupManagementType eq 'AzureStorage'", 0),
        ("backupManagementType eq 'AzureIaasVM' and status eq 'Invalid'", 0),
    ],
)
def test_containers_are_filtered(azure: Caller, text: str, count: int) -> None:
    assert len(value(azure.get(CONTAINERS, filter=text))) == count


def test_the_encryption_config_says_whose_keys_it_has(azure: Caller) -> None:
    path = f"{seed.VAULT_ID}/backupEncryptionConfigs/backupResourceEncryptionConfig"
    kind = "encryptionAtRestType"
    assert document(azure.get(path))["properties"][kind] == "MicrosoftManaged"
    azure.control("PUT", "/state", {"vaults": {seed.VAULT_ID: {"customer_managed_key": True}}})
    assert document(azure.get(path))["properties"][kind] == "CustomerManaged"


def test_a_guarded_vault_has_one_proxy_and_others_none(azure: Caller) -> None:
    assert value(azure.get(PROXIES)) == []
    assert error(azure.get(f"{PROXIES}/VaultProxy"))[0] == 404
    azure.control("PUT", "/state", {"vaults": {seed.VAULT_ID: {"resource_guard": GUARD}}})
    proxy = document(azure.get(f"{PROXIES}/VaultProxy"))
    assert value(azure.get(PROXIES)) == [proxy]
    (detail,) = proxy["properties"]["resourceGuardOperationDetails"]
    assert detail["vaultCriticalOperation"] == GUARDED
    asked = azure.disks_body(resourceGuardOperationRequests=[detail["defaultResourceRequest"]])
    assert azure.restore(azure.disks_body()).status == 400
    assert azure.restore(asked).status == 202


def test_policies_are_those_that_items_name(azure: Caller) -> None:
    (policy,) = value(azure.get(f"{seed.VAULT_ID}/backupPolicies"))
    named = {
        item["properties"]["policyId"]
        for item in value(azure.get(f"{seed.VAULT_ID}/backupProtectedItems"))
    }
    assert named - {""} == {policy["id"]}
    assert document(azure.get(policy["id"])) == policy
    assert error(azure.get(f"{policy['id']}-2"))[0] == 404


def test_a_vault_shows_its_identity_and_its_redundancy(azure: Caller) -> None:
    vault = document(azure.get(seed.VAULT_ID))
    assert vault["identity"]["type"] == "SystemAssigned"
    redundancy = vault["properties"]["redundancySettings"]["standardTierStorageRedundancy"]
    config = document(azure.get(f"{seed.VAULT_ID}/backupconfig/vaultconfig"))
    assert redundancy == config["properties"]["storageType"] == "GeoRedundant"
    assert "identity" not in document(azure.get(seed.ZONED_VAULT_ID))
