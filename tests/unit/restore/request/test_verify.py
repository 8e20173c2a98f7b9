"""What a request may ask to be looked at when Azure's job is done."""

from typing import Any

import pytest

from restore.messages.request import probe_of
from restore.messages.verification import Verify
from tests.unit.restore.samples import DISKS, NEW_VM, REPLACE, parsed, problems_of


@pytest.mark.parametrize("fields", [NEW_VM, REPLACE])
def test_a_vm_can_be_verified_with_or_without_a_probe(fields: dict[str, Any]) -> None:
    assert parsed(fields | {"verify": {}}).verify == Verify()
    asked = {"agent": False, "probe": " https://10.2.0.4/health ", "probeWithin": "PT1H"}
    request = parsed(fields | {"verify": asked})
    assert probe_of(request) == "https://10.2.0.4/health"
    assert request.verify.checks == (("VmRunning", 600.0), ("ProbeAnswered", 3600.0))


def test_disks_cannot_be_verified() -> None:
    assert problems_of(DISKS | {"verify": {}}) == {
        "$.verify": "RestoreDisks creates disks and no VM; verify does not apply"
    }
    assert probe_of(parsed(DISKS)) is None


@pytest.mark.parametrize(
    "probe",
    [
        "10.2.0.4:22", "ftp://10.2.0.4/", "https://user:word@10.2.0.4/", "https://10.2.0.4/?key=x",
        "https://10.2.0.4/#part", "tcp://10.2.0.4", "tcp://10.2.0.4:22/path", "http://", "http:///a",
        "https://10.2.0.4/a b", "https://10.2.0.4/\r\nHost: x", "file:///etc/passwd", "",
        "https://h" + "o" * 500, "http://[::1", "http://-a/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_probe_is_refused(probe: str) -> None:
    assert list(problems_of(NEW_VM | {"verify": {"probe": probe}})) == ["$.verify.probe"]


def test_each_wrong_part_is_named_by_its_place() -> None:
    wrong = {"runningWithin": "PT1S", "agentWithin": "P1D", "agent": "yes", "probes": []}
    assert set(problems_of(NEW_VM | {"verify": wrong})) == {
        "$.verify.runningWithin",
        "$.verify.agentWithin",
        "$.verify.agent",
        "$.verify.probes",
    }
