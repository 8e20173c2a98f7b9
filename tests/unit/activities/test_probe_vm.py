"""A probe goes out only where the policy of that moment allows it, by name and by address."""

import socket
from typing import Any

import pytest

from activities import probe_vm
from probes import probing
from restore.messages.verification_io import ProbeVm
from restore.policy.rules import Probes
from tests.unit.restore.policy.policy_cases import only

URL = "https://web.corp.test/health"
PROBES = Probes(networks=("10.2.0.0/16",), ports=(443,), hosts=("web.corp.test",))


class Names:
    """A name service that leads to one address, and a machine that opens nothing."""

    def __init__(self, address: str) -> None:
        self.address, self.asked, self.opened = address, 0, list[str]()

    def addresses(self, host: str, port: int, timeout_s: float) -> list[str]:
        self.asked += 1
        return [self.address]

    def connect(self, address: str, port: int, timeout_s: float) -> socket.socket:
        self.opened.append(address)
        raise ConnectionRefusedError(111, "Connection refused")


def run(names: Names, url: str = URL, **rule: Any) -> str:
    order = ProbeVm(url=url, recovery_type="AlternateLocation")
    with probing.use(names):
        return probe_vm._probe(order, only(probes=PROBES, **rule)).code or ""


def test_an_allowed_name_is_probed_at_an_allowed_address() -> None:
    names = Names("10.2.0.4")
    assert run(names) == "ProbeFailed"
    assert names.opened == ["10.2.0.4"]


def test_an_allowed_name_that_leads_elsewhere_by_now_is_not_probed() -> None:
    names = Names("10.3.0.4")
    assert run(names) == "ProbeNotAllowed"
    assert names.opened == []


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://other.corp.test/", {}),
        ("https://web.corp.test:8443/", {}),
        (URL, {"recovery_types": ("OriginalLocation",)}),
    ],
)
def test_what_no_rule_allows_is_not_even_looked_up(url: str, rule: dict[str, Any]) -> None:
    names = Names("10.2.0.4")
    assert run(names, url, **rule) == "ProbeNotAllowed"
    assert names.asked == 0
