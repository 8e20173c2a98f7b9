"""A simulated Azure that is stopped and started again goes on where it was."""

from datetime import timedelta
from pathlib import Path

import pytest

from devhost.clock import VirtualClock
from simulated_azure import names, seed
from simulated_azure.server import ThreadedVaultServer
from simulated_azure.simulator import Simulator
from simulated_azure.state_file import StateFile
from simulated_azure.transport import InProcess
from tests.contract.simulated_azure.caller import Caller, document, send_over_http

BASE = "https://management.azure.com"


@pytest.fixture
def file(tmp_path: Path) -> StateFile:
    return StateFile(tmp_path / "new" / "vault.json")


def _caller(clock: VirtualClock) -> Caller:
    simulator = Simulator(clock, seed=None)
    return Caller(InProcess(simulator), BASE, simulator, clock)


def _again(file: StateFile, clock: VirtualClock) -> Caller:
    caller = _caller(clock)
    assert file.load(caller.simulator)
    return caller


def test_without_a_file_nothing_changes(file: StateFile) -> None:
    caller = _caller(VirtualClock())
    before = caller.simulator.state
    assert not file.load(caller.simulator)
    assert caller.simulator.state is before


def test_a_running_job_goes_on_and_its_poll_urls_stay_good(file: StateFile) -> None:
    clock = VirtualClock()
    before = _caller(clock)
    url = before.restore(before.alternate_body()).headers["Azure-AsyncOperation"]
    file.save(before.simulator)
    clock.advance(600)
    after = _again(file, clock)
    status = document(after.get(url))
    job = f"{seed.VAULT_ID}/backupJobs/{status['properties']['jobId']}"
    assert after.job(job)["status"] == "InProgress"
    clock.advance(900)
    assert after.job(job)["status"] == "Completed"
    assert after.get(seed.target_vm_id("web-01-new")).status == 200


def test_a_job_that_ended_meanwhile_has_had_its_effects_once(file: StateFile) -> None:
    clock = VirtualClock()
    before = _caller(clock)
    before.start(before.disks_body())
    file.save(before.simulator)
    clock.advance(86400)
    for _ in range(2):
        after = _again(file, clock)
        after.points()
        file.save(after.simulator)
    assert len(after.simulator.state.restored_disks[names.key(seed.TARGET_GROUP)]) == 3


def test_the_server_tells_of_what_may_have_changed_the_state_and_of_nothing_else(
    file: StateFile,
) -> None:
    clock = VirtualClock()
    caller = _caller(clock)
    saved = []
    with ThreadedVaultServer(caller.simulator, changed=lambda: saved.append(1)) as url:
        over_http = Caller(send_over_http, url, caller.simulator, clock)
        body = over_http.disks_body()
        assert saved == []
        over_http.control("POST", "/faults", [{"kind": "drop_after", "times": 1}])
        with pytest.raises(OSError):
            over_http.restore(body)
        assert len(saved) == 2
        assert len(caller.simulator.state.job_records) == 1


@pytest.mark.parametrize("content", ["", "{}", '{"secret": "", "state": {"colour": 1}}'])
def test_a_file_that_is_no_state_is_refused(file: StateFile, content: str) -> None:
    file.path.parent.mkdir()
    file.path.write_text(content)
    with pytest.raises(ValueError):
        file.load(_caller(VirtualClock()).simulator)


def test_daily_backups_are_made_up_for(file: StateFile) -> None:
    clock = VirtualClock()
    file.save(_caller(clock).simulator)
    clock.advance(timedelta(days=10).total_seconds())
    after = _again(file, clock)
    points = after.points("web-02")
    assert len(points) == 13
    times = [point["properties"]["recoveryPointTime"] for point in points]
    assert times == sorted(times, reverse=True)
    assert times[0].startswith("2030-01-10T18:00")
    assert len({point["name"] for point in points}) == 13
    tiers = [
        {tier["type"]: tier["status"] for tier in point["properties"]["recoveryPointTierDetails"]}
        for point in points
    ]
    assert tiers[0] == {"InstantRP": "Valid", "HardenedRP": "Valid"}
    assert tiers[9] == {"InstantRP": "Deleted", "HardenedRP": "Valid"}
    for stopped, count in (("deleted-01", 3), ("stopped-01", 3), ("sd-01", 3)):
        assert len(after.points(stopped)) == count


def test_no_more_than_a_month_is_made_up_for_and_the_newest_of_it(file: StateFile) -> None:
    clock = VirtualClock()
    file.save(_caller(clock).simulator)
    clock.advance(timedelta(days=400).total_seconds())
    points = _again(file, clock).points("web-02")
    assert len(points) == 33
    assert points[0]["properties"]["recoveryPointTime"].startswith("2031-02-04T18:00")
