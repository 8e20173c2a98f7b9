"""The storage account in which the engine keeps its state: its services, and rows of its tables.

A few lines of HTTP instead of a package for tables, because one look is all that devhost takes.
"""

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from devhost.starting import is_listening

_LOCAL = {"127.0.0.1", "localhost", "::1"}
_CONTINUED = ("NextPartitionKey", "NextRowKey")
_TIMEOUT_S = 10


class Account:
    """What a connection string names."""

    def __init__(self, connection: str) -> None:
        pairs = (part.partition("=") for part in connection.split(";"))
        self._parts = {name.strip().lower(): value.strip() for name, _, value in pairs}

    def address(self, service: str) -> str | None:
        """Host and port, for people; None where the connection string does not name the service."""
        endpoint = self._endpoint(service)
        return urlsplit(endpoint).netloc if endpoint else None

    def answers(self, service: str) -> bool:
        """Whether a service is there; one that is not on this machine is taken to be."""
        endpoint = self._endpoint(service)
        if endpoint is None:
            return "endpointsuffix" in self._parts
        where = urlsplit(endpoint)
        return where.hostname not in _LOCAL or is_listening(where.port or 80)

    def rows(self, table: str, condition: str, columns: str) -> Iterator[dict[str, Any]]:
        """The rows of a local table that meet an OData condition; none when there is no table."""
        query = {"$filter": condition, "$select": columns}
        more: dict[str, str] = {}
        while True:
            try:
                with self._get(f"{table}()", query | more) as answer:
                    yield from json.load(answer)["value"]
                    found = {
                        key: answer.headers.get(f"x-ms-continuation-{key}") or ""
                        for key in _CONTINUED
                    }
            except urllib.error.HTTPError as error:
                if error.code != 404:
                    raise
                return
            more = {key: value for key, value in found.items() if value}
            if not more:
                return

    @property
    def has_key(self) -> bool:
        """Whether rows() can be asked for: a local account with its key."""
        where = urlsplit(self._endpoint("table") or "")
        return where.hostname in _LOCAL and "accountkey" in self._parts

    def _endpoint(self, service: str) -> str | None:
        return self._parts.get(f"{service}endpoint") or None

    def _get(self, resource: str, query: dict[str, str]) -> Any:
        url = f"{str(self._endpoint('table')).rstrip('/')}/{resource}"
        date = formatdate(usegmt=True)
        signed = f"{date}\n/{self._parts['accountname']}{urlsplit(url).path}"
        key = base64.b64decode(self._parts["accountkey"])
        mac = base64.b64encode(hmac.digest(key, signed.encode(), hashlib.sha256)).decode()
        headers = {
            "Authorization": f"SharedKeyLite {self._parts['accountname']}:{mac}",
            "x-ms-date": date,
            "x-ms-version": "2019-02-02",
            "Accept": "application/json;odata=nometadata",
        }
        asked = f"{url}?{urlencode(query, quote_via=quote)}"
        return urllib.request.urlopen(
            urllib.request.Request(asked, headers=headers), timeout=_TIMEOUT_S
        )
