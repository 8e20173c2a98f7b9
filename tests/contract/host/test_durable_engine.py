"""The same app on the published extension's own engine, behind the same seam."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from devhost.azurite import Azurite
from devhost.testing import HostProcess
from tests.contract.host.conftest import SAMPLE_APP, Sample, eventually

ENGINE = os.environ.get("DURABLE_ENGINE", "")
pytestmark = [
    pytest.mark.durable_engine,
    pytest.mark.skipif(not ENGINE, reason="DURABLE_ENGINE does not name the executable"),
]


@pytest.fixture(scope="module")
def on_engine(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    folder = tmp_path_factory.mktemp("on-engine")
    environ = {
        "AzureWebJobsStorage": azurite.connection_string,
        "SAMPLE_NOTES": str(folder / "notes.jsonl"),
    }
    host = HostProcess(SAMPLE_APP, folder / "state", environ=environ, engine=ENGINE)
    with host:
        yield Sample(host, folder / "notes.jsonl", azurite.connection_string)


def test_an_orchestration_started_by_http_completes_on_it(on_engine: Sample) -> None:
    started = on_engine.call("POST", "/api/orders/hello?id=e1", '{"name": "Ann"}')
    assert started.status == 202
    assert started.json["statusQueryGetUri"].startswith(on_engine.host.url + "/runtime/")
    eventually(lambda: on_engine.status_of("e1") == "Completed", within_s=40)
    assert on_engine.call("GET", "/api/orders/e1").json["output"] == {"said": "Hello Ann"}


def test_its_webhooks_are_passed_on_with_our_origin(on_engine: Sample) -> None:
    path = "/runtime/webhooks/durabletask/"
    key = "?code=system-key"
    started = on_engine.call("POST", f"{path}orchestrators/waits/e2{key}")
    assert started.status == 202
    assert started.json["statusQueryGetUri"].startswith(on_engine.host.url + path)
    eventually(lambda: on_engine.status_of("e2") == "Running", within_s=40)
    json_type = {"Content-Type": "application/json"}
    event = f"{path}instances/e2/raiseEvent/Go{key}"
    assert on_engine.call("POST", event, '{"a": 1}', **json_type).status == 202
    eventually(lambda: on_engine.status_of("e2") == "Completed", within_s=40)
    assert Path(on_engine.host.log_path).exists()


def test_its_log_and_its_process_id_are_in_the_state_folder(on_engine: Sample) -> None:
    state = on_engine.host.log_path.parent
    assert "READY" in (state / "engine.log").read_text()
    command = Path(f"/proc/{on_engine.host.engine_pid}/cmdline").read_text()
    assert command.startswith(ENGINE)


def test_an_activity_may_have_a_durable_client_on_it(on_engine: Sample) -> None:
    started = on_engine.call("POST", "/api/orders/starts_other?id=starter-1", '"other-1"')
    assert started.status == 202
    eventually(lambda: on_engine.status_of("starter-1") == "Completed", within_s=40)
    output = on_engine.call("GET", "/api/orders/starter-1").json["output"]
    assert output == {"before": False, "after": True}
    eventually(lambda: on_engine.status_of("other-1") == "Running", within_s=40)
