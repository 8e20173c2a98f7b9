"""One probe: does the address answer? A TCP connection, or one GET of which the status counts.

Whoever asks for a probe could use it to reach what only this app can reach. So it goes to allowed
addresses only, each looked at after its name was looked up and then connected to as it is; no
redirect is followed, nothing of the answer but its status is told, no token or header of ours goes
along, and time and bytes are bounded. A certificate is not checked: a restored machine has another
name or none, and nothing secret is said to it.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from probes.network import Machine, Network
from restore.values.probe_urls import ProbeTarget, target_of

PROBE_S_MAX = 10.0
"""All of one probe: the name, the connection, the handshake and the answer."""
_STATUS_BYTES_MAX = 1024
_ADDRESSES_MAX = 4
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})\b")
_ASK = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: azure-vm-restore\r\n"
    "Connection: close\r\n\r\n"
)


class Answer(NamedTuple):
    """Whether it answered as it should, and what happened; `code` where it did not."""

    text: str
    code: str | None = None


_network: Network = Machine()


@contextmanager
def use(network: Network) -> Iterator[None]:
    """Probe through another network until the block ends, for tests and simulation."""
    global _network
    before, _network = _network, network
    try:
        yield
    finally:
        _network = before


def probe(url: str, is_allowed: Callable[[str], bool], seconds: float = PROBE_S_MAX) -> Answer:
    """Send one probe to the first allowed address that takes it. Raises nothing that is
    foreseen."""
    target, until = target_of(url), time.monotonic() + seconds
    try:
        found = _network.addresses(target.host, target.port, seconds)
    except (OSError, UnicodeError) as error:
        return Answer(f"The name {target.host} was not found: {_why(error)}.", code="ProbeFailed")
    allowed = [address for address in found if is_allowed(address)][:_ADDRESSES_MAX]
    if not allowed:
        return Answer(
            f"The policy allows no probe of the address of {target.host} "
            f"({', '.join(found[:_ADDRESSES_MAX]) or 'it has none'}).",
            code="ProbeNotAllowed",
        )
    answer = Answer("", code="ProbeFailed")
    for address in allowed:
        try:
            answer = _asked(target, address, until)
        except OSError as error:
            answer = Answer(f"{address} does not answer: {_why(error)}.", code="ProbeFailed")
        if answer.code is None:
            break
    return answer


def _asked(target: ProbeTarget, address: str, until: float) -> Answer:
    with _network.connect(address, target.port, _left(until)) as opened:
        if target.scheme == "tcp":
            return Answer(f"{address} takes connections at port {target.port}.")
        opened.settimeout(_left(until))
        with _secured(opened, target.host) if target.scheme == "https" else opened as connection:
            connection.sendall(_ask(target))
            status = _status(connection, until)
    if status is None:
        return Answer(f"{address} does not answer as HTTP does.", code="ProbeFailed")
    is_good = 200 <= status < 300
    return Answer(f"{address} answers with HTTP {status}.", code=None if is_good else "ProbeFailed")


def _ask(target: ProbeTarget) -> bytes:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return _ASK.format(path=target.path, host=f"{host}:{target.port}").encode("ascii")


def _status(connection: socket.socket, until: float) -> int | None:
    """The status of an answer, of which no more is read than that takes."""
    received = b""
    while b"\n" not in received and len(received) < _STATUS_BYTES_MAX:
        connection.settimeout(_left(until))
        part = connection.recv(_STATUS_BYTES_MAX)
        if not part:
            break
        received += part
    found = _STATUS.match(received)
    return int(found[1]) if found else None


def _secured(opened: socket.socket, host: str) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(opened, server_hostname=host)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("its time is over")
    return left


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return (getattr(error, "strerror", None) or type(error).__name__).rstrip(".")
