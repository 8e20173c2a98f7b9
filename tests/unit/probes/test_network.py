"""Names are looked up for a bounded time, and what comes of it is told as it is."""

import socket
import threading
from typing import Any

import pytest

from probes.network import Machine

FOUND = [(2, 1, 6, "", ("192.0.2.1", 443)), (2, 1, 6, "", ("192.0.2.2", 443))]


def answer(monkeypatch: pytest.MonkeyPatch, found: Any) -> None:
    def getaddrinfo(*_: object, **__: object) -> Any:
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_each_address_of_a_name_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, [*FOUND, FOUND[0]])
    assert Machine().addresses("web.test", 443, 5) == ["192.0.2.1", "192.0.2.2"]


@pytest.mark.parametrize(
    "error", [socket.gaierror(8, "unknown"), UnicodeError("a name of no letters")]
)
def test_a_name_that_is_none_raises_what_the_machine_says(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    answer(monkeypatch, error)
    with pytest.raises(type(error)):
        Machine().addresses("web.test", 443, 5)


def test_a_name_service_that_does_not_answer_is_left_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: end.wait(5) and FOUND)
    before = {*threading.enumerate()}
    with pytest.raises(TimeoutError, match="does not answer"):
        Machine().addresses("web.test", 443, 0.01)
    (waiting,) = {*threading.enumerate()} - before
    assert waiting.daemon, "it keeps no process alive"
    end.set()
    waiting.join(5)
