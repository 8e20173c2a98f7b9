"""One request to an address of an operator's, and the head of its answer: every wait bounded.

The library `requests` offers no place between looking a name up and connecting, so HTTP/1.1 is
spoken here. The name is looked up, each address judged, and that address connected to. No proxy,
no redirect, no cookie, no second try; TLS checks the certificate against the name. Of the answer
the status and the headers are read, to a bound, and nothing of the body.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Mapping
from functools import cache
from http.client import HTTPException, parse_headers
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from probes.network import Machine, Network
from restore.notify import addresses

if TYPE_CHECKING:
    from socket import socket

EXCHANGE_S_MAX = 15.0
"""All of it: the name, the connection, the handshake, the request and the head of the answer."""
HEAD_BYTES_MAX = 16 * 1024
USER_AGENT = "azure-vm-restore/1.0"

_ADDRESSES_MAX = 4
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})\b[^\n]*\n")
_END = re.compile(rb"\r?\n\r?\n")


class NotAdmitted(OSError):
    """A name leads to an address that is not public, or to none."""


class Reply(NamedTuple):
    """The head of an answer; headers by their names in small letters."""

    status: int
    headers: Mapping[str, str]


class Post(NamedTuple):
    """One request. It may hold secrets and is never shown."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


class Exchange:
    """Sends a request, and returns the head of its answer."""

    def __init__(
        self,
        network: Network | None = None,
        tls: Callable[[], ssl.SSLContext] | None = None,
        *,
        admits_loopback: bool = False,
    ) -> None:
        self._network = network or Machine()
        self._tls = tls or _tls
        self._admits_loopback = admits_loopback

    def __call__(self, post: Post, seconds: float = EXCHANGE_S_MAX) -> Reply:
        """Send one request, whose URL was checked. Raises NotAdmitted, OSError; ValueError where
        the answer is no HTTP."""
        until = time.monotonic() + seconds
        parts = urlsplit(post.url)
        host, port = str(parts.hostname), addresses.port(post.url)
        with self._connected(host, port, until) as plain:
            plain.settimeout(_left(until))
            if parts.scheme != "https":
                return _exchanged(plain, post, until)
            with self._tls().wrap_socket(plain, server_hostname=host) as secured:
                return _exchanged(secured, post, until)

    def _connected(self, host: str, port: int, until: float) -> socket:
        try:
            found = self._network.addresses(host, port, _left(until))
        except UnicodeError as error:
            raise NotAdmitted("the name is none") from error
        if not all(self._is_admitted(each) for each in found):
            raise NotAdmitted("the name leads to an address that is not public")
        failure: OSError = NotAdmitted("the name leads nowhere")
        for address in found[:_ADDRESSES_MAX]:
            try:
                return self._network.connect(address, port, _left(until))
            except OSError as error:
                failure = error
        raise failure

    def _is_admitted(self, address: str) -> bool:
        return addresses.is_admitted(address, self._admits_loopback)


def _exchanged(connection: socket, post: Post, until: float) -> Reply:
    connection.settimeout(_left(until))
    connection.sendall(_request(post))
    received = b""
    while True:
        reply, received = _reply_in(received)
        if reply is not None and reply.status >= 200:  # before it, "go on" may come
            return reply
        if reply is None:
            received += _more(connection, until, HEAD_BYTES_MAX - len(received))


def _more(connection: socket, until: float, room: int) -> bytes:
    if room <= 0:
        raise ValueError("the head of the answer is too long")
    connection.settimeout(_left(until))
    part = connection.recv(room)
    if not part:
        raise ConnectionResetError("the connection ended before the answer")
    return part


def _request(post: Post) -> bytes:
    parts = urlsplit(post.url)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    known = {
        "Host": parts.netloc,
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
        "Connection": "close",
        "Content-Length": str(len(post.body)),
    }
    lines = [f"{name}: {value}" for name, value in (known | dict(post.headers)).items()]
    assert all(line.isascii() and line.isprintable() for line in (target, *lines)), "was checked"
    return "\r\n".join([f"{post.method} {target} HTTP/1.1", *lines, "", ""]).encode() + post.body


def _reply_in(received: bytes) -> tuple[Reply | None, bytes]:
    """Return the first whole head and what comes after it; None while there is none."""
    end = _END.search(received)
    if end is None:
        return None, received
    status = _STATUS.match(received)
    if status is None:
        raise ValueError("the answer is no HTTP")
    try:
        headers = parse_headers(BytesIO(received[status.end() : end.end()]))
    except HTTPException as error:
        raise ValueError(
            f"the head of the answer cannot be read ({type(error).__name__})"
        ) from None
    known = {name.lower(): value for name, value in headers.items()}
    return Reply(int(status[1]), known), received[end.end() :]


@cache
def _tls() -> ssl.SSLContext:
    """Trusts who the machine trusts, and who `requests` does."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("its time is over")
    return left
