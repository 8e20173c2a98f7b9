"""Ids in all their spellings, and the one place where they are encoded."""

import pytest

from arm import resource_ids
from tests.unit.arm import samples
from tests.unit.arm.fakes import SUBSCRIPTION, VAULT

ODD_ID = samples.CLASSIC_ITEM["id"]


def test_parts_are_found_by_name_not_by_position() -> None:
    assert "/backupFabrics/" not in ODD_ID
    assert resource_ids.find_segment(ODD_ID, "protectedItems") == (
        "VM;iaasvmcontainer;contoso-cloud;ftp-01"
    )
    assert resource_ids.find_segment(ODD_ID, "PROTECTIONCONTAINERS") == (
        "IaasVMContainer;iaasvmcontainer;contoso-cloud;ftp-01"
    )
    assert resource_ids.find_segment(ODD_ID, "backupFabrics") is None
    with pytest.raises(ValueError):
        resource_ids.segment(ODD_ID, "backupFabrics")


def test_a_group_that_is_called_like_a_segment_confuses_nobody() -> None:
    vault_id = resource_ids.vault("s", "vaults", "v")
    assert resource_ids.find_segment(vault_id, "vaults") == "v"
    assert resource_ids.vault_id(f"{vault_id}/backupJobs/1") == vault_id


def test_a_vault_is_found_in_an_id_a_url_and_any_case() -> None:
    url = samples.ITEM["properties"]["vaultId"]
    assert url.startswith("https://")
    assert resource_ids.vault_id(url) == VAULT
    assert resource_ids.vault_id(VAULT.replace("/vaults/", "/Vaults/")) == VAULT
    assert resource_ids.subscription_id(ODD_ID) == f"/subscriptions/{SUBSCRIPTION}"


def test_ids_are_the_same_whatever_their_case() -> None:
    assert resource_ids.same(VAULT, VAULT.upper() + "/")
    assert not resource_ids.same(VAULT, f"{VAULT}x")


def test_an_id_beyond_ascii_is_the_same_as_azure_spells_it_and_no_look_alike_is() -> None:
    one = VAULT.replace("/vaults/", "/vaults/ØK-")
    assert resource_ids.same(one, one.replace("ØK-", "øk-"))
    assert not resource_ids.same(one, one.replace("ØK-", "ø\u212a-"))
    assert resource_ids.find_segment("/a/x/bac\u212aupJobs/1", "backupJobs") is None


def test_each_segment_is_encoded_once() -> None:
    item = resource_ids.protected_item("/subscriptions/s", "IaasVMContainer;v2;rg(1);vm", "VM;a b")
    assert resource_ids.path(item, "recoveryPoints", "1", "restore") == (
        "/subscriptions/s/backupFabrics/Azure"
        "/protectionContainers/IaasVMContainer%3Bv2%3Brg%281%29%3Bvm"
        "/protectedItems/VM%3Ba%20b/recoveryPoints/1/restore"
    )


@pytest.mark.parametrize("odd", ["/subscriptions//x", "/a/../b", "/a/./b", ""])
def test_what_is_not_an_id_makes_no_path(odd: str) -> None:
    with pytest.raises(ValueError):
        resource_ids.path(odd)
    with pytest.raises(ValueError):
        resource_ids.path("/subscriptions/s", "a/b")


def test_so_much_of_what_is_no_id_is_told() -> None:
    long = "/a//b" * 50
    with pytest.raises(ValueError) as caught:
        resource_ids.segment(long, "vaults")
    assert str(caught.value) == f"this id has no 'vaults': {'/a//b' * 40!r}"
    with pytest.raises(ValueError) as caught:
        resource_ids.path(long)
    assert str(caught.value) == f"not an ARM id: {'/a//b' * 40!r}"
