"""kill -9 of the durable-engine, of the host, and of both: nothing is lost, nobody is left over."""

import base64
import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.queue import QueueClient

from devhost.azurite import Azurite
from devhost.testing import HostProcess
from tests.contract.host.conftest import SAMPLE_APP, Reply, Sample, eventually, make_queue
from tests.contract.host.test_bad_starts import start

ENGINE = os.environ.get("DURABLE_ENGINE", "")
HUB = "Mortal"
EVENT = {"Content-Type": "application/json"}
pytestmark = [
    pytest.mark.durable_engine,
    pytest.mark.skipif(not ENGINE, reason="DURABLE_ENGINE does not name the executable"),
]


@pytest.fixture(scope="module")
def mortal(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    folder = tmp_path_factory.mktemp("mortal")
    make_queue(azurite.connection_string)
    environ = {
        "AzureWebJobsStorage": azurite.connection_string,
        "SAMPLE_NOTES": str(folder / "notes.jsonl"),
    }
    with HostProcess(SAMPLE_APP, folder / "state", environ=environ, engine=ENGINE, hub=HUB) as host:
        yield Sample(host, folder / "notes.jsonl", azurite.connection_string)


def kill_engine(sample: Sample) -> int:
    pid = sample.host.engine_pid
    os.kill(pid, signal.SIGKILL)
    return pid


def is_gone(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def wait_for_it(sample: Sample, instance_id: str) -> None:
    assert sample.call("POST", f"/api/orders/waits?id={instance_id}").status == 202
    eventually(lambda: sample.status_of(instance_id) == "Running", within_s=40)


def raise_go(sample: Sample, instance_id: str) -> Reply:
    path = f"/runtime/webhooks/durabletask/instances/{instance_id}/raiseEvent/Go?code=system-key"
    return sample.call("POST", path, '"on"', **EVENT)


def test_while_it_is_down_callers_are_told_to_come_again(mortal: Sample) -> None:
    wait_for_it(mortal, "d1")
    pid = kill_engine(mortal)

    def refusal() -> Reply | None:
        reply = mortal.call("GET", "/api/orders/d1")
        return reply if reply.status == 503 else None

    down = eventually(refusal, within_s=2.0)
    assert down is not None
    assert ("Retry-After", "5") in down.headers
    assert down.body == "The durable-engine has died (signal 9) and is being started again."
    assert raise_go(mortal, "d1").status == 503
    assert mortal.call("GET", "/admin/host/status").json["state"] == "Error"
    eventually(lambda: mortal.call("GET", "/api/orders/d1").status == 200, within_s=20)
    assert mortal.host.engine_pid != pid


def test_what_was_waiting_when_it_died_goes_on(mortal: Sample) -> None:
    wait_for_it(mortal, "w1")
    kill_engine(mortal)
    eventually(lambda: raise_go(mortal, "w1").status == 202, within_s=20)
    eventually(lambda: mortal.status_of("w1") == "Completed", within_s=90)


def test_links_given_out_after_the_restart_still_name_the_host_s_own_port(mortal: Sample) -> None:
    started = mortal.call("POST", "/api/orders/hello?id=l1", '{"name": "Ann"}')
    assert started.status == 202
    for link in started.json.values():
        assert not link.startswith("http") or link.startswith(mortal.host.url)


def test_queue_messages_that_come_while_it_dies_are_not_lost(mortal: Sample) -> None:
    """What the engine had in hand stays hidden for the 10 minutes of its trigger, as in Azure."""
    ids = [f"q{number}" for number in range(12)]
    killer = threading.Timer(0.5, kill_engine, (mortal,))
    killer.start()
    with QueueClient.from_connection_string(mortal.connection, "sample-work") as queue:
        for work_id in ids:
            text = json.dumps({"id": work_id, "name": work_id})
            queue.send_message(base64.b64encode(text.encode()).decode())
            time.sleep(0.1)
    killer.join()

    def only_hidden_ones_wait() -> bool:
        waiting = [one for one in ids if mortal.status_of(one) != "Completed"]
        with QueueClient.from_connection_string(mortal.connection, "sample-work") as queue:
            left = queue.get_queue_properties().approximate_message_count or 0
            return queue.peek_messages() == [] and len(waiting) <= left

    eventually(lambda: mortal.status_of(ids[-1]) == "Completed", within_s=120)
    eventually(only_hidden_ones_wait, within_s=120)


def test_no_engine_outlives_a_killed_host_and_the_next_one_takes_its_hub(mortal: Sample) -> None:
    wait_for_it(mortal, "h1")
    pid = mortal.host.engine_pid
    mortal.host.kill()
    eventually(lambda: is_gone(pid), within_s=3)
    mortal.host.start()
    assert raise_go(mortal, "h1").status == 202
    eventually(lambda: mortal.status_of("h1") == "Completed", within_s=90)


def test_both_killed_at_once(mortal: Sample) -> None:
    wait_for_it(mortal, "b1")
    kill_engine(mortal)
    mortal.host.restart()
    assert raise_go(mortal, "b1").status == 202
    eventually(lambda: mortal.status_of("b1") == "Completed", within_s=90)


def test_ctrl_c_ends_the_engine_too(mortal: Sample) -> None:
    pid = mortal.host.engine_pid
    begun = time.monotonic()
    assert mortal.host.stop() == 0
    assert time.monotonic() - begun < 3.0
    assert is_gone(pid)
    mortal.host.start()


def test_a_hub_with_another_app_s_unfinished_work_is_refused(
    mortal: Sample, tmp_path: Path
) -> None:
    wait_for_it(mortal, "left-over")
    other = tmp_path / "other"
    other.mkdir()
    (other / "function_app.py").write_text(
        "import azure.durable_functions as df\n"
        "import azure.functions as func\n"
        "app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)\n"
        "@app.orchestration_trigger(context_name='context')\n"
        "def stranger(context: df.DurableOrchestrationContext):\n"
        "    yield context.wait_for_external_event('Never')\n"
    )
    arguments = ("run", str(other), "--port", "0", "--state", str(tmp_path / "state"))
    code, said = start(
        *arguments, "--engine", ENGINE, "--hub", HUB, AzureWebJobsStorage=mortal.connection
    )
    assert code == 2
    assert re.search(
        rf"^The hub {HUB} holds .* of another app \((\w+, )*waits(, \w+)*\), which would fail "
        "here: give this app a hub of its own with --hub NAME, or start Azurite afresh without",
        said.splitlines()[-1],
    )
    environ = {"AzureWebJobsStorage": mortal.connection}
    with HostProcess(
        other, tmp_path / "state", environ=environ, engine=ENGINE, hub="Stranger"
    ) as host:
        assert f"(hub Stranger, log {tmp_path}/state/engine.log)" in host.log()
    assert mortal.status_of("left-over") == "Running"


def test_an_engine_that_does_not_come_back_ends_the_host_with_the_reason(
    azurite: Azurite, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    script = tmp_path / "durable-engine"
    script.write_text(
        f'#!/bin/sh\ntest -e {broken} && echo "no disk" && exit 3\nexec {ENGINE} "$@"\n'
    )
    script.chmod(0o755)
    environ = {"AzureWebJobsStorage": azurite.connection_string}
    host = HostProcess(
        SAMPLE_APP, tmp_path / "state", environ=environ, engine=str(script), hub="Doomed"
    )
    with host:
        broken.touch()
        os.kill(host.engine_pid, signal.SIGKILL)
        assert host.wait(within_s=30) == 1
    assert (
        f"devhost ends: {script} died and did not start again in 5 attempts. "
        "It ended (code 3): no disk." in host.log()
    )
