"""Sentences about what lies around a vault: subscriptions, groups, VMs, disks, networks.

Restore tools look these up before and after a restore, most of them by the Azure CLI.
"""

from typing import Any

import pytest

from simulated_azure import names, seed
from tests.contract.simulated_azure.caller import Caller, document, error, value

SUB = f"/subscriptions/{seed.SUBSCRIPTION}"
VMS = "providers/Microsoft.Compute/virtualMachines"
DISKS = "providers/Microsoft.Compute/disks"
VAULTS = "providers/Microsoft.RecoveryServices/vaults"


def _names(found: list[dict[str, Any]]) -> set[str]:
    return {one["name"] for one in found}


@pytest.mark.parametrize(
    ("kind", "subscription", "group"),
    [
        (VAULTS, {"vault-west", "vault-north"}, "rg-vault"),
        ("providers/Microsoft.Network/virtualNetworks", {"vnet-restored"}, "rg-restored"),
        (
            "providers/Microsoft.Storage/storageAccounts",
            {"stagingwest", "stagingzrs", "stagingnorth"},
            "rg-vault",
        ),
    ],
)
def test_resources_are_listed_by_subscription_and_by_group(
    azure: Caller, kind: str, subscription: set[str], group: str
) -> None:
    assert _names(value(azure.get(f"{SUB}/{kind}"))) == subscription
    assert _names(value(azure.get(f"{SUB}/resourceGroups/{group}/{kind}"))) == subscription
    assert value(azure.get(f"{SUB}/resourceGroups/rg-app/{kind}")) == []
    assert error(azure.get(f"{SUB}/resourceGroups/nowhere/{kind}")) == (
        404,
        "ResourceGroupNotFound",
    )
    elsewhere = SUB.replace("0001", "0009")
    assert error(azure.get(f"{elsewhere}/{kind}")) == (404, "SubscriptionNotFound")


def test_a_group_s_list_does_not_hold_those_of_a_group_with_a_longer_name(azure: Caller) -> None:
    listed = value(azure.get(f"{SUB}/resourceGroups/RG-APP/{VMS}"))
    assert {"web-01", "api-01"} <= _names(listed)
    assert all(one["id"].startswith(f"{seed.APP_GROUP}/") for one in listed)
    assert _names(value(azure.get(f"{seed.OTHER_APP_GROUP}/{VMS}"))) == {"api-01"}


def test_lists_of_resources_come_in_pages(azure: Caller) -> None:
    azure.control("PUT", "/state", {"service": {"page_size": 3}})
    found, url, pages = set(), azure.url(f"{SUB}/{VMS}"), 0
    while url:
        page = document(azure.get(url))
        found |= {one["id"] for one in page["value"]}
        url, pages = page.get("nextLink", ""), pages + 1
    assert (len(found), pages) == (9, 3)


def test_tenants_subscriptions_and_groups_are_those_of_the_state(azure: Caller) -> None:
    other = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-elsewhere"
    azure.control("PUT", "/state", {"groups": [seed.TARGET_GROUP, other]})
    ids = [one["subscriptionId"] for one in value(azure.get("/subscriptions"))]
    assert ids == [seed.SUBSCRIPTION, other.split("/")[2]]
    subscription = document(azure.get(SUB))
    assert (subscription["state"], subscription["id"]) == ("Enabled", SUB)
    assert subscription["tenantId"] == value(azure.get("/tenants"))[0]["tenantId"]
    groups = value(azure.get(f"{SUB}/resourcegroups"))
    assert _names(groups) == {"rg-app", "rg-app-blue", "rg-vault", "rg-restored"}
    assert document(azure.get(seed.TARGET_GROUP))["properties"]["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(
    ("scope", "text", "expected"),
    [
        (SUB, "resourceGroup eq 'RG-APP-BLUE'", {"api-01", "api-01-osdisk"}),
        (f"{SUB}/resourceGroups/rg-app-blue", "", {"api-01", "api-01-osdisk"}),
        (SUB, "resourceType eq 'Microsoft.Network/virtualNetworks'", {"vnet-restored"}),
        (SUB, "name eq 'stagingzrs'", {"stagingzrs"}),
    ],
)
def test_all_resources_are_listed_and_filtered(
    azure: Caller, scope: str, text: str, expected: set[str]
) -> None:
    query = {"filter": text} if text else {}
    found = value(azure.get(f"{scope}/resources", **query))
    assert _names(found) == expected
    assert all(document(azure.get(one["id"]))["type"] == one["type"] for one in found)


def test_a_provider_names_types_with_versions_that_they_are_served_with(azure: Caller) -> None:
    provider = document(azure.get(f"{SUB}/providers/microsoft.compute"))
    types = {one["resourceType"]: one["apiVersions"] for one in provider["resourceTypes"]}
    assert set(types) == {"virtualMachines", "disks"}
    azure.version = types["virtualMachines"][0]
    assert azure.get(seed.vm_id("web-01")).status == 200
    unknown = azure.get(f"{SUB}/providers/Microsoft.Nothing")
    assert error(unknown) == (404, "InvalidResourceNamespace")


def test_a_group_can_be_asked_for_by_head(azure: Caller) -> None:
    for group, status in ((seed.TARGET_GROUP, 204), (f"{seed.TARGET_GROUP}-2", 404)):
        assert azure.send("HEAD", azure.url(group), azure.headers).status == status


def test_two_slashes_are_as_good_as_one(azure: Caller) -> None:
    for resource in (seed.STAGING_ID, seed.NETWORK_ID):
        place, name = resource.rsplit("/", 1)
        assert document(azure.get(f"{place}//{name}")) == document(azure.get(resource))


def test_no_storage_account_is_a_classic_one(azure: Caller) -> None:
    classic = seed.STAGING_ID.replace("Microsoft.Storage", "Microsoft.ClassicStorage")
    assert error(azure.get(classic)) == (404, "ResourceNotFound")


def test_a_network_has_its_subnets_by_list_and_by_name(azure: Caller) -> None:
    subnets = document(azure.get(seed.NETWORK_ID))["properties"]["subnets"]
    assert subnets[0]["id"] == seed.SUBNET_ID
    assert value(azure.get(f"{seed.NETWORK_ID}/subnets")) == subnets
    assert document(azure.get(seed.SUBNET_ID.upper())) == subnets[0]
    assert error(azure.get(f"{seed.NETWORK_ID}/subnets/none")) == (404, "ResourceNotFound")


def test_a_vm_has_disks_that_can_be_read_and_an_instance_view(azure: Caller) -> None:
    azure.control("PUT", "/state", {"vms": {seed.vm_id("web-01"): {"data_luns": [0, 3]}}})
    vm = document(azure.get(seed.vm_id("web-01")))["properties"]
    assert "instanceView" not in vm
    profile = vm["storageProfile"]
    assert [disk["lun"] for disk in profile["dataDisks"]] == [0, 3]
    for disk in (profile["osDisk"], *profile["dataDisks"]):
        read = document(azure.get(disk["managedDisk"]["id"]))
        assert (read["name"], read["managedBy"]) == (disk["name"], seed.vm_id("web-01"))
        assert read["properties"]["diskState"] == "Attached"
    view = document(azure.get(f"{seed.vm_id('web-01')}/instanceView"))
    assert "PowerState/running" in {status["code"] for status in view["statuses"]}
    whole = document(azure.get(seed.vm_id("web-01"), **{"$expand": "instanceView"}))
    assert whole["properties"]["instanceView"] == view


def agent_and_power(azure: Caller, name: str) -> tuple[str | None, str]:
    view = document(azure.get(f"{seed.target_vm_id(name)}/instanceView"))
    agent = view["vmAgent"]["statuses"][0]["displayStatus"] if "vmAgent" in view else None
    return agent, view["statuses"][1]["code"]


def test_a_restored_vm_comes_up_after_its_job_and_its_agent_reports_later(azure: Caller) -> None:
    azure.start(azure.alternate_body(target="comes-up"))
    azure.clock.advance(1500)
    vm = document(azure.get(seed.target_vm_id("comes-up")))["properties"]
    assert vm["timeCreated"] < azure.clock.now().isoformat()
    assert agent_and_power(azure, "comes-up") == (None, "PowerState/starting")
    azure.clock.advance(20)
    assert agent_and_power(azure, "comes-up") == ("Not Ready", "PowerState/running")
    azure.clock.advance(30)
    assert agent_and_power(azure, "comes-up") == ("Ready", "PowerState/running")


def test_a_plan_says_how_the_vms_of_its_jobs_come_up(azure: Caller) -> None:
    guest = {"boot_s": 5, "agent_s": 1e9, "power": "deallocated"}
    azure.control("PUT", "/state", {"jobs": {"plans": [{"vm": "web-01", "guest": guest}]}})
    azure.start(azure.alternate_body(target="stays-off"))
    azure.clock.advance(1510)
    assert agent_and_power(azure, "stays-off") == (None, "PowerState/deallocated")
    azure.start(azure.original_body())
    azure.clock.advance(1510)
    view = document(azure.get(f"{seed.vm_id('web-01')}/instanceView"))
    assert view["statuses"][1]["code"] == "PowerState/deallocated"


def test_restored_disks_are_in_the_target_group_and_belong_to_nobody(azure: Caller) -> None:
    azure.start(azure.disks_body())
    assert value(azure.get(f"{seed.TARGET_GROUP}/{DISKS}")) == []
    azure.clock.advance(1500)
    disks = value(azure.get(f"{seed.TARGET_GROUP}/{DISKS}"))
    assert [disk["properties"]["diskSizeGB"] for disk in disks] == [127, 64, 256]
    assert all("managedBy" not in disk for disk in disks)
    assert {disk["properties"]["diskState"] for disk in disks} == {"Unattached"}
    assert {disk["location"] for disk in disks} == {seed.REGION}
    assert document(azure.get(disks[0]["id"])) == disks[0]


def test_disks_restored_without_a_target_group_are_no_managed_disks(azure: Caller) -> None:
    before = value(azure.get(f"{SUB}/{DISKS}"))
    azure.start(azure.disks_body(targetResourceGroupId=None))
    azure.clock.advance(1500)
    assert value(azure.get(f"{SUB}/{DISKS}")) == before
    assert names.key(seed.STAGING_ID) in azure.simulator.state.restored_disks


def test_a_restored_vm_has_the_disks_that_were_restored_for_it(azure: Caller) -> None:
    azure.start(azure.alternate_body())
    azure.clock.advance(1500)
    target = seed.target_vm_id("web-01-new")
    profile = document(azure.get(target))["properties"]["storageProfile"]
    assert [disk["lun"] for disk in profile["dataDisks"]] == [0, 1]
    disks = value(azure.get(f"{seed.TARGET_GROUP}/{DISKS}"))
    assert {disk["managedBy"] for disk in disks} == {target}
    assert len(disks) == 3


def test_replaced_disks_stay_unattached_in_the_vm_s_group(azure: Caller) -> None:
    attached = []
    for _ in range(2):
        azure.start(azure.original_body("web-02"), "web-02")
        azure.clock.advance(1500)
        vm = document(azure.get(seed.vm_id("web-02")))["properties"]
        attached.append(vm["storageProfile"]["osDisk"]["name"])
    found = value(azure.get(f"{seed.APP_GROUP}/{DISKS}"))
    states = {
        disk["name"]: disk["properties"]["diskState"]
        for disk in found
        if disk["name"].startswith("web-02-")
    }
    assert states == {
        "web-02-osdisk": "Unattached",
        attached[0]: "Unattached",
        attached[1]: "Attached",
    }
