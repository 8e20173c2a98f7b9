"""What is looked at when Azure's job is done, and for how long."""

import pytest

from restore.messages.verification import Verify
from tests.unit.restore.samples import NEW_VM, parsed, problems_of


@pytest.mark.parametrize(
    ("verify", "checks"),
    [
        (Verify(), (("VmRunning", 600), ("AgentReady", 900))),
        (Verify(agent=False), (("VmRunning", 600),)),
        (
            Verify(probe="tcp://h:1", running_within="PT1M"),
            (("VmRunning", 60), ("AgentReady", 900), ("ProbeAnswered", 600)),
        ),
    ],
)
def test_checks_are_made_in_order_each_with_its_time(
    verify: Verify, checks: tuple[tuple[str, float], ...]
) -> None:
    assert verify.checks == checks


def test_the_address_of_a_probe_has_five_hundred_characters_at_most() -> None:
    longest = "https://10.2.0.4/".ljust(500, "a")
    asked = parsed(NEW_VM | {"verify": {"probe": longest}})
    assert asked.verify.probe == longest
    assert set(problems_of(NEW_VM | {"verify": {"probe": f"{longest}a"}})) == {"$.verify.probe"}
