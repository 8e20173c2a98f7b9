"""Defects of the redaction: each lets one form of secrets pass, and a checker notices it."""

import pytest

from arm import texts
from restore.values import redaction

Patch = pytest.MonkeyPatch


def tells_all_that_azure_says(patch: Patch) -> None:
    """Azure's texts are passed on as they are."""
    patch.setattr(redaction, "_without_secrets", lambda line: line)


def looks_for_no_names_of_secrets(patch: Patch) -> None:
    """A name, such as AccountKey, and what follows it are passed on."""
    patch.setattr(redaction, "_NAMED", "(?!)")


def looks_for_no_headers(patch: Patch) -> None:
    """An Authorization header is passed on."""
    patch.setattr(redaction, "_HEADER", "(?!)")


def trusts_every_link(patch: Patch) -> None:
    """Signed URLs are passed on as if they were help links."""
    patch.setattr(redaction, "_is_harmless_link", lambda link: True)


def looks_for_no_tokens(patch: Patch) -> None:
    """What begins as a token or a client secret does is passed on."""
    patch.setattr(redaction, "_TOKEN", "(?!)")
    patch.setattr(redaction, "_is_no_key", lambda run: True)


def looks_for_no_blocks(patch: Patch) -> None:
    """A private key in PEM is passed on."""
    patch.setattr(redaction, "_BLOCK", "(?!)")


def knows_no_key_without_its_name(patch: Patch) -> None:
    """What is random is passed on."""
    patch.setattr(redaction, "_is_no_key", lambda run: True)


def knows_no_logins(patch: Patch) -> None:
    """A name and a password in Base64 are passed on."""
    patch.setattr(redaction, "_is_no_login", lambda header: True)


def looks_beneath_no_encoding(patch: Patch) -> None:
    """A percent-encoded secret is passed on."""
    patch.setattr(redaction, "_is_clean_inside", lambda token: True)


def takes_any_word(patch: Patch) -> None:
    """A status or a type that nobody knows is passed on."""
    patch.setattr(texts, "_word", lambda value: value)


PLANTS = (
    tells_all_that_azure_says,
    looks_for_no_names_of_secrets,
    looks_for_no_headers,
    trusts_every_link,
    looks_for_no_tokens,
    looks_for_no_blocks,
    knows_no_key_without_its_name,
    knows_no_logins,
    looks_beneath_no_encoding,
    takes_any_word,
)
