"""App Service's identity endpoint, as azure-identity asks it for us: a no is told at once, a fault
is waited out for a while, and silence for no longer."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from arm import credentials
from restore.messages.errors import AccessDenied, RestoreError, ServiceUnavailable
from restore.settings import Settings
from tests.fakes.identities import IdentityEndpoint

OURS = "11111111-0000-0000-0000-000000000001"
TRIED_S_MAX = 20


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityEndpoint]:
    with IdentityEndpoint(OURS) as running:
        for name, value in running.variables.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, which take no time here."""
    made: list[float] = []
    now = time.time
    monkeypatch.setattr(time, "sleep", made.append)
    monkeypatch.setattr(time, "time", lambda: now() + sum(made))
    return made


def token(client_id: str = OURS) -> Callable[[], str]:
    settings = Settings(azure_client_id=client_id)
    made = credentials.build(settings, in_azure=True)
    return credentials.token_source(settings, lambda: made, in_azure=True)


def error_of(ask: Callable[[], str]) -> RestoreError:
    with pytest.raises(RestoreError) as caught:
        ask()
    return caught.value


def test_the_identity_that_is_named_gets_a_token_for_azure(endpoint: IdentityEndpoint) -> None:
    assert token()().count(".") == 2
    (asked,) = endpoint.asked
    assert (asked["client_id"], asked["resource"]) == (OURS, "https://management.azure.com")


def test_a_no_is_told_at_once(endpoint: IdentityEndpoint, pauses: list[float]) -> None:
    error = error_of(token(OURS.replace("1", "2")))
    assert isinstance(error, AccessDenied)
    assert (error.code, pauses, len(endpoint.asked)) == ("NoToken", [], 1)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fault_is_waited_out_and_is_no_no(
    endpoint: IdentityEndpoint, pauses: list[float], status: int
) -> None:
    endpoint.fails_with = status
    error = error_of(token())
    assert isinstance(error, ServiceUnavailable), "a restore waits for it, and does not fail"
    assert len(endpoint.asked) > 3
    assert sum(pauses) < TRIED_S_MAX


def test_a_fault_that_passes_is_not_noticed(
    endpoint: IdentityEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.fails_with = 500

    def mended(_: float) -> None:
        endpoint.fails_with = None

    monkeypatch.setattr(time, "sleep", mended)
    assert token()()


def test_silence_ends_within_its_time(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    times = {"read_timeout": 0.2, "timeout": 1}
    monkeypatch.setattr(credentials, "_PATIENCE", credentials._PATIENCE | times)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"http://127.0.0.1:{silent.getsockname()[1]}/msi/token"
        monkeypatch.setenv("IDENTITY_ENDPOINT", where)
        monkeypatch.setenv("IDENTITY_HEADER", "x")
        began = time.monotonic()
        assert isinstance(error_of(token()), ServiceUnavailable)
    took_s = time.monotonic() - began + sum(pauses)
    assert took_s < times["timeout"] + credentials._PATIENCE["retry_backoff_max"]
