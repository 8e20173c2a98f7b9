"""Who we are, where we are, and what a person is told when nobody knows us."""

import sys

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential

from arm import connection, credentials
from restore.messages import errors
from restore.settings import Settings


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
