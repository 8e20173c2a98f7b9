"""Who we are, where we are, and what a person is told when nobody knows us."""

import sys
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential

from arm import connection, credentials
from restore.messages import errors
from restore.settings import Settings
from restore.storage_settings import Identity
from storage import connection as storage_connection

CLIENT_ID = "00000000-0000-0000-0000-00000000000a"


class FakeCredential:
    """Gives one token, or fails in one way."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.scopes: list[str] = []
        self._failure = failure

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        """Like azure-identity's."""
        self.scopes += scopes
        if self._failure is not None:
            raise self._failure
        return AccessToken("the-token", 0)


def test_the_simulated_vault_needs_no_azure_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("azure.identity")]:
        monkeypatch.delitem(sys.modules, name)
    settings = Settings.parse({"SIMULATED_ARM_ENDPOINT": "http://127.0.0.1:7072"})
    assert (
        credentials.token_source(settings, connection.credential, in_azure=False)() == "simulated"
    )
    assert "azure.identity" not in sys.modules


def test_the_token_is_for_the_clouds_own_endpoint() -> None:
    fake = FakeCredential()
    for cloud, host in (
        ("public", "management.azure.com"),
        ("usgovernment", "management.usgovcloudapi.net"),
        ("china", "management.chinacloudapi.cn"),
    ):
        source = credentials.token_source(
            Settings.parse({"AZURE_CLOUD": cloud}), lambda: fake, in_azure=False
        )
        assert source() == "the-token"
        assert fake.scopes.pop() == f"https://{host}/.default"


def test_in_azure_it_is_the_managed_identity_elsewhere_the_developers_login(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection.credential.cache_clear()
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    assert isinstance(connection.credential(), ManagedIdentityCredential)
    assert connection.credential() is connection.credential()
    connection.credential.cache_clear()
    monkeypatch.delenv("IDENTITY_ENDPOINT")
    monkeypatch.delenv("IDENTITY_HEADER")
    assert isinstance(connection.credential(), DefaultAzureCredential)
    connection.credential.cache_clear()


@pytest.mark.parametrize(("in_azure", "advice"), [(True, "managed identity"), (False, "az login")])
def test_no_identity_is_access_denied_with_what_to_do(in_azure: bool, advice: str) -> None:
    failure = ClientAuthenticationError("AADSTS700016: unknown. sig=S3CRET\nAttempted: S3CRET")
    token = credentials.token_source(
        Settings.parse({}), lambda: FakeCredential(failure), in_azure=in_azure
    )
    with pytest.raises(errors.AccessDenied) as caught:
        token()
    assert advice in caught.value.message
    assert "AADSTS700016" in caught.value.message
    assert "S3CRET" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("failure", [ServiceRequestError("no route S3CRET"), OSError("S3CRET")])
def test_an_identity_service_that_is_away_is_temporary(failure: Exception) -> None:
    token = credentials.token_source(
        Settings.parse({}), lambda: FakeCredential(failure), in_azure=False
    )
    with pytest.raises(errors.ServiceUnavailable) as caught:
        token()
    assert "S3CRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("named", "sent"),
    [
        (None, {"client_id": "app"}),
        (Identity(client_id="storage"), {"client_id": "storage"}),
        (Identity(resource_id="/id"), {"resource_id": "/id"}),
        (Identity(), {}),
    ],
)
def test_the_storage_account_may_be_opened_by_another_identity(
    monkeypatch: pytest.MonkeyPatch, named: Identity | None, sent: dict[str, str]
) -> None:
    monkeypatch.setattr("azure.identity.ManagedIdentityCredential", lambda **how: how)
    how: Any = credentials.build(Settings(azure_client_id="app"), in_azure=True, named=named)
    given = {"client_id": how["client_id"]} | (how["identity_config"] or {})
    assert {name: text for name, text in given.items() if text} == sent


def test_the_ledger_is_opened_by_the_identity_that_its_settings_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named: list[Identity] = []

    def credential(which: Identity) -> FakeCredential:
        named.append(which)
        return FakeCredential()

    monkeypatch.setattr(connection, "credential", credential)
    monkeypatch.setenv("AzureWebJobsStorage__accountname", "a")
    monkeypatch.setenv("AzureWebJobsStorage__credential", "managedidentity")
    monkeypatch.setenv("AzureWebJobsStorage__clientId", CLIENT_ID)
    storage_connection._container()
    assert named == [Identity(client_id=CLIENT_ID)]


def test_the_identity_endpoint_is_asked_for_fifteen_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The library's own patience is longer than a function may run."""
    monkeypatch.setattr("azure.identity.ManagedIdentityCredential", lambda **how: how)
    how: Any = credentials.build(Settings(), in_azure=True)
    patience = {name: how[name] for name in how if name not in ("client_id", "identity_config")}
    assert patience == {
        "connection_timeout": 2, "read_timeout": 5, "timeout": 15, "retry_backoff_max": 4,
        "retry_total": 10, "retry_connect": 10, "retry_read": 10, "retry_status": 10,
    }  # fmt: skip


def test_so_much_of_what_the_library_says_is_told() -> None:
    failure = ClientAuthenticationError("no " * 200)
    token = credentials.token_source(
        Settings.parse({}), lambda: FakeCredential(failure), in_azure=False
    )
    with pytest.raises(errors.AccessDenied) as caught:
        token()
    said = caught.value.message.rpartition("(")[2]
    assert said == f"{'no ' * 99}no…)"
    assert len(said) == 300 + len(")")
