"""What sends is made as the settings say, and knows the secrets that they name."""

from typing import Any

import pytest

from notifications import connection
from notifications.posting import Exchange, Post, Reply
from restore.notify.receivers import Notify
from restore.settings import Settings

NOTIFY = Notify(receivers=(), hosts=("hooks.example.com",))
LOOPBACK = "http://127.0.0.1:7072"


def taken(post: Post) -> Reply:
    return Reply(202, {})


def settings(**more: Any) -> Settings:
    return Settings(restore_notify=NOTIFY, **more)


@pytest.mark.parametrize("endpoint", [None, LOOPBACK])
def test_this_machine_is_called_only_where_azure_is_simulated(endpoint: str | None) -> None:
    sender = connection.sender(settings(simulated_arm_endpoint=endpoint))
    assert sender.admits_loopback is (endpoint is not None)
    assert isinstance(sender.exchange, Exchange)
    assert sender.exchange._is_admitted("127.0.0.1") is (endpoint is not None)


def test_hosts_cloud_and_address_are_those_of_the_settings() -> None:
    url = "https://restore.example.com/api"
    sender = connection.sender(settings(azure_cloud="china", restore_public_url=url))
    assert (sender.hosts, sender.cloud, sender.public_url) == (NOTIFY.hosts, "china", url)


def test_another_network_is_in_place_until_the_block_ends() -> None:
    with connection.use(taken):
        with connection.use(lambda post: Reply(500, {})):
            assert connection.sender(settings()).exchange is not taken
        assert connection.sender(settings()).exchange is taken
    assert isinstance(connection.sender(settings()).exchange, Exchange)


def test_secrets_are_what_the_settings_hold_now(monkeypatch: pytest.MonkeyPatch) -> None:
    names = tuple(f"RESTORE_NOTIFY_{each}" for each in ("A", "B", "C"))
    sender = connection.sender(settings())
    assert sender.secrets(names) == {}
    monkeypatch.setenv(names[0], "secret")
    monkeypatch.setenv(names[1], "@Microsoft.KeyVault(SecretUri=https://v.example/s)")
    assert sender.secrets(names) == {names[0]: "secret"}
