"""ARM ids are recognised by their segments, whatever their case, and wrong ones are not echoed."""

import pytest

from restore import ids

_GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-(été).1"
_VM = f"{_GROUP}/providers/Microsoft.Compute/virtualMachines/web-01"
_NET = f"{_GROUP}/providers/Microsoft.Network/virtualNetworks/net"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (_VM, "virtual machine"),
        (_VM.replace("virtualMachines", "virtualmachines"), "virtual machine"),
        (_VM.lower(), "virtual machine"),
        (_GROUP, "resource group"),
        (_NET, "virtual network"),
        (f"{_NET}/subnets/default", "subnet"),
    ],
)
def test_an_id_of_the_right_kind_has_no_problem(text: str, kind: str) -> None:
    assert ids.kind_problem(text, kind) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "web-01",
        _VM + "/",
        _VM[1:],
        "https://management.azure.com" + _VM,
        _VM.replace("web-01", ".."),
        _VM.replace("web-01", "a?b"),
        _VM.replace("web-01", "a%2Fb"),
        _VM.replace("00000000-0000-0000-0000-000000000001", "mine"),
        _VM.replace("/providers/", "//providers/"),
    ],
)
def test_anything_else_is_no_id_of_a_virtual_machine(text: str) -> None:
    problem = ids.kind_problem(text, "virtual machine")
    assert problem is not None
    assert problem.startswith("must be the ARM id of a virtual machine, /subscriptions/…/")


def test_the_id_of_another_kind_is_named_for_what_it_is() -> None:
    problem = ids.kind_problem(f"{_NET}/subnets/default", "virtual network")
    assert problem is not None
    assert problem.endswith("this is the id of a subnet")


def test_a_wrong_id_is_not_repeated_for_it_may_hold_a_secret() -> None:
    secret = "https://x.blob.core.windows.net/?sig=s3cret"
    assert "s3cret" not in str(ids.kind_problem(secret, "storage account"))


def test_parts_and_comparisons_ignore_case() -> None:
    assert ids.same(_VM, _VM.upper())
    assert ids.is_below(f"{_NET}/subnets/x", _NET.upper())
    assert not ids.is_below(f"{_NET}2/subnets/x", _NET)
    assert ids.subscription_of(_VM) == "00000000-0000-0000-0000-000000000001"
    assert ids.group_of(_VM) == _GROUP.lower()
    assert (ids.name_of(_VM), ids.name_of("123")) == ("web-01", "123")
