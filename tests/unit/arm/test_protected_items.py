"""Of the items of many vaults, which is a VM's; and how many are named where none is taken."""

from typing import Any

import pytest

from arm import protected_items
from restore.messages import errors
from tests.unit.arm.fakes import VAULT, VM

INSIDE = "backupFabrics/Azure/protectionContainers/c/protectedItems/i"


def vault(number: int) -> str:
    return VAULT.replace("vault-contoso", f"vault-{number}")


def item(number: int, vm_id: str = VM, **properties: Any) -> dict[str, Any]:
    known = {"sourceResourceId": vm_id, **properties}
    return {"id": f"{vault(number)}/{INSIDE}", "properties": known}


def vault_of(*items: object) -> str | None:
    return protected_items.vault_of(items, VM, "look")


def test_the_vault_is_that_of_the_vms_item_however_often_it_is_listed() -> None:
    other = item(2, VM.replace("web-01", "web-02"))
    again = item(1) | {"id": item(1)["id"].upper()}
    assert vault_of(other, item(1), again) == vault(1)
    assert vault_of(other) is None
    assert vault_of() is None


@pytest.mark.parametrize("item_id", [None, 7, "/x", "/subscriptions/s/resourceGroups/r"])
def test_an_item_that_says_no_vault_is_in_none(item_id: object) -> None:
    assert vault_of(item(1) | {"id": item_id}) is None
    assert vault_of(item(1, isScheduledForDeferredDelete=True) | {"id": item_id}) is None


def test_of_many_vaults_five_are_named() -> None:
    with pytest.raises(errors.Conflict) as caught:
        vault_of(*map(item, range(6)))
    named = ", ".join(map(vault, range(5)))
    assert caught.value.message.startswith(f"6 vaults have a backup of this VM: {named}. ")


def test_of_many_deleted_backups_the_vaults_of_five_are_named() -> None:
    with pytest.raises(errors.Conflict) as caught:
        vault_of(*(item(number, isScheduledForDeferredDelete=True) for number in range(6)))
    named = ", ".join(map(vault, range(5)))
    assert caught.value.message.endswith(f": undelete it in {named} first.")


def test_of_many_namesakes_five_are_named() -> None:
    others = [VM.replace("rg(1)", f"rg-{number}") for number in range(6)]
    said = protected_items.namesakes([item(1, each) for each in others], VM)
    assert said.startswith(f" There is one of a VM of that name: {', '.join(others[:5])}. ")
