"""Secrets go, in every form they have; what helps people stays as it is."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from random import Random
from urllib.parse import quote
from uuid import UUID

import pytest

from restore.values.redaction import REMOVED, has_form_of_secret, redacted
from tests.fakes.secrets import HARMLESS, KEY, SECRETS


@pytest.mark.parametrize("form", SECRETS)
def test_a_secret_is_removed(form: str) -> None:
    secret = SECRETS[form]
    assert secret.canary in secret.text
    assert secret.canary not in redacted(secret.text)
    assert REMOVED in redacted(secret.text)


@pytest.mark.parametrize(
    "around", ["({})", "'{}'", "x,{}", "Before. {} After, too.", '{{"m":"{}"}}']
)
@pytest.mark.parametrize("form", SECRETS)
def test_a_secret_is_removed_wherever_it_stands(form: str, around: str) -> None:
    assert SECRETS[form].canary not in redacted(around.format(SECRETS[form].text))


@pytest.mark.parametrize("times", [1, 2, 3, 4])
@pytest.mark.parametrize("form", SECRETS)
def test_a_secret_is_removed_however_often_it_is_encoded(form: str, times: int) -> None:
    text = SECRETS[form].text
    for _ in range(times):
        text = quote(text, safe="")
    assert SECRETS[form].canary not in redacted(f"It says {text} of it")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_stands_beside_a_secret_stays(text: str) -> None:
    assert redacted(f"{text} | {KEY} | {text}") == f"{text} | {REMOVED} | {text}"


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("size", [32, 64])
def test_a_key_needs_no_name_to_be_known(size: int, encode: Callable[[bytes], bytes]) -> None:
    dice = Random(size)
    for _ in range(500):
        key = encode(dice.randbytes(size)).decode()
        assert redacted(f"key {key}.") == f"key {REMOVED}."


def test_what_was_redacted_is_not_redacted_again() -> None:
    for secret in SECRETS.values():
        once = redacted(secret.text)
        assert redacted(once) == once


def test_text_stays_on_one_line_and_within_bounds() -> None:
    assert redacted("a\r\nFAKE LOG LINE\x1b[31m\u2028b\u202ec") == "a FAKE LOG LINE [31m b c"
    assert len(redacted("x" * 1_000_000)) == 1000
    assert len(redacted("word " * 1_000, 60)) == 60
    assert redacted("x" * 60, 60) == "x" * 60
    assert redacted("x" * 61, 60) == "x" * 59 + "…"


@pytest.mark.parametrize("before", range(0, 200, 7))
def test_a_secret_that_the_cut_tears_apart_is_not_told(before: int) -> None:
    """All before it is removed, so that the end of what is looked at comes into view."""
    url = f"https://x.example/?{'a' * (7_900 + before)} "
    assert KEY[:6] not in redacted(f"{url}{KEY} and more")


def test_a_key_is_nearly_always_known_without_its_padding() -> None:
    """Nothing but its randomness tells it; docs/security.md names the share that is not noticed."""
    dice = Random(7)
    keys = [b64encode(dice.randbytes(32)).decode().rstrip("=") for _ in range(2_000)]
    told = [key for key in keys if redacted(key) == key]
    assert len(told) / len(keys) < 0.03


def test_ids_stay_however_their_parts_are_named() -> None:
    dice = Random(11)
    for _ in range(3_000):
        group, vm = _drawn_name(dice), _drawn_name(dice)
        arm_id = (
            f"/subscriptions/{UUID(bytes=dice.randbytes(16))}/resourceGroups/{group}"
            f"/providers/Microsoft.Compute/virtualMachines/{vm}"
        )
        for text in (arm_id, f"IaasVMContainer;iaasvmcontainerv2;{group};{vm}", f"{vm}_OsDisk_1"):
            assert redacted(text) == text


def _drawn_name(dice: Random) -> str:
    """A few words, counters and machine-made suffixes, put together as people do."""
    words = ("web", "Prod", "SQL", "eu", "West", "backup", "Vm", "DISK", "node")
    parts = [f"{dice.choice(words)}{dice.choice(('', '1', '02', '2019'))}" for _ in range(4)]
    made = ("", dice.randbytes(8).hex(), "k3j5x9q2m8v4t", "01HV6Z3K5XQ8W9T2M4N7P0R1S3")
    return dice.choice(("-", "_")).join(filter(None, (*parts, dice.choice(made))))


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("length", range(1, 13))
def test_a_login_is_removed_however_it_is_padded(
    encode: Callable[[bytes], bytes], length: int
) -> None:
    login = encode(b"u:" + b"p" * length).decode()
    for written in (login, login.rstrip("=")):
        assert redacted(f"Sent Basic {written} to it.") == f"Sent {REMOVED} to it."


@pytest.mark.parametrize(
    ("url_chars", "more_chars", "left"), [(350, 500, 29), (450, 29, 29), (450, 30, 0)]
)
def test_eight_times_as_much_is_looked_at_and_the_end_of_that_is_not_shown(
    url_chars: int, more_chars: int, left: int
) -> None:
    """The end of what is cut off may be the beginning of a secret: 100 characters."""
    text = f"https://x.example/?{'a' * (url_chars - 19)} {'z' * more_chars}"
    assert redacted(text, 60) == (f"{REMOVED} {'z' * left}" if left else "")


_JUMBLE = "aB3dE5gH7jK9mN2pQ4sT6vW8"


@pytest.mark.parametrize(
    ("run", "is_key"),
    [
        ("a" * 42 + "=", False), ("a" * 43 + "=", True), ("a" * 44 + "=", False),
        ("a" * 85 + "==", False), ("a" * 86 + "==", True), ("a" * 87 + "==", False),
        ("a" * 44, False), ("a" * 88, False),
        (f"{_JUMBLE}aB3dE5g", False), (f"{_JUMBLE}aB3dE5gH", True),  # 31 and 32 characters
        (f"{_JUMBLE[:23]}-aaaaaaaaa", False), (f"{_JUMBLE}-aaaaaaaa", True),
        ("aB3dE5g-hJ7kK9m-N2pQ4sT-6vW8aB3-aaaa", False),  # parts of seven, then of eight
        ("aB3dE5gH-jK9mN2pQ-4sT6vW8a-aaaaaaaa", True),
        ("A1b2C3d4e5f6g7h8i9j0k1l2m3n4o5-a", False),  # two of thirty are capitals, then three
        ("A1b2C3d4E5f6g7h8i9j0k1l2m3n4o5-a", True),
        ("AAA111aaa222AAA333bbb444CC-aaaaa", False),  # eight changes in 26 characters, then nine
        ("AAA111aaa222AAA333bbb44CC5-aaaaa", True),
        ("AAA111aaa222AAA333bbb44CC55-aaaa", False),  # nine in 27
        ("AbcDefGhiJklMnoPqrStu1x2y3z4w5-a", False),  # 21 of thirty stand in words, then 20
        ("AbcdEfghIjklMnopQrst1x2y3z4w5v-a", True),
    ],
)  # fmt: skip
def test_a_key_is_told_by_its_length_or_by_how_its_characters_are_mixed(
    run: str, is_key: bool
) -> None:
    assert redacted(f"It says {run} of it") == f"It says {REMOVED if is_key else run} of it"


@pytest.mark.parametrize("once", ["a%20b", "%61", "100%zz%41x"])
@pytest.mark.parametrize(("times", "stays"), [(1, True), (2, True), (3, True), (4, False)])
def test_what_is_encoded_on_and_on_is_not_trusted(once: str, times: int, stays: bool) -> None:
    text = once
    for _ in range(times - 1):
        text = quote(text, safe="")
    assert redacted(f"It says {text} of it") == f"It says {text if stays else REMOVED} of it"


@pytest.mark.parametrize(
    ("link", "stays"),
    [
        ("https://host.example/a", True),
        ("https://host.example/a&", True),
        ("(https%3A%2F%2Fhost.example%2Fa)", True),
        ("https://host.example/?a=b", False),
        ("ftp://user@host.example/x", False),
        ("&x=1", False),
        ("HTTPS://LEARN.microsoft.com/a?b=c", True),
        ("https://aka.ms/x?url=https://host.example/y", False),
        ("https://aka.ms/x?code=1", False),
    ],
)
def test_a_link_stays_that_has_nothing_to_hide(link: str, stays: bool) -> None:
    assert redacted(f"See {link} there") == f"See {link if stays else REMOVED} there"


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("web-01", False),
        ("see https://learn.microsoft.com/azure there", False),
        (KEY, False),
        ("sig=Hd5Mw1Xs", True),
        ("SharedAccessKey=Hd5Mw1Xs", True),
    ],
)
def test_a_name_is_taken_for_a_secret_by_its_form_alone(name: str, is_secret: bool) -> None:
    assert has_form_of_secret(name) is is_secret
