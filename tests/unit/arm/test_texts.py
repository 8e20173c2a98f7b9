"""Free text, names, ids and known words: what each reader lets in."""

import pytest

from arm import texts
from tests.fakes.secrets import KEY, SECRETS
from tests.unit.arm.fakes import CONTAINER, ITEM, VAULT, VM

CONSISTENCIES = ("CrashConsistent", "AppConsistent")


def test_free_text_is_text_without_secrets_and_bounded() -> None:
    assert texts.free("It failed.") == "It failed."
    assert texts.free(f"It failed: {KEY}") == "It failed: [removed]"
    assert len(texts.free("x" * 1_000_000)) == 1000
    assert texts.free(None) == texts.free({"a": 1}) == texts.free(7) == ""


@pytest.mark.parametrize(
    "name",
    [
        CONTAINER,
        "7301846295013264",
        "5d0c7e1a-42b6-4f2c-8d3e-9abcdef01234",
        "West Europe",
        "rg_(1).West-2",
        "MC_rgProdAks01_aksProdWestEurope01_westeurope",
        "rgPRodWEu01SqlAO2Cl02Vm03xY7Backup2Rep1",
        "RG-ØST",
        "x" * 512,
        "見つかり",
        "हिन्दी",
    ],
)
def test_a_name_is_taken_as_it_is(name: str) -> None:
    assert texts.name(name) == name


@pytest.mark.parametrize("odd", [*'"#$%&*+/:<=>?@[\\]^`{|}', "'", "\n", "\u202e", "\x7f"])
def test_what_no_name_contains_makes_it_none(odd: str) -> None:
    assert texts.name(f"web{odd}01") is None


@pytest.mark.parametrize("value", ["", ".", "..", "x" * 513, None, 7, ["a"], KEY])
def test_what_is_no_name_is_none(value: object) -> None:
    assert texts.name(value) is None


@pytest.mark.parametrize("form", SECRETS)
def test_a_secret_is_no_name_and_no_part_of_an_id(form: str) -> None:
    secret = SECRETS[form]
    assert texts.name(secret.text) is None
    assert texts.resource_id(f"{VM}/{secret.text}") is None
    assert secret.canary not in (texts.resource_id(f"https://arm.test{VM}?{secret.text}") or "")


def test_an_id_is_whole_even_where_a_url_stands_for_it() -> None:
    assert texts.resource_id(ITEM.id) == ITEM.id
    assert texts.resource_id(f"https://management.azure.com{VAULT}/?t=1&s=secret") == VAULT
    assert texts.resource_id(VM.removeprefix("/")) == VM
    assert texts.resource_id("/x" * 1_000) == "/x" * 1_000


@pytest.mark.parametrize(
    "value", [None, 7, "", "/", "/a//b", "/a/../b", "https://[::1", "/x" * 999 + "/xy"]
)
def test_what_is_no_id_is_none(value: object) -> None:
    assert texts.resource_id(value) is None


def test_a_known_word_is_spelled_as_documented() -> None:
    assert texts.one_of("AppConsistent", CONSISTENCIES) == "AppConsistent"
    assert texts.one_of("appconsistent", CONSISTENCIES) == "AppConsistent"
    assert texts.one_of("", CONSISTENCIES) is None
    assert texts.one_of(3, CONSISTENCIES) is None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("Verified", "other: Verified"),
        ("Crash\nConsistent <b>", "other: Crash Consistent b"),
        ("CrashConſistent", "other: CrashCon istent"),
        ("東京", "other: unreadable"),
        (KEY, "other: [removed]"),
        (f"AppConsistent {KEY}", "other: [removed]"),
        (f"AppConsistent {KEY[1:]}", "other: [removed]"),
        ("x" * 1_000_000, f"other: {'x' * 59}"),
    ],
)
def test_a_new_word_is_told_in_plain_characters(value: str, told: str) -> None:
    assert texts.one_of(value, CONSISTENCIES) == told


@pytest.mark.parametrize("form", SECRETS)
def test_no_word_tells_a_secret(form: str) -> None:
    told = texts.one_of(SECRETS[form].text, CONSISTENCIES)
    assert told is not None
    assert told.startswith("other: ")
    assert SECRETS[form].canary not in told
