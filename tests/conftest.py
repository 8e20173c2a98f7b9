"""What holds for every test: none leaves this machine unless it is marked as one that does."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.collected_calls import CollectedCalls
from tests.engines_told import EnginesTold
from tests.spec_folder import SpecTold

# Drawn alike on every machine, and never judged by the clock: the first text that is drawn in a
# fresh checkout takes seconds, because hypothesis builds its table of characters then.
settings.register_profile(
    "project", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")

_OUTSIDE = ("real_azure", "functions_host")


@pytest.fixture(autouse=True)
def _stays_on_this_machine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    if any(request.node.get_closest_marker(name) for name in _OUTSIDE):
        yield
        return
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    yield


def _guarded(connect: Any) -> Any:
    def connect_here_only(self: socket.socket, address: Any) -> Any:
        assert _is_here(self, address), f"a test tried to leave this machine: {address}"
        return connect(self, address)

    return connect_here_only


def _is_here(opened: socket.socket, address: Any) -> bool:
    if opened.family not in {socket.AF_INET, socket.AF_INET6}:
        return True
    host = address[0]
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def pytest_configure(config: pytest.Config) -> None:
    """Listen from the start (tests/collected_calls.py); tell of engines and spec at the end."""
    calls = CollectedCalls()
    calls.start()
    config.pluginmanager.register(calls, "collected-calls")
    config.add_cleanup(calls.stop)
    config.pluginmanager.register(EnginesTold(), "engines-told")
    config.pluginmanager.register(SpecTold(), "spec-told")
