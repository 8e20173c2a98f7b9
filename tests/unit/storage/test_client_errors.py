"""An account that was never asked is told apart from one that answered badly."""

from typing import Any

import pytest
from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError
from azure.identity import CredentialUnavailableError

from restore.messages.errors import AccessDenied
from storage import client_errors, reachability
from storage.client_errors import code_of, unavailable

SECRET = "https://acc.blob.core.windows.net/?sig=S3CRET"


def answered(status: int, code: str | None) -> AzureError:
    """What the account's libraries make of an answer."""
    error: Any = ClientAuthenticationError(SECRET)
    error.status_code, error.error_code = status, code
    told: AzureError = error
    return told


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CredentialUnavailableError(SECRET), "NoToken"),
        (ClientAuthenticationError(SECRET), "NoToken"),
        (answered(401, "InvalidAuthenticationInfo"), "InvalidAuthenticationInfo"),
        (answered(401, None), "ClientAuthenticationError"),
        (ServiceRequestError(SECRET), "ServiceRequestError"),
    ],
)
def test_an_error_has_one_code_and_never_its_text(error: AzureError, code: str) -> None:
    assert code_of(error) == code
    told = unavailable(error, "It did not.", doing="look", retry_after_s=9)
    assert (told.code, told.retry_after_s) == (code, 9)
    assert "S3CRET" not in told.message
    said = "The app's identity got no token" if code == "NoToken" else "It did not."
    assert told.message.startswith(said)


@pytest.mark.parametrize("service", reachability.ROLES)
def test_health_says_what_to_do_for_a_token_and_names_no_role(service: str) -> None:
    def look() -> None:
        raise CredentialUnavailableError(SECRET)

    with pytest.raises(AccessDenied) as caught:
        reachability._tell(service, look)
    assert caught.value.code == client_errors.NO_TOKEN
    assert "AzureWebJobsStorage__clientId" in caught.value.message
    assert reachability.ROLES[service] not in caught.value.message
