"""Every orchestrator's end is logged once, with what it came to."""

import pytest

from restore.messages import names
from restore.messages.plan_io import ShowPoints
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.unit.orchestrators.journal import run


def test_a_restore_its_follower_and_a_look_at_points_say_how_they_ended(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "orchestrators.exits")
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    vm = request_for("RestoreDisks", "r1")["sourceResourceId"]
    run(harness, names.SHOW_RECOVERY_POINTS, ShowPoints(source_resource_id=vm), 60)
    for told in ("restore-r1 ends: Completed", "restore-r1~watch ends: done", "it ends: done"):
        assert caplog.messages.count(told) == 1, caplog.messages
