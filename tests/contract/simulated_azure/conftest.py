"""The same simulated Azure in process and over HTTP, always with a virtual clock.

All that it answers is held to the models of Microsoft's library (held.py).
"""

from collections.abc import Iterator

import pytest

from devhost.clock import VirtualClock
from simulated_azure.server import ThreadedVaultServer
from simulated_azure.simulator import Simulator
from simulated_azure.transport import InProcess
from tests.contract.simulated_azure.caller import Caller, send_over_http
from tests.contract.simulated_azure.held import Held


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(VirtualClock())


@pytest.fixture(params=["in process", "over http"])
def azure(request: pytest.FixtureRequest, simulator: Simulator) -> Iterator[Caller]:
    clock = simulator.clock
    assert isinstance(clock, VirtualClock)
    if request.param == "in process":
        send = Held(InProcess(simulator), simulator)
        yield Caller(send, "https://management.azure.com", simulator, clock)
        return
    with ThreadedVaultServer(simulator) as url:
        yield Caller(Held(send_over_http, simulator), url, simulator, clock)
