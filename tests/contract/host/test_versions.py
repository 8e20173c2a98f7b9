"""Two builds on one task hub: the older leaves alone what the newer began, and does its own.

On the published extension, whose part this is; it is what host.json relies on.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from devhost.azurite import Azurite
from devhost.testing import HostProcess
from tests.contract.host.conftest import SAMPLE_APP, Sample, eventually, make_queue

ENGINE = os.environ.get("DURABLE_ENGINE", "")
ROOT = Path(__file__).parents[3]
Build = Callable[[str], AbstractContextManager[Sample]]
pytestmark = [
    pytest.mark.durable_engine,
    pytest.mark.skipif(not ENGINE, reason="DURABLE_ENGINE does not name the executable"),
]


@pytest.fixture
def build(azurite: Azurite, tmp_path: Path) -> Build:
    """Runs a build of a version, with the strategies of the app's own host.json."""
    shutil.copytree(SAMPLE_APP, tmp_path / "app")
    make_queue(azurite.connection_string)
    notes = tmp_path / "notes.jsonl"
    environ = {"AzureWebJobsStorage": azurite.connection_string, "SAMPLE_NOTES": str(notes)}

    @contextmanager
    def run(version: str) -> Iterator[Sample]:
        ours = json.loads((ROOT / "host.json").read_text())["extensions"]["durableTask"]
        path = tmp_path / "app" / "host.json"
        settings = json.loads(path.read_text())
        durable = settings.setdefault("extensions", {}).setdefault("durableTask", {})
        durable |= {name: each for name, each in ours.items() if name.startswith("version")}
        durable |= {"defaultVersion": version, "hubName": "versions"}
        path.write_text(json.dumps(settings))
        with HostProcess(
            tmp_path / "app", tmp_path / "state", environ=environ, engine=ENGINE
        ) as up:
            yield Sample(up, notes, azurite.connection_string)

    return run


def test_an_older_build_leaves_a_newer_ones_orchestration_to_it(build: Build) -> None:
    with build("1") as older:
        begin(older, "old")
    with build("2") as newer:
        go(newer, "old")
        ends(newer, "old")
        begin(newer, "new")
    with build("1") as older:
        go(older, "new")
        begin(older, "own")
        go(older, "own")
        ends(older, "own")
        assert older.status_of("new") == "Running"
    with build("2") as newer:
        ends(newer, "new")


def begin(sample: Sample, instance_id: str) -> None:
    assert sample.call("POST", f"/api/orders/waits?id={instance_id}").status == 202
    eventually(lambda: sample.status_of(instance_id) == "Running", within_s=60)


def go(sample: Sample, instance_id: str) -> None:
    event = f"/runtime/webhooks/durabletask/instances/{instance_id}/raiseEvent/Go?code=system-key"
    reply = sample.call("POST", event, "1", **{"Content-Type": "application/json"})
    assert reply.status == 202


def ends(sample: Sample, instance_id: str) -> None:
    eventually(lambda: sample.status_of(instance_id) == "Completed", within_s=90)
