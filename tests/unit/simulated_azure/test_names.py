"""Ids, and the names that Azure Backup makes of them."""

from simulated_azure import names

VM = (
    "/subscriptions/s/resourceGroups/My.Group(1)/providers/Microsoft.Compute/virtualMachines/Web-01"
)
CLASSIC = "/subscriptions/s/resourceGroups/cs/providers/Microsoft.ClassicCompute/virtualMachines/v"


def test_names_lower_the_group_and_keep_the_vm() -> None:
    assert names.container_name(VM) == "IaasVMContainer;iaasvmcontainerv2;my.group(1);Web-01"
    assert names.protected_item_name(VM) == "VM;iaasvmcontainerv2;my.group(1);Web-01"


def test_classic_vms_have_another_middle() -> None:
    assert names.container_name(CLASSIC) == "IaasVMContainer;iaasvmcontainer;cs;v"


def test_ids_are_taken_apart_and_put_in_their_group() -> None:
    parts = names.parse(VM.upper())
    assert parts is not None
    assert (parts.subscription, parts.name, parts.rest) == ("S", "WEB-01", "")
    assert names.group_of(VM) == "/subscriptions/s/resourceGroups/My.Group(1)"
    assert names.key(VM + "/") == VM.lower()
    assert names.parse("/subscriptions/s") is None
    assert names.parse_group(VM) is None
