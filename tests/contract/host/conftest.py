"""Azurite and the sample app's host; what needs them is skipped with the reason without Node."""

import itertools
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.queue import QueueClient

from devhost.azurite import Azurite
from devhost.starting import BadStart
from devhost.testing import HostProcess

SAMPLE_APP = Path(__file__).parents[2] / "data" / "apps" / "sample"
_T = TypeVar("_T")


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    emulator = Azurite()
    try:
        emulator.start()
    except BadStart as error:
        pytest.skip(str(error))
    yield emulator
    emulator.stop()


@dataclass(frozen=True)
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Sample:
    """The sample app as its callers see it."""

    host: HostProcess
    notes_path: Path
    connection: str
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def call(self, method: str, path: str, body: str = "", **headers: str) -> Reply:
        request = urllib.request.Request(
            self.host.url + path, method=method, data=body.encode(), headers=headers
        )
        try:
            answer = urllib.request.urlopen(request, timeout=10)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Reply(answer.status, answer.headers.items(), answer.read().decode())

    def notes(self) -> list[dict[str, Any]]:
        """What the functions wrote down, one line per run."""
        if not self.notes_path.exists():
            return []
        return [json.loads(line) for line in self.notes_path.read_text().splitlines()]

    def runs_of(self, work_id: str) -> list[dict[str, Any]]:
        return [n for n in self.notes() if n.get("work", {}).get("id") == work_id]

    def status_of(self, instance_id: str) -> str | None:
        reply = self.call("GET", f"/api/orders/{instance_id}")
        return reply.json["runtimeStatus"] if reply.status == 200 else None


@pytest.fixture(scope="module")
def sample(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    folder = tmp_path_factory.mktemp("sample")
    make_queue(azurite.connection_string)
    environ = {
        "AzureWebJobsStorage": azurite.connection_string,
        "SAMPLE_NOTES": str(folder / "notes.jsonl"),
    }
    with HostProcess(SAMPLE_APP, folder / "state", environ=environ) as host:
        yield Sample(host, folder / "notes.jsonl", azurite.connection_string)


def make_queue(connection: str, name: str = "sample-work") -> None:
    """A queue, by default the sample's, empty: what another file's tests left is none of ours."""
    with QueueClient.from_connection_string(connection, name) as client:
        try:
            client.create_queue()
        except ResourceExistsError:
            client.clear_messages()


def eventually(look: Callable[[], _T], within_s: float = 15.0) -> _T:
    """Look until something true is seen; fails with the last sight."""
    give_up = time.monotonic() + within_s
    while not (seen := look()):
        assert time.monotonic() < give_up, f"not seen within {within_s} s; last: {seen!r}"
        time.sleep(0.05)
    return seen
