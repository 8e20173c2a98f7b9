"""A part of the storage account that refuses, is silent or denies is named, and soon."""

import hmac
import json
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from azure.core.credentials import AccessToken

from restore.messages.errors import AccessDenied, NotFound, RestoreError, ServiceUnavailable
from storage import connection, reachability
from storage.tables import TableService

KEY = "c2VjcmV0"
LOOKS = (reachability.blobs, reachability.request_queue, reachability.tables)


@contextmanager
def answering(status: int, body: bytes = b"", **headers: str) -> Iterator[tuple[str, list[Any]]]:
    """A server that answers everything the same; its address, and what it was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name.replace("_", "-"), text)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/acc", asked
    finally:
        server.shutdown()
        server.server_close()


def set_to(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    parts = "".join(f"{each}Endpoint={url};" for each in ("Blob", "Queue", "Table"))
    monkeypatch.setenv("AzureWebJobsStorage", f"AccountName=acc;AccountKey={KEY};{parts}")


def error_of(look: Callable[[], None]) -> RestoreError:
    with pytest.raises(RestoreError) as caught:
        look()
    assert KEY not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("look", LOOKS)
def test_one_that_refuses_the_connection(
    look: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        set_to(monkeypatch, f"http://127.0.0.1:{taken.getsockname()[1]}/acc")
        error = error_of(look)
    assert isinstance(error, ServiceUnavailable)
    assert error.code == "ServiceRequestError"
    assert "cannot be reached: look at its address" in error.message


@pytest.mark.parametrize("look", LOOKS)
def test_one_that_is_silent(look: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    times = {"connection_timeout": 0.2, "read_timeout": 0.2, "retry_total": 0}
    monkeypatch.setattr(connection, "ONE_SHORT_TRY", times)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        set_to(monkeypatch, f"http://127.0.0.1:{silent.getsockname()[1]}/acc")
        began = time.monotonic()
        error = error_of(look)
    assert time.monotonic() - began < 5
    assert isinstance(error, ServiceUnavailable)
    assert error.code == "ServiceResponseTimeoutError"
    assert "takes too long to answer" in error.message


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("look", "role"),
    [
        (reachability.blobs, "Storage Blob Data Owner"),
        (reachability.request_queue, "Storage Queue Data Contributor"),
        (reachability.tables, "Storage Table Data Contributor"),
    ],
)
def test_one_that_denies_names_the_role_that_is_missing(
    look: Callable[[], None], role: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = "AuthorizationPermissionMismatch"
    body = json.dumps({"odata.error": {"code": denied, "message": {"value": "No."}}}).encode()
    with answering(status, body, x_ms_error_code=denied) as (url, _):
        set_to(monkeypatch, url)
        error = error_of(look)
    assert isinstance(error, AccessDenied)
    assert error.code == denied
    assert role in error.message


def test_a_queue_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(404, x_ms_error_code="QueueNotFound") as (url, _):
        set_to(monkeypatch, url)
        error = error_of(reachability.request_queue)
    assert isinstance(error, NotFound)
    assert "no queue restore-requests" in error.message


def test_a_ledger_that_is_missing_is_made_on_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(404, x_ms_error_code="ContainerNotFound") as (url, asked):
        set_to(monkeypatch, url)
        reachability.blobs()
    assert parse_qs(asked[0][0])["maxresults"] == ["1"]


class Identity:
    """A credential with one token."""

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        """Get it."""
        assert scopes == ("https://storage.azure.com/.default",)
        return AccessToken("t0ken", 0)


TIMES: dict[str, Any] = {"connection_timeout": 2, "read_timeout": 2}


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"odata.error": {"code": 1}}'])
def test_an_error_of_tables_in_any_shape_is_one(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(503, body) as (url, _):
        set_to(monkeypatch, url)
        error = error_of(reachability.tables)
    assert isinstance(error, ServiceUnavailable)
    assert error.code == "HttpResponseError"
    assert "does not answer as expected" in error.message


def test_tables_are_opened_by_a_token() -> None:
    with answering(200) as (url, asked):
        TableService(url, Identity(), **TIMES).list_one()
    ((path, headers),) = asked
    assert path == "/acc/Tables?$top=1"
    assert headers["Authorization"] == "Bearer t0ken"


def test_tables_are_opened_by_a_sas() -> None:
    with answering(200) as (url, asked):
        text = f"TableEndpoint={url};SharedAccessSignature=?sv=1&sig=x"
        TableService.from_connection_string(text, **TIMES).list_one()
    ((path, headers),) = asked
    assert path == "/acc/Tables?$top=1&sv=1&sig=x"
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (f"AccountName=a;AccountKey={KEY}", "https://a.table.core.windows.net/Tables"),
        (
            f"DefaultEndpointsProtocol=http;AccountName=a;AccountKey={KEY};EndpointSuffix=x.cn",
            "http://a.table.x.cn/Tables",
        ),
    ],
)
def test_tables_are_where_the_connection_string_says(text: str, url: str) -> None:
    assert TableService.from_connection_string(text)._url == url


def test_tables_are_opened_by_a_key_that_signs_the_date_and_the_path() -> None:
    """Microsoft Learn, "Authorize with Shared Key": Shared Key Lite of the table service."""
    with answering(200) as (url, asked):
        text = f"AccountName=acc;AccountKey={KEY};TableEndpoint={url}"
        TableService.from_connection_string(text, **TIMES).list_one()
    ((_, headers),) = asked
    date = headers["x-ms-date"]
    signed = hmac.digest(b"secret", f"{date}\n/acc/acc/Tables".encode(), "sha256")
    assert headers["Authorization"] == f"SharedKeyLite acc:{b64encode(signed).decode()}"
    assert date.endswith(" GMT")
    assert abs(parsedate_to_datetime(date) - datetime.now(UTC)) < timedelta(minutes=1)


STOPPED = b'{"at":"2026-11-23T03:00:00Z","reason":"a storm"}'


@pytest.mark.parametrize(
    ("status", "body", "headers", "said"),
    [
        (404, b"", {"x_ms_error_code": "BlobNotFound"}, None),
        (404, b"", {"x_ms_error_code": "ContainerNotFound"}, None),
        (206, STOPPED, {"Content_Range": f"bytes 0-{len(STOPPED) - 1}/{len(STOPPED)}"}, "stopped"),
        (503, b"", {"x_ms_error_code": "ServerBusy"}, "unknown"),
    ],
)
def test_whether_alerts_may_restore_is_said_in_a_word(
    status: int,
    body: bytes,
    headers: dict[str, str],
    said: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with answering(status, body, **headers, ETag='"e1"') as (url, _):
        set_to(monkeypatch, url)
        assert reachability.alerts() == said
