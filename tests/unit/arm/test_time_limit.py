"""A limit ends the exchange of its own thread, and leaves nothing behind."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from arm.time_limit import TimeLimit


@contextmanager
def passed() -> Iterator[TimeLimit]:
    """A limit whose time is over."""
    with TimeLimit(0.0) as limit:
        waiting = threading.Event()
        while not limit.passed:
            waiting.wait(0.001)
        yield limit


def test_a_limit_keeps_no_process_alive_and_ends_with_its_block() -> None:
    before = {*threading.enumerate()}
    with TimeLimit(60.0) as limit:
        (timer,) = {*threading.enumerate()} - before
        assert timer.daemon
    timer.join(5.0)
    assert not timer.is_alive()
    assert not limit.passed


def test_a_socket_that_is_told_too_late_is_shut_at_once() -> None:
    here, there = socket.socketpair()
    with here, there, passed() as limit:
        limit.waits_on(here)
        assert there.recv(1) == b""


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_socket_that_leads_nowhere_any_more_may_be_shut(is_closed: bool) -> None:
    opened = socket.socket()
    if is_closed:
        opened.close()
    with opened, passed() as limit:
        limit.waits_on(opened)
    assert limit.passed
