"""What the storage account's client libraries raise, as errors of the tree. Their texts are
dropped, for they can hold a URL; a code stays.
"""

from typing import TYPE_CHECKING

from restore.messages.errors import ServiceUnavailable

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError

NO_TOKEN = "NoToken"
IDENTITY_ADVICE = (
    "Turn on the Function App's managed identity. For a user-assigned one, set "
    "AzureWebJobsStorage__credential to managedidentity and AzureWebJobsStorage__clientId to its "
    "client id."
)


def code_of(error: "AzureError") -> str:
    """Return the account's own code; `NoToken` where the account was never asked, for the identity
    that should open it got no token; else the kind of the exception."""
    if is_without_token(error):
        return NO_TOKEN
    return str(getattr(error, "error_code", None) or type(error).__name__)


def unavailable(
    error: "AzureError", said: str, *, doing: str, retry_after_s: float | None = None
) -> ServiceUnavailable:
    """Return that the account did not do it. What it did not do is `said`, unless it was never
    asked."""
    if is_without_token(error):
        said = f"The app's identity got no token for its storage account. {IDENTITY_ADVICE}"
    code = code_of(error)
    return ServiceUnavailable(said, code=code, doing=doing, retry_after_s=retry_after_s)


def is_without_token(error: "AzureError") -> bool:
    """Whether the account was never asked. Its libraries give whatever it answers a code, if only
    None; the identity's library knows none."""
    from azure.core.exceptions import ClientAuthenticationError

    return isinstance(error, ClientAuthenticationError) and not hasattr(error, "error_code")
