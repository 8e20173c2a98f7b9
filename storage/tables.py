"""The storage account's tables, in which Durable Functions keeps its instances.

The app itself reads none of them, so it needs no client library: it only looks whether they answer
it. Made as the libraries' own clients are, from a connection string or with a credential; what goes
wrong are their errors, too.
"""

import base64
import hashlib
import hmac
import json
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from restore import storage_settings

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_SCOPE = "https://storage.azure.com/.default"
_HEADERS = {"x-ms-version": "2019-02-02", "Accept": "application/json;odata=nometadata"}


class _Key(NamedTuple):
    """An account and its key (Microsoft Learn, "Authorize with Shared Key", Shared Key Lite)."""

    account: str
    key: str

    def headers(self, url: str) -> dict[str, str]:
        """Return what signs a request for this URL now."""
        date = formatdate(usegmt=True)
        signed = f"{date}\n/{self.account}{urlsplit(url).path}".encode()
        digest = hmac.new(base64.b64decode(self.key), signed, hashlib.sha256).digest()
        signature = base64.b64encode(digest).decode()
        return {"x-ms-date": date, "Authorization": f"SharedKeyLite {self.account}:{signature}"}


class TableService:
    """The table service of one account. Times are in seconds."""

    def __init__(
        self,
        account_url: str,
        credential: "TokenCredential | _Key | None",
        sas: str = "",
        **times: Any,
    ) -> None:
        self._url = f"{account_url.rstrip('/')}/Tables"
        self._credential, self._sas, self._times = credential, sas, times

    @classmethod
    def from_connection_string(cls, text: str, **times: Any) -> "TableService":
        """Return the service that a connection string names, opened by its key or its SAS."""
        parts = storage_settings.parts(text)
        account = parts.get("accountname", "")
        scheme = parts.get("defaultendpointsprotocol", "https")
        suffix = parts.get("endpointsuffix", "core.windows.net")
        url = parts.get("tableendpoint", f"{scheme}://{account}.table.{suffix}")
        sas = parts.get("sharedaccesssignature", "")
        return cls(url, None if sas else _Key(account, parts["accountkey"]), sas, **times)

    def list_one(self) -> None:
        """Ask for one table, in one try. Raises AzureError."""
        from azure.core import PipelineClient
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest

        query = f"$top=1&{self._sas.lstrip('?')}" if self._sas else "$top=1"
        request = HttpRequest("GET", f"{self._url}?{query}", headers=_HEADERS | self._opening())
        client: PipelineClient[Any, Any] = PipelineClient(self._url, policies=[], **self._times)
        with client:
            response = client.send_request(request)
            try:
                response.raise_for_status()
            except HttpResponseError as error:
                code = _code_in(response.text())
                error.error_code = code  # type: ignore[attr-defined]  # as the libraries do
                raise

    def _opening(self) -> dict[str, str]:
        if self._credential is None:
            return {}
        if isinstance(self._credential, _Key):
            return self._credential.headers(self._url)
        return {"Authorization": f"Bearer {self._credential.get_token(_SCOPE).token}"}


def _code_in(text: str) -> str | None:
    """Return the code that tables give an error by (OData, JSON without metadata)."""
    try:
        code = json.loads(text)["odata.error"]["code"]
    except (ValueError, LookupError, TypeError):
        return None
    return code if isinstance(code, str) else None
