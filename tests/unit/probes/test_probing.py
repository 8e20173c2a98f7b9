"""One probe, against real sockets of this machine: what passes, what does not."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from probes import probing
from restore.values.probe_urls import target_of
from simulated_azure.certificate import make_certificate, server_context

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@contextmanager
def server(answer: bytes | None, context: ssl.SSLContext | None = None) -> Iterator[list[bytes]]:
    """A server for one connection; its port is the first that it notes, then what it was asked."""
    seen: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))
    seen.append(str(listening.getsockname()[1]).encode())

    def serve() -> None:
        try:
            connection, _ = listening.accept()
            with context.wrap_socket(connection, True) if context else connection as told:
                told.settimeout(5)
                seen.append(told.recv(4096))
                told.sendall(answer or b"")
                told.recv(1)
        except OSError:
            pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        listening.close()


def everything(address: str) -> bool:
    return bool(address)


def probe(seen: list[bytes], url: str = "http://127.0.0.1:{}/health", seconds: float = 5.0) -> str:
    answer = probing.probe(url.format(seen[0].decode()), everything, seconds)
    return answer.code or answer.text


def test_a_good_status_passes_and_one_plain_request_is_sent() -> None:
    with server(OK) as seen:
        assert probe(seen) == "127.0.0.1 answers with HTTP 204."
    lines = seen[1].decode().split("\r\n")
    assert lines[0] == "GET /health HTTP/1.1"
    assert sorted(line.partition(":")[0] for line in lines[1:] if line) == [
        "Connection", "Host", "User-Agent",
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["302 Found\r\nLocation: http://127.0.0.1/", "404 No", "503 No"])
def test_no_other_status_passes_and_no_redirect_is_followed(status: str) -> None:
    with server(f"HTTP/1.1 {status}\r\n\r\n".encode()) as seen:
        port = seen[0].decode()
        answer = probing.probe(f"http://127.0.0.1:{port}/", everything, 5)
    assert answer.code == "ProbeFailed"
    assert f"HTTP {status[:3]}" in answer.text
    assert len(seen) == 2


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.6\r\n", b"", b"\x00" * 5000, b"HTTP/9.9 x"])
def test_what_is_no_http_does_not_pass(answer: bytes) -> None:
    with server(answer) as seen:
        assert probe(seen, seconds=1.0) == "ProbeFailed"


def test_who_says_nothing_is_given_up_in_time() -> None:
    with server(None) as seen:
        assert probe(seen, seconds=0.3) == "ProbeFailed"


class Dripping(socket.socket):
    """One byte of an answer every so many seconds, for ever."""

    def __init__(self, patch: pytest.MonkeyPatch, every_s: float) -> None:
        super().__init__()
        self.now, self.every_s = 0.0, every_s
        patch.setattr(probing, "time", SimpleNamespace(monotonic=lambda: self.now))

    def addresses(self, host: str, port: int, timeout_s: float) -> list[str]:
        return [host]

    def connect(self, *_: Any) -> Any:
        return self

    def sendall(self, *_: Any) -> None:
        pass

    def recv(self, *_: Any) -> bytes:
        self.now += self.every_s
        return b"H"


@pytest.mark.parametrize(("every_s", "ended_s"), [(1, 10), (3, 12)])
def test_an_answer_that_drips_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch, every_s: float, ended_s: float
) -> None:
    dripping = Dripping(monkeypatch, every_s)
    with probing.use(dripping):
        assert probing.probe("http://10.2.0.4/", everything).code == "ProbeFailed"
    assert dripping.now == ended_s


def test_tcp_passes_when_the_connection_is_open() -> None:
    with server(None) as seen:
        assert "takes connections" in probe(seen, "tcp://127.0.0.1:{}")


def test_https_passes_whatever_the_certificate_says(tmp_path: Path) -> None:
    context = server_context(*make_certificate(tmp_path, datetime.now(UTC)))
    with server(OK, context) as seen:
        assert probe(seen, "https://127.0.0.1:{}/") == "127.0.0.1 answers with HTTP 204."


def test_nobody_listening_is_a_failed_probe_that_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and it does not listen
        url = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        answer = probing.probe(url, everything, 1)
    assert answer == ("127.0.0.1 does not answer: Connection refused.", "ProbeFailed")


class Names:
    """A name service, and a machine on which nothing is opened without being noted."""

    def __init__(self, *addresses: str) -> None:
        self.known, self.opened = addresses, list[str]()

    def addresses(self, host: str, port: int, timeout_s: float) -> list[str]:
        if not self.known:
            raise socket.gaierror(-2, "Name or service not known")
        return [*self.known]

    def connect(self, address: str, port: int, timeout_s: float) -> socket.socket:
        self.opened.append(address)
        raise ConnectionRefusedError(111, "Connection refused")


def test_only_allowed_addresses_of_a_name_are_opened_and_each_of_them() -> None:
    names = Names("169.254.169.254", "10.2.0.4", "10.2.0.5", "10.3.0.1")
    with probing.use(names):
        answer = probing.probe("tcp://web:22", lambda each: each.startswith("10.2."))
    assert names.opened == ["10.2.0.4", "10.2.0.5"]
    assert answer.code == "ProbeFailed"


def test_a_name_that_leads_elsewhere_only_opens_nothing() -> None:
    names = Names("169.254.169.254")
    with probing.use(names):
        answer = probing.probe("http://web/", lambda each: each.startswith("10.2."))
    assert (answer.code, names.opened) == ("ProbeNotAllowed", [])
    assert "169.254.169.254" in answer.text


def test_a_name_that_nobody_knows_is_a_failed_probe() -> None:
    with probing.use(Names()):
        answer = probing.probe("http://web/", everything)
    assert answer == ("The name web was not found: Name or service not known.", "ProbeFailed")


def test_an_address_is_taken_apart_with_the_usual_ports() -> None:
    assert target_of("https://Web.Corp.test/a%20b") == ("https", "web.corp.test", 443, "/a%20b")
    assert target_of("http://[fd00::1]:8080") == ("http", "fd00::1", 8080, "/")
    with pytest.raises(ValueError):
        target_of("tcp://10.0.0.1:65536")


class Machine:
    """A machine with two addresses that takes each connection, and answers in these parts."""

    def __init__(self, *parts: bytes) -> None:
        self.opened, self.heard, self.sizes = list[str](), b"", list[int]()
        self._parts = [*parts]

    def __enter__(self) -> "Machine":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def addresses(self, host: str, port: int, timeout_s: float) -> list[str]:
        return ["10.2.0.4", "10.2.0.5"]

    def connect(self, address: str, port: int, timeout_s: float) -> Any:
        self.opened.append(f"{address} {port}")
        return self

    def settimeout(self, seconds: float) -> None:
        assert 0 < seconds <= 10

    def sendall(self, content: bytes) -> None:
        self.heard += content

    def recv(self, size: int) -> bytes:
        self.sizes.append(size)
        return self._parts.pop(0) if self._parts else b""


def asked(machine: Machine, url: str = "http://web/") -> probing.Answer:
    with probing.use(machine):
        return probing.probe(url, everything)


@pytest.mark.parametrize(
    ("status", "is_good"),
    [(199, False), (200, True), (201, True), (299, True), (300, False), (599, False)],
)
def test_a_status_of_two_hundred_and_more_passes(status: int, is_good: bool) -> None:
    machine = Machine(*[f"HTTP/1.1 {status} X\r\n".encode()] * 2)
    answer = asked(machine)
    assert answer == (
        f"10.2.0.{4 if is_good else 5} answers with HTTP {status}.",
        None if is_good else "ProbeFailed",
    )
    assert len(machine.opened) == (1 if is_good else 2), "what answers well is asked alone"


@pytest.mark.parametrize(
    ("url", "port", "host"),
    [
        ("http://web/", 80, "web:80"),
        ("http://web:8080/a", 8080, "web:8080"),
        ("http://[fd00::1]:8080/", 8080, "[fd00::1]:8080"),
    ],
)
def test_who_is_asked_is_told_its_own_name_and_port(url: str, port: int, host: str) -> None:
    machine = Machine(OK)
    assert asked(machine, url).code is None
    assert machine.opened == [f"10.2.0.4 {port}"]
    assert f"\r\nHost: {host}\r\n".encode() in machine.heard


def test_an_answer_may_come_in_parts_and_end_with_its_status() -> None:
    assert asked(Machine(b"HTTP/1.1 20", b"4")).text == "10.2.0.4 answers with HTTP 204."
    assert asked(Machine()).text == "10.2.0.5 does not answer as HTTP does."


@pytest.mark.parametrize(("part", "reads"), [(b"H", 1024), (b"H" * 1000, 2), (b"H" * 1024, 1)])
def test_so_much_of_an_answer_is_read(part: bytes, reads: int) -> None:
    machine = Machine(*[part] * 9_000)
    assert asked(machine).text == "10.2.0.5 does not answer as HTTP does."
    assert machine.sizes == [1024] * reads * 2, "at each of the two addresses"


def test_of_many_addresses_four_are_opened_or_told() -> None:
    many = [f"10.2.0.{number}" for number in range(6)]
    with probing.use(names := Names(*many)):
        assert probing.probe("tcp://web:22", everything).code == "ProbeFailed"
        assert names.opened == many[:4]
        answer = probing.probe("tcp://web:22", lambda each: False)
    assert answer.text == (
        "The policy allows no probe of the address of web (10.2.0.0, 10.2.0.1, 10.2.0.2, 10.2.0.3)."
    )
