"""A point that is asked for by its id is one of this VM's backup, or it is told whose it is."""

import pytest
from msgspec.structs import replace

from restore.messages.errors import NotFound
from restore.messages.model import ProtectedItem
from restore.start import point_owner
from tests.unit.restore import samples

NAME = "VM;iaasvmcontainerv2;rg;web-01"
OTHER = "the VM web-02 of the group rg-2 in the vault vault-west."
OWN = "the VM web-01 of the group rg in the vault vault-west."
ITEM = ProtectedItem(
    id="/i", vault_id=samples.VAULT, container_name="c", name=NAME,
    source_resource_id=samples.VM, region="westeurope", protection_state="Protected",
)  # fmt: skip


def refusal(item: ProtectedItem = ITEM, wanted: str = samples.POINT) -> str:
    with pytest.raises(NotFound) as caught:
        point_owner.require_own(wanted, item)
    assert caught.value.code == "NoRestorablePoint"
    return caught.value.message


@pytest.mark.parametrize("name", [NAME, NAME.removeprefix("VM;"), NAME.upper(), f"vm;{NAME[3:]}"])
@pytest.mark.parametrize("wanted", [samples.POINT, "123", samples.POINT.replace("/VM;", "/")])
def test_its_own_point_is_accepted_however_it_is_written(name: str, wanted: str) -> None:
    point_owner.require_own(wanted, replace(ITEM, name=name))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "VM;iaasvmcontainerv2;rg-2;web-02",
            "the VM web-02 of the group rg-2 in the vault vault-west.",
        ),
        (
            "iaasvmcontainerv2;rg-2;web-02",
            "the VM web-02 of the group rg-2 in the vault vault-west.",
        ),
        ("rg-2;web-02", "rg-2;web-02 in the vault vault-west."),
        (
            "Other;iaasvmcontainerv2;rg;web-01",
            "the VM web-01 of the group rg in the vault vault-west.",
        ),
    ],
)
def test_anothers_point_is_told_whose_it_is(name: str, said: str) -> None:
    told = refusal(replace(ITEM, name=name))
    assert told.endswith(f"not of this VM's backup, {said}")
    own = "one of the VM web-01 of the group rg in the vault vault-west, "
    assert f"The requested recovery point is {own}" in told


def test_a_point_of_another_vault_is_anothers() -> None:
    other = samples.VAULT.replace("vault-west", "vault-east")
    assert "in the vault vault-east." in refusal(replace(ITEM, vault_id=other))
