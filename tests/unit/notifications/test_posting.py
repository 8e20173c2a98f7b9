"""One exchange, against real sockets of this machine: nothing is read on and on, nothing waits."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifications import posting
from notifications.posting import Exchange, NotAdmitted, Post
from probes.network import Machine
from simulated_azure.certificate import make_certificate, server_context
from tests.fakes.receiver import LocalReceiver, Mood

HEAD = b"HTTP/1.1 202 Accepted\r\nX-Known: yes\r\n\r\n"


def post(url: str, body: bytes = b"{}") -> Post:
    return Post("POST", url, {"Content-Type": "application/json"}, body)


@contextmanager
def server(*parts: bytes, pause_s: float = 0, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server for one connection, which answers in parts and then with nothing more."""
    listening, pause = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve() -> None:
        try:
            connection, _ = listening.accept()
            with tls.wrap_socket(connection, True) if tls else connection as opened:
                opened.recv(65_536)
                for part in parts:
                    opened.sendall(part)
                    pause.wait(pause_s)
                opened.recv(1)
                pause.wait(pause_s)
        except OSError:
            pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        pause.set()
        listening.close()


class Names:
    """A name service, and a network that counts what is connected to."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = [*answers]
        self.connected: list[str] = []
        self.waits_s: list[float] = []

    def addresses(self, host: str, port: int, timeout_s: float) -> list[str]:
        self.waits_s.append(timeout_s)
        return self._answers.pop(0)

    def connect(self, address: str, port: int, timeout_s: float) -> socket.socket:
        self.waits_s.append(timeout_s)
        self.connected.append(address)
        raise ConnectionRefusedError


class Everywhere(Machine):
    """A name service for which every name is this machine."""

    def addresses(self, host: str, port: int, timeout_s: float) -> list[str]:
        return ["127.0.0.1"]


LOCAL = Exchange(admits_loopback=True)


def test_a_request_arrives_as_it_was_written() -> None:
    with LocalReceiver() as receiver:
        reply = LOCAL(post(f"{receiver.url}?a=b", b'{"a":1}'))
    assert reply.status == 202
    (got,) = receiver.got
    assert (got.method, got.path, got.body) == ("POST", "/hook?a=b", b'{"a":1}')
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["Host"] == receiver.authority
    assert got.headers["User-Agent"] == posting.USER_AGENT
    assert "Authorization" not in got.headers


@pytest.mark.parametrize(
    ("mood", "status"), [("fails", 500), ("redirects", 307), ("busy", 429), ("floods", 500)]
)
def test_an_answer_is_its_head_alone(mood: Mood, status: int) -> None:
    with LocalReceiver(mood) as receiver:
        begun = time.monotonic()
        reply = LOCAL(post(receiver.url))
        assert time.monotonic() - begun < 5
    assert reply.status == status
    assert receiver.got == []
    assert receiver.sent_bytes < 16 * 1024 * 1024  # what buffers take, and no more


def test_an_answer_that_does_not_begin_is_given_up() -> None:
    with LocalReceiver("slow") as receiver, pytest.raises(TimeoutError):
        LOCAL(post(receiver.url), seconds=0.3)


def test_an_answer_that_drips_is_given_up_as_a_whole() -> None:
    begun = time.monotonic()
    with server(*[b"H"] * 100, pause_s=0.05) as port, pytest.raises(TimeoutError):
        LOCAL(post(f"http://127.0.0.1:{port}/"), seconds=0.5)
    assert time.monotonic() - begun < 2


def test_a_tls_handshake_that_does_not_go_on_is_given_up() -> None:
    begun = time.monotonic()
    with server(pause_s=5) as port, pytest.raises(OSError):
        LOCAL(post(f"https://127.0.0.1:{port}/"), seconds=0.5)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 16 * 1024,
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 2000,
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"\r\n\r\n",
    ],
)
def test_what_is_no_answer_or_too_long_is_refused(answer: bytes) -> None:
    with server(answer) as port, pytest.raises((ValueError, TimeoutError)):
        LOCAL(post(f"http://127.0.0.1:{port}/"), seconds=1)


def test_go_on_is_no_answer_yet() -> None:
    with server(
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 199 Odd\r\n\r\n",
        HEAD,
    ) as port:
        reply = LOCAL(post(f"http://127.0.0.1:{port}/"))
    assert reply == (202, {"x-known": "yes"})


def test_a_connection_that_is_hung_up_is_an_error() -> None:
    with LocalReceiver("hangs up") as receiver, pytest.raises(OSError):
        LOCAL(post(receiver.url))


@pytest.mark.parametrize(
    "found",
    [["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["::1"], ["93.184.216.34", "10.0.0.1"], []],
)
def test_a_name_that_leads_to_no_public_address_is_not_connected_to(found: list[str]) -> None:
    names = Names(found)
    with pytest.raises(NotAdmitted):
        Exchange(names)(post("https://hooks.example.com/"))
    assert names.connected == []


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to() -> None:
    names = Names(["93.184.216.34"], ["127.0.0.1"])  # the second answer is never asked for
    with pytest.raises(ConnectionRefusedError):
        Exchange(names)(post("https://hooks.example.com/"))
    assert names.connected == ["93.184.216.34"]


def test_only_so_many_addresses_are_tried() -> None:
    names = Names([f"93.184.216.{number}" for number in range(50)])
    with pytest.raises(ConnectionRefusedError):
        Exchange(names)(post("https://hooks.example.com/"))
    assert len(names.connected) == 4


def test_loopback_is_reached_in_tests_only() -> None:
    with LocalReceiver() as receiver:
        with pytest.raises(NotAdmitted):
            Exchange()(post(receiver.url))
        assert receiver.got == []


def test_a_certificate_must_be_of_the_name_and_trusted(tmp_path: Path) -> None:
    files = make_certificate(tmp_path, datetime.now(UTC))
    trusting = ssl.create_default_context(cafile=str(files[0]))
    for tls, name, passes in (
        (trusting, "localhost", True),
        (trusting, "hooks.example.com", False),
        (None, "localhost", False),
    ):
        context = None if tls is None else lambda: trusting
        exchange = Exchange(Everywhere(), context, admits_loopback=True)
        with server(HEAD, tls=server_context(*files)) as port:
            url = f"https://{name}:{port}/"
            if passes:
                assert exchange(post(url)).status == 202
            else:
                with pytest.raises(ssl.SSLCertVerificationError):
                    exchange(post(url))


def test_no_header_can_be_smuggled_in() -> None:
    with LocalReceiver() as receiver, pytest.raises(AssertionError):
        LOCAL(Post("POST", receiver.url, {"Authorization": "Bearer a\r\nX-Evil: 1"}, b""))


def test_an_answers_head_is_read_to_its_last_byte_and_no_further() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"abc")
        until = time.monotonic() + 5
        assert posting._more(ours, until, 1) == b"a"
        assert posting._more(ours, until, 9) == b"bc"
        for room in (0, -1):
            with pytest.raises(ValueError, match="too long"):
                posting._more(ours, until, room)


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize(("size", "fits"), [(16 * 1024, True), (16 * 1024 + 1, False)])
def test_a_head_of_sixteen_kilobytes_is_read_and_no_larger_one(
    size: int, fits: bool, parts: int
) -> None:
    begin, end = b"HTTP/1.1 200 OK\r\nX: ", b"\r\n\r\n"
    head = begin + b"a" * (size - len(begin) - len(end)) + end
    sent = [head] if parts == 1 else [head[:100], head[100:]]
    with server(*sent, pause_s=0.05) as port:
        url = f"http://127.0.0.1:{port}/"
        if fits:
            assert LOCAL(post(url), seconds=5).status == 200
        else:
            with pytest.raises(ValueError, match="too long"):
                LOCAL(post(url), seconds=5)


def test_a_name_that_is_none_or_leads_nowhere_is_said_to_be_so() -> None:
    with pytest.raises(NotAdmitted, match="the name is none"):
        Exchange()(post(f"https://{'a' * 64}.example/"))
    with pytest.raises(NotAdmitted, match="the name leads nowhere"):
        Exchange(Names([]))(post("https://hooks.example.com/"))


def test_all_of_an_exchange_has_fifteen_seconds() -> None:
    names = Names(["93.184.216.34"])
    with pytest.raises(ConnectionRefusedError):
        Exchange(names)(post("https://hooks.example.com/"))
    assert all(14 < wait_s <= 15 for wait_s in names.waits_s)
    assert len(names.waits_s) == 2


def test_what_is_asked_without_a_path_is_the_root() -> None:
    with LocalReceiver() as receiver:
        LOCAL(post(f"http://{receiver.authority}"))
    assert receiver.got[0].path == "/"


def test_time_is_over_when_none_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 5.0)
    assert posting._left(5.5) == 0.5
    for until in (5.0, 4.0):
        with pytest.raises(TimeoutError):
            posting._left(until)
