"""The contract that the Azure CLI is held to can fail: a stand-in for it goes wrong in all ways."""

from pathlib import Path

import pytest

from devhost.clock import VirtualClock
from simulated_azure.simulator import Simulator
from simulated_azure.wire import Request
from tools.az_contract import reading, restoring
from tools.az_contract.__main__ import main
from tools.az_contract.az import Az, not_served
from tools.az_contract.expected import has_status, named

STAND_IN = """#!/bin/sh
case "$1" in
    list) echo '[{"name": "a"}, {"name": "b"}]' ;;
    job) echo '{"properties": {"status": "Failed"}}' ;;
    quiet) ;;
    *) echo "ERROR: (SomeCode) Sorry." >&2; exit 3 ;;
esac
"""


@pytest.fixture
def az(tmp_path: Path) -> Az:
    program = tmp_path / "az"
    program.write_text(STAND_IN)
    program.chmod(0o755)
    return Az(program, "https://localhost", {"PATH": "/bin:/usr/bin"}, Simulator(VirtualClock()))


def test_what_was_expected_passes(az: Az) -> None:
    assert len(az("all", "list", holds=named("a", "b"))) == 2
    az("nothing", "quiet", holds=lambda found: found is None)
    az("a refusal", "remove", says="SomeCode")
    assert [step.fault for step in az.steps] == ["", "", ""]


@pytest.mark.parametrize(
    ("command", "holds", "says", "fault"),
    [
        ("list", named("c"), "", "not what was expected"),
        ("job", has_status("Completed"), "", "not what was expected"),
        ("job", named("a"), "", "TypeError"),
        ("quiet", bool, "", "not what was expected: null"),
        ("remove", bool, "", "exit code 3"),
        ("remove", bool, "OtherCode", "must fail and say 'OtherCode'"),
        ("list", bool, "SomeCode", "must fail and say 'SomeCode'"),
    ],
)
def test_anything_else_is_a_fault(
    az: Az, command: str, holds: object, says: str, fault: str
) -> None:
    assert callable(holds)
    az("a step", command, holds=holds, says=says)
    assert fault in az.steps[0].fault


def test_a_path_that_no_route_serves_is_named(az: Az) -> None:
    url = "https://localhost/subscriptions/1/providers/Microsoft.Nothing/things?api-version=2024"
    for _ in range(2):
        az.simulator.answer(Request("GET", url, {"Authorization": "Bearer any"}))
    assert not_served(az.simulator) == ["GET /subscriptions/1/providers/Microsoft.Nothing/things"]


def test_a_contract_with_faults_ends_with_1_and_says_which(
    az: Az, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def one_step(each: Az) -> None:
        each("a step", "remove")

    monkeypatch.setattr(reading, "run", one_step)
    monkeypatch.setattr(restoring, "run", lambda _: None)
    assert main(str(az.program)) == 1
    told = capsys.readouterr().out
    assert "FAILED  a step" in told
    assert "az remove\n  exit code 3: ERROR: (SomeCode) Sorry." in told
    assert "0 of 1 steps passed" in told
