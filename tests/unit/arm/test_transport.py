"""The real transport against a socket on loopback: what goes out, and what each mishap is called.

A few lines of socket instead of an HTTP server, because bytes and broken connections are the point.
"""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from arm import reply_body, time_limit, transport
from arm.authorized_request import AuthorizedRequest
from arm.client import Client
from arm.reply_body import TooLarge
from arm.time_limit import TimeLimit
from arm.transport import NotSent, RequestsTransport, Timeout
from restore.messages import errors
from tests.unit.arm import samples

QUICK = Timeout(connect_s=2, read_s=5)
SHORT = Timeout(connect_s=2, read_s=0.05)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Listener:
    """Accepts connections, keeps what it read from each, and answers as it is told."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                while request := _read(connection):
                    self.requests.append(request)
                    self._answer(connection)
                    if self._answer is not _ok:
                        break

    def close(self) -> None:
        """Stop listening; the thread ends."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _read(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def _ok(connection: socket.socket) -> None:
    connection.sendall(OK)


def _says(answer: bytes) -> Callable[[socket.socket], None]:
    def say(connection: socket.socket) -> None:
        with suppress(ConnectionError):  # a client may well hang up before the end
            connection.sendall(answer)

    return say


def _resets(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


@pytest.fixture
def listen() -> Iterator[Callable[[Callable[[socket.socket], None]], Listener]]:
    """Start listeners that end with the test."""
    running: list[Listener] = []

    def start(answer: Callable[[socket.socket], None]) -> Listener:
        running.append(Listener(answer))
        return running[-1]

    yield start
    for listener in running:
        listener.close()


Listen = Callable[[Callable[[socket.socket], None]], Listener]


def test_a_signed_url_arrives_byte_for_byte(listen: Listen) -> None:
    listener = listen(_ok)
    signed = samples.ACCEPTED_HEADERS["azure-asyncoperation"]
    target = signed.removeprefix("https://management.azure.com") + "&x=a%7Eb%2Fc%3B;~+=!$,@:*()'"
    reply = RequestsTransport()("GET", listener.origin + target, {}, None, QUICK)
    assert len(target) > 3500
    assert listener.requests[0].startswith(b"GET " + target.encode() + b" HTTP/1.1\r\n")
    assert (reply.status, reply.body) == (200, b"{}")


def test_a_write_arrives_whole_with_its_length_and_our_headers(listen: Listen) -> None:
    listener = listen(_ok)
    body = b'{"a":"' + b"x" * 100_000 + b'"}'
    headers = {"Authorization": "Bearer t", "User-Agent": "us"}
    RequestsTransport()("POST", f"{listener.origin}/a%3Bb;c", headers, body, QUICK)
    head, _, received = listener.requests[0].partition(b"\r\n\r\n")
    assert received == body
    assert b"POST /a%3Bb;c HTTP/1.1" in head
    assert b"Authorization: Bearer t" in head
    assert b"User-Agent: us" in head
    assert b"Content-Length: 100008" in head
    assert b"Transfer-Encoding" not in head


def test_a_write_without_a_body_says_that_it_is_empty(listen: Listen) -> None:
    listener = listen(_ok)
    RequestsTransport()("POST", f"{listener.origin}/cancel", {}, None, QUICK)
    assert b"Content-Length: 0" in listener.requests[0]


def test_reads_share_a_connection_and_each_write_has_its_own(listen: Listen) -> None:
    listener, send = listen(_ok), RequestsTransport()
    for _ in range(3):
        send("GET", f"{listener.origin}/read", {}, None, QUICK)
    assert listener.connections == 1
    listener_of_writes = listen(_ok)
    for method in ("POST", "POST", "DELETE", "DELETE"):
        send(method, f"{listener_of_writes.origin}/write", {}, b"{}", QUICK)
    assert listener_of_writes.connections == 4


def test_a_connection_that_was_idle_for_long_is_not_used_again(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter((10.0, 70.5, 130.5))
    monkeypatch.setattr(transport, "time", SimpleNamespace(monotonic=lambda: next(times)))
    listener, send, connections = listen(_ok), RequestsTransport(), list[int]()
    for _ in range(3):
        assert send("GET", f"{listener.origin}/read", {}, None, QUICK).status == 200
        connections.append(listener.connections)
    assert connections == [1, 2, 2], "a minute is not long"


def test_a_redirect_is_a_reply_like_any_other(listen: Listen) -> None:
    listener = listen(_says(b"HTTP/1.1 307 X\r\nLocation: /evil\r\nContent-Length: 0\r\n\r\n"))
    reply = RequestsTransport()("GET", f"{listener.origin}/x", {}, None, QUICK)
    assert (reply.status, reply.headers["Location"]) == (307, "/evil")
    assert len(listener.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_token_follows_a_redirect_to_another_server(listen: Listen, status: int) -> None:
    elsewhere = listen(_ok)
    target = f"{elsewhere.origin}/token"
    head = f"HTTP/1.1 {status} X\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
    home = listen(_says(head.encode()))
    authorized = AuthorizedRequest(
        home.origin, lambda: "canary", RequestsTransport(), timeout=QUICK
    )
    arm = Client(authorized, sleep=lambda seconds: None)
    with pytest.raises(errors.ServiceUnavailable) as refused:
        arm.get("/x", "look")
    with pytest.raises(errors.ReplyLost) as lost:
        arm.post("/x", {}, "write")
    assert elsewhere.requests == []
    assert 2 <= len(home.requests) <= 4, "a write, and up to three reads"
    assert all(b"Bearer canary" in request for request in home.requests)
    for shown in (str(refused.value), str(lost.value)):
        assert "canary" not in shown
        assert elsewhere.origin not in shown


def test_neither_netrc_nor_a_proxy_touches_a_request_to_loopback(
    listen: Listen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    listener = listen(_ok)
    RequestsTransport()("GET", f"{listener.origin}/x", {"Authorization": "Bearer t"}, None, QUICK)
    assert b"Authorization: Bearer t\r\n" in listener.requests[0]


@pytest.mark.parametrize("body", [None, b"{}"])
def test_nobody_listening_means_not_sent(body: bytes | None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    method = "GET" if body is None else "POST"
    with pytest.raises(ConnectionError) as caught:
        RequestsTransport()(method, f"http://127.0.0.1:{port}/x?sig=s3cret", {}, body, QUICK)
    assert isinstance(caught.value, NotSent) or body is None
    _has_no_secret(caught.value)


def test_a_proxy_that_refuses_means_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(NotSent):
        RequestsTransport()("POST", "https://arm.invalid/x", {}, b"{}", QUICK)


def test_a_reset_after_sending_may_have_been_received(listen: Listen) -> None:
    listener = listen(_resets)
    with pytest.raises(ConnectionResetError) as caught:
        RequestsTransport()("POST", f"{listener.origin}/x?sig=s3cret", {}, b"{}", QUICK)
    assert len(listener.requests) == 1
    _has_no_secret(caught.value)


def test_no_reply_in_time_is_a_timeout(listen: Listen) -> None:
    released = threading.Event()

    def silent(_: socket.socket) -> None:
        released.wait(5)

    listener = listen(silent)
    with pytest.raises(TimeoutError) as caught:
        RequestsTransport()("POST", f"{listener.origin}/x?sig=s3cret", {}, b"{}", SHORT)
    released.set()
    _has_no_secret(caught.value)


def test_a_body_that_stops_half_way_is_a_timeout(listen: Listen) -> None:
    released = threading.Event()

    def half(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
        released.wait(5)

    listener = listen(half)
    with pytest.raises(TimeoutError):
        RequestsTransport()("GET", f"{listener.origin}/x", {}, None, SHORT)
    released.set()


def test_a_body_that_ends_early_is_a_broken_connection(listen: Listen) -> None:
    listener = listen(_says(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"))
    with pytest.raises(ConnectionResetError):
        RequestsTransport()("GET", f"{listener.origin}/x", {}, None, QUICK)


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_that_is_too_large_is_given_up(
    listen: Listen, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    monkeypatch.setattr(reply_body, "BODY_BYTES_MAX", 100_000)
    plain = b"{}" + b" " * 10_000_000
    body = gzip.compress(plain, mtime=0) if packed else plain
    assert not packed or len(body) < 100_000, "only its unpacking would hurt"
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body)
    listener = listen(_says(head + b"Content-Encoding: gzip\r\n" * packed + b"\r\n" + body))
    tracemalloc.start()
    with pytest.raises(TooLarge, match="larger than 100000 bytes") as caught:
        RequestsTransport()("GET", f"{listener.origin}/x?sig=s3cret", {}, None, QUICK)
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert used < 15_000_000, "the listener's copies are in it"
    _has_no_secret(caught.value)


def test_a_packed_body_is_unpacked(listen: Listen) -> None:
    body = gzip.compress(b'{"a":1}', mtime=0)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    listener = listen(_says(head + body))
    assert RequestsTransport()("GET", f"{listener.origin}/x", {}, None, QUICK).body == b'{"a":1}'
    assert b"Accept-Encoding: identity" in listener.requests[0]


def test_a_body_that_is_packed_in_another_way_is_not_read(listen: Listen) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n"
    listener = listen(_says(head + b"{}"))
    with pytest.raises(OSError, match="could not be read"):
        RequestsTransport()("GET", f"{listener.origin}/x", {}, None, QUICK)


@pytest.mark.parametrize("headers", [b"X: y\r\n" * 101, b"X: " + b"y" * 70_000 + b"\r\n"])
def test_too_many_or_too_long_headers_are_given_up(listen: Listen, headers: bytes) -> None:
    listener = listen(_says(b"HTTP/1.1 200 OK\r\n" + headers + b"Content-Length: 0\r\n\r\n"))
    with pytest.raises(TooLarge, match="headers"):
        RequestsTransport()("GET", f"{listener.origin}/x", {}, None, QUICK)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("begin", [b"HTTP/1.1 200 OK\r\nX: ", OK[:-2].replace(b": 2", b": 9999")])
def test_a_reply_that_drips_is_given_up_as_a_whole(
    listen: Listen, monkeypatch: pytest.MonkeyPatch, begin: bytes, method: str
) -> None:
    monkeypatch.setattr(transport, "REPLY_TIMEOUT_S", -QUICK.connect_s - QUICK.read_s + 0.3)
    stopped = threading.Event()

    def drips(connection: socket.socket) -> None:
        connection.sendall(begin)
        while not stopped.wait(0.02):
            try:
                connection.sendall(b"x")
            except OSError:
                return

    listener = listen(drips)
    began = time.monotonic()
    body = None if method == "GET" else b"{}"
    with pytest.raises(TimeoutError, match="in time") as caught:
        RequestsTransport()(method, f"{listener.origin}/x?sig=s3cret", {}, body, QUICK)
    stopped.set()
    assert 0.2 < time.monotonic() - began < 3
    _has_no_secret(caught.value)


def test_an_exchange_ends_with_the_time_that_its_caller_has_left(listen: Listen) -> None:
    stopped = threading.Event()

    def drips(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not stopped.wait(0.02):
            try:
                connection.sendall(b"x")
            except OSError:
                return

    listener = listen(drips)
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="in time"):
        RequestsTransport()("GET", f"{listener.origin}/x", {}, None, QUICK._replace(whole_s=0.3))
    stopped.set()
    assert 0.2 < time.monotonic() - began < 3


def test_so_long_an_exchange_may_take(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float] = []

    class Noted(TimeLimit):
        def __init__(self, limit_s: float) -> None:
            limits.append(limit_s)
            super().__init__(limit_s)

    monkeypatch.setattr(time_limit, "TimeLimit", Noted)
    listener = listen(_ok)
    for timeout in (QUICK, QUICK._replace(whole_s=3.0)):
        RequestsTransport()("GET", f"{listener.origin}/x", {}, None, timeout)
    assert limits == [2 + 5 + 120, 3], "two minutes beyond the time that it may take to begin"


def test_the_library_beneath_does_not_log_what_it_was_sent(
    listen: Listen, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    listener = listen(_says(b"HTTP/1.1 200 OK\r\nno header\r\nContent-Length: 2\r\n\r\n{}"))
    RequestsTransport()("GET", f"{listener.origin}/x?sig=s3cret", {}, None, QUICK)
    assert "s3cret" not in caplog.text


def _has_no_secret(error: BaseException) -> None:
    """Neither the error nor anything that a traceback would show beside it."""
    assert "s3cret" not in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None
