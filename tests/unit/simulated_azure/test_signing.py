"""Signatures of poll URLs."""

from datetime import UTC, datetime, timedelta

import pytest

from simulated_azure import signing
from simulated_azure.wire import ArmError

NOW = datetime(2030, 1, 1, tzinfo=UTC)
PATH = "/subscriptions/s/x;y/operationsStatus/1"
SIGNED = signing.sign(PATH, "api-version=2025-02-01", NOW, b"secret")


def test_a_signature_is_about_as_long_as_a_real_one_and_always_the_same() -> None:
    assert 3500 < len(SIGNED) < 4000
    assert signing.sign(PATH, "api-version=2025-02-01", NOW, b"secret") == SIGNED


def test_it_holds_for_its_path_however_encoded_and_for_no_other() -> None:
    signing.check(PATH.replace(";", "%3B"), SIGNED, NOW, b"secret", None)
    with pytest.raises(ArmError) as caught:
        signing.check(PATH.replace("1", "2"), SIGNED, NOW, b"secret", None)
    assert caught.value.status == 403


def test_it_ends_with_its_life() -> None:
    signing.check(PATH, SIGNED, NOW + timedelta(seconds=9), b"secret", 10)
    with pytest.raises(ArmError) as caught:
        signing.check(PATH, SIGNED, NOW + timedelta(seconds=11), b"secret", 10)
    assert caught.value.status == 404


def test_an_unsigned_query_is_let_through_and_redacting_leaves_no_secret() -> None:
    signing.check(PATH, "api-version=2025-02-01", NOW, b"secret", 10)
    shown = signing.redact(SIGNED)
    assert shown.startswith("api-version=2025-02-01&t=")
    assert shown.endswith("&c=redacted&s=redacted&h=redacted")
