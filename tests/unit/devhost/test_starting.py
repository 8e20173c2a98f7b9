"""Ports that are free, and stay so until they are used."""

import socket

from devhost.starting import free_port


def test_a_free_port_is_none_that_the_system_gives_to_outgoing_calls() -> None:
    assert all(20_000 <= free_port() < 32_000 for _ in range(50))


def test_a_port_that_somebody_has_is_not_free() -> None:
    with socket.socket() as taken:
        port = free_port()
        taken.bind(("127.0.0.1", port))
        assert port not in {free_port() for _ in range(50)}


def test_ports_asked_for_one_after_another_differ() -> None:
    assert len({free_port() for _ in range(20)}) > 15
