"""A host that ends with a message in hand: killed, the message stays hidden; stopped, it does not.

Nobody waits here for a lease to end: it is read off the message's NextVisibleTime.
"""

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.storage.queue import QueueClient, QueueMessage

from devhost.azurite import Azurite
from devhost.testing import HostProcess
from tests.contract.queue_trigger.conftest import BOTH, EXECUTABLE
from tests.contract.queue_trigger.harness import LEASES_S, PUBLISHED

SAMPLE_APP = Path(__file__).parents[2] / "data" / "apps" / "sample"
WITHIN_S = 40.0


class Hosted:
    """The sample app in a process of its own, and the queue that it listens to."""

    def __init__(self, kind: str, host: HostProcess, notes: Path, queue: QueueClient) -> None:
        self.lease = timedelta(seconds=LEASES_S[kind])
        self.host, self.queue, self._notes = host, queue, notes

    def taken(self) -> dict[str, Any]:
        """What the function noted of a message that keeps it busy for a minute."""
        work = json.dumps({"id": "held", "slow_s": 60})
        self.queue.send_message(base64.b64encode(work.encode()).decode())
        note: dict[str, Any] = _eventually(self._calls)[0]
        return note

    @property
    def left(self) -> int:
        return int(self.queue.get_queue_properties().approximate_message_count or 0)

    def receive(self) -> list[QueueMessage]:
        return list(self.queue.receive_messages(visibility_timeout=60))

    def _calls(self) -> list[dict[str, Any]]:
        lines = self._notes.read_text().splitlines() if self._notes.exists() else []
        return [note for line in lines if "work" in (note := json.loads(line))]


@pytest.fixture(params=BOTH)
def hosted(request: pytest.FixtureRequest, azurite: Azurite, tmp_path: Path) -> Iterator[Hosted]:
    environ = {
        "AzureWebJobsStorage": azurite.connection_string,
        "SAMPLE_NOTES": str(tmp_path / "notes.jsonl"),
    }
    engine = EXECUTABLE if request.param == PUBLISHED else None
    with QueueClient.from_connection_string(azurite.connection_string, "sample-work") as queue:
        queue.create_queue()
        host = HostProcess(
            SAMPLE_APP, tmp_path / "state", environ=environ, engine=engine, hub="Hosted"
        )
        with host:
            yield Hosted(request.param, host, tmp_path / "notes.jsonl", queue)
        queue.delete_queue()


def test_a_killed_host_s_message_stays_in_the_queue_hidden_for_the_lease(hosted: Hosted) -> None:
    note = hosted.taken()
    taken = datetime.now(UTC)
    hosted.host.kill()
    assert hosted.left == 1
    assert hosted.receive() == []
    away = datetime.fromisoformat(note["hidden_until"]) - taken
    assert abs(away - hosted.lease) < timedelta(seconds=3)


def test_a_stopped_host_gives_its_message_back_with_one_attempt_spent(hosted: Hosted) -> None:
    hosted.taken()
    begun = time.monotonic()
    assert hosted.host.stop() == 0
    assert time.monotonic() - begun < 3.5
    (message,) = _eventually(hosted.receive)
    assert message.dequeue_count == 2


def _eventually(look: Callable[[], list[Any]]) -> list[Any]:
    give_up = time.monotonic() + WITHIN_S
    while not (seen := look()):
        assert time.monotonic() < give_up, "not seen in time"
        time.sleep(0.1)
    return seen
