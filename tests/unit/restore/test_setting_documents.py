"""RESTORE_NOTIFY among the settings: read as a document, with the settings that it names."""

import json
from typing import Any

import pytest

from restore.settings import Settings


def parsed(given: dict[str, str]) -> Settings:
    """The settings of an app that has its storage account."""
    return Settings.parse({"AzureWebJobsStorage__accountName": "strestore", **given})


def problems(**given: str) -> tuple[str, ...]:
    return parsed(given).problems


def _notify(**more: Any) -> str:
    return json.dumps({"receivers": [{"name": "a", "kind": "webhook"} | more]})


def test_who_is_told_is_read_as_the_policy_is() -> None:
    told = _notify(urlSetting="RESTORE_NOTIFY_A")
    told_of = parsed({"RESTORE_NOTIFY": told, "restore_notify_a": "secret"})
    assert told_of.problems == ()
    assert told_of.restore_notify is not None
    assert told_of.restore_notify.receivers[0].url_setting == "RESTORE_NOTIFY_A"
    assert "secret" not in repr(told_of)
    assert problems(RESTORE_NOTIFY=_notify()) == (
        "RESTORE_NOTIFY $.receivers[0].url is required: webhook needs url or urlSetting.",
    )


@pytest.mark.parametrize("given", [{}, {"RESTORE_NOTIFY_A": " "}])
def test_a_setting_that_is_named_must_be_there(given: dict[str, str]) -> None:
    told = _notify(urlSetting="RESTORE_NOTIFY_A")
    assert problems(RESTORE_NOTIFY=told, **given) == (
        "RESTORE_NOTIFY names RESTORE_NOTIFY_A, which is not set.",
    )


def test_a_secret_that_does_not_arrive_keeps_no_restore_from_starting() -> None:
    """It is held up, and health says so."""
    reference = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s)"
    told = _notify(urlSetting="RESTORE_NOTIFY_A")
    told_of = parsed({"RESTORE_NOTIFY": told, "RESTORE_NOTIFY_A": reference})
    assert told_of.problems == ()


def test_a_receiver_on_this_machine_is_for_a_simulated_azure() -> None:
    told = _notify(url="http://127.0.0.1:9000/")
    assert problems(RESTORE_NOTIFY=told) == ("RESTORE_NOTIFY $.receivers[0].url must be https.",)
    simulated = {"RESTORE_NOTIFY": told, "SIMULATED_ARM_ENDPOINT": "http://127.0.0.1:7072"}
    assert parsed(simulated).problems == ()


def test_a_notification_is_tried_no_longer_than_it_is_kept() -> None:
    receiver = {"name": "a", "kind": "webhook", "url": "https://hooks.example.com"}
    told = json.dumps({"receivers": [receiver], "keepFor": "P3D"})
    assert problems(RESTORE_NOTIFY=told, RESTORE_KEEP_D="2") == (
        "RESTORE_NOTIFY: keepFor is longer than RESTORE_KEEP_D.",
    )
    assert problems(RESTORE_NOTIFY=told, RESTORE_KEEP_D="3") == ()
