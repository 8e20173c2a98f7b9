"""ARM ids are recognised by their segments, whatever their case, and wrong ones are not echoed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restore.values import arm_ids

_GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-(été).1"
_VM = f"{_GROUP}/providers/Microsoft.Compute/virtualMachines/web-01"
_LETTERS = st.sampled_from("kKsSiIåÅøØßσςΣ\u212a\u212b\u017f\u0130\u0131\u0307\ufb00\uff4b\uff2b")
_VAULT = f"{_GROUP}/providers/Microsoft.RecoveryServices/vaults/v"
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
    assert arm_ids.kind_problem(text, kind) is None


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
    problem = arm_ids.kind_problem(text, "virtual machine")
    assert problem is not None
    shape = "/subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/virtualMachines/…"
    assert problem == f"must be the ARM id of a virtual machine, {shape}"


def test_the_id_of_another_kind_is_named_for_what_it_is() -> None:
    problem = arm_ids.kind_problem(f"{_NET}/subnets/default", "virtual network")
    assert problem is not None
    assert problem.endswith("this is the id of a subnet")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"{_GROUP}/providers/Microsoft.ClassicCompute/virtualMachines/web-01", "classic virtual"),
        (f"{_GROUP}/providers/Microsoft.Compute/disks/web-01-osdisk", "disk"),
        (f"{_VAULT}/backupFabrics/a/protectionContainers/c/protectedItems/i", "protected item"),
    ],
)
def test_the_id_of_something_near_a_vm_is_named_for_what_it_is(text: str, kind: str) -> None:
    assert f"this is the id of a {kind}" in str(arm_ids.kind_problem(text, "virtual machine"))


def test_a_wrong_id_is_not_repeated_for_it_may_hold_a_secret() -> None:
    secret = "https://x.blob.core.windows.net/?sig=s3cret"
    assert "s3cret" not in str(arm_ids.kind_problem(secret, "storage account"))


@given(st.text())
def test_nothing_beyond_ascii_ever_becomes_ascii(text: str) -> None:
    for lowered in (arm_ids.lower_ascii(text), arm_ids.lower_as_azure(text)):
        assert [one.isascii() for one in lowered] == [one.isascii() for one in text]
    kept = "".join(one.lower() if one.isascii() else one for one in text)
    assert arm_ids.lower_ascii(text) == kept


@given(st.text(_LETTERS, max_size=8), st.text(_LETTERS, max_size=8))
def test_two_names_are_one_only_if_their_ascii_letters_are(one: str, other: str) -> None:
    if arm_ids.same(one, other):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert left.isascii() is right.isascii()
            assert left.lower() == right.lower()


@given(st.text())
def test_a_name_in_lower_case_stays_as_it_is(text: str) -> None:
    for lower in (arm_ids.lower_ascii, arm_ids.lower_as_azure):
        assert lower(lower(text)) == lower(text)


@pytest.mark.parametrize(
    ("one", "other", "is_recognised"),
    [
        ("RG-ØST", "rg-øst", True),
        ("RG-ÉTÉ", "rg-été", True),
        ("rg-web", "RG-WEB", True),
        ("k", "\u212a", False),  # KELVIN SIGN: Python's lower() makes a k of it
        ("s", "\u017f", False),  # LATIN SMALL LETTER LONG S: upper() and casefold() make an s of it
        ("i", "\u0130", False),  # İ: lower() makes an i and a dot of it
        ("i\u0307", "\u0130", False),
        ("ss", "ß", False),
        ("ff", "\ufb00", False),
        ("å", "\u212b", True),  # ANGSTROM SIGN is no ASCII, nor is what it becomes
    ],
)
def test_who_is_recognised(one: str, other: str, is_recognised: bool) -> None:
    assert arm_ids.same(one, other) is is_recognised
    assert arm_ids.same(other, one) is is_recognised
    is_allowed = arm_ids.lower_ascii(one) == arm_ids.lower_ascii(other)
    assert is_allowed is (is_recognised and one.isascii())


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "/",
        "/subscriptions",
        _VM[1:],
        f"/{_VM}",
        f"x{_VM}",
        _VM.replace("resourceGroups", "resource?groups"),
        f"{_VM}/",
        f"https://management.azure.com{_VM}",
        _VM.replace("web-01", ".."),
        _VM.replace("web-01", "a%2Fb"),
        _VM.replace("/providers", "\\providers"),
        _VM.replace("subscriptions", "\u017fubscriptions"),
        _VM.replace("00000000-0000-0000-0000-000000000001", "mine"),
    ],
)
def test_an_id_in_an_odd_spelling_is_not_plain(odd: str) -> None:
    assert arm_ids.is_plain(_VM)
    assert arm_ids.is_plain(_VM.upper())
    assert arm_ids.is_plain("/subscriptions/00000000-0000-0000-0000-000000000001")
    assert not arm_ids.is_plain(odd)


def test_parts_and_comparisons_ignore_case() -> None:
    assert arm_ids.same(_VM, _VM.upper())
    assert arm_ids.is_below(f"{_NET}/subnets/x", _NET.upper())
    assert not arm_ids.is_below(f"{_NET}2/subnets/x", _NET)
    assert arm_ids.subscription_of(_VM) == "00000000-0000-0000-0000-000000000001"
    assert (arm_ids.name_of(_VM), arm_ids.name_of("123")) == ("web-01", "123")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("web-01", True), ("été", True), ("a.", True), ("x" * 260, True), ("x" * 261, False),
        ("", False), ("..", False), ("a/b", False), ("a b", False), (_VM, False),
    ],
)  # fmt: skip
def test_a_name_is_one_part_of_an_id(text: str, is_one: bool) -> None:
    assert arm_ids.is_name(text) is is_one


_FIRST, _SECOND = (f"/subscriptions/{digit * 8}-0000/resourceGroups/rg" for digit in "ab")


@pytest.mark.parametrize(
    ("target", "vault", "source", "is_other"),
    [
        (None, _FIRST, _SECOND, False),
        (_FIRST, _FIRST, _FIRST, False),
        (_FIRST.upper(), _FIRST, _FIRST, False),
        (_FIRST, _SECOND, _SECOND, True),
        (_SECOND, _FIRST, _FIRST, True),
        (_FIRST, _FIRST, _SECOND, True),
        (_FIRST, _SECOND, _FIRST, True),
    ],
)
def test_a_restore_stays_in_the_subscription_of_vault_and_vm_or_does_not(
    target: str | None, vault: str, source: str, is_other: bool
) -> None:
    assert arm_ids.is_other_subscription(target, vault, source) is is_other
