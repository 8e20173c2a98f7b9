"""kill -9 while restores are in flight: every verdict comes, and each restore was sent once."""

import uuid
from pathlib import Path

from devhost.azurite import Azurite
from tests.end_to_end.conftest import on_devhost
from tests.end_to_end.stage import request_for

COUNT = 20
NAMES = ("web-01", "web-02", "db-01", "stopped-01")


def test_a_killed_host_finishes_every_restore_it_had_begun(
    azurite: Azurite, tmp_path: Path
) -> None:
    with on_devhost(azurite, tmp_path) as (stage, host):
        stage.vault("PUT", "state", {"jobs": {"duration_s": 20}})
        mark = uuid.uuid4().hex[:6]
        ids = [f"crash-{mark}-{number}" for number in range(COUNT)]
        for number, request_id in enumerate(ids):
            stage.send(request_for("RestoreDisks", request_id, name=NAMES[number % len(NAMES)]))
        stage.until(lambda: len(stage.posts()) >= 2 or None, 60, "the first restores")
        host.restart()
        stage.until(lambda: len(stage.posts()) >= 10 or None, 120, "half of the restores")
        host.restart()
        verdicts = [stage.finished(request_id, 300)["verdict"] for request_id in ids]
        assert verdicts == ["Completed"] * COUNT
        assert len(stage.posts()) == COUNT
