"""Every orchestrator's end is logged once, with what it came to."""

import inspect
import json
from collections import Counter
from importlib import import_module

import pytest

from orchestrators import exits
from orchestrators.registration import ORCHESTRATORS
from restore.messages import names
from restore.messages.plan_io import ShowPoints
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.log import lines, listen
from tests.unit.orchestrators.journal import run


def test_a_restore_its_follower_and_a_look_at_points_say_how_they_ended(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    vm = request_for("RestoreDisks", "r1")["sourceResourceId"]
    run(harness, names.SHOW_RECOVERY_POINTS, ShowPoints(source_resource_id=vm), 60)
    told = Counter((line["instanceId"], line["ending"]) for line in lines(caplog, "ended"))
    assert told[("restore-r1", "Completed")] == 1
    assert told[("restore-r1~watch", "done")] == 1
    assert told[("it", "done")] == 1
    assert told[("restore-r1~watch", "continues-as-new")] >= 1
    assert {line["requestId"] for line in lines(caplog) if "r1" in line["instanceId"]} == {"r1"}


@pytest.mark.parametrize("name", ORCHESTRATORS)
def test_no_orchestrator_ends_without_a_line(name: str) -> None:
    orchestrator = getattr(import_module(f"orchestrators.{name}"), name)
    assert orchestrator.__name__ == name
    assert inspect.unwrap(orchestrator) is not orchestrator
    assert orchestrator.__code__ is exits.logged(orchestrator).__code__


def test_what_failed_and_what_broke_say_so_too(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    vm = request_for("RestoreDisks", "r1", name="nobody-knows")["sourceResourceId"]
    run(harness, names.SHOW_RECOVERY_POINTS, ShowPoints(source_resource_id=vm), 60)
    harness.driver.client.start_new(names.VERIFY_VM, json.dumps(json.dumps({"x": 1})), "odd")
    harness.run_for(10)
    told = [(line["instanceId"], line["ending"]) for line in lines(caplog, "ended")]
    assert told == [("it", "failed"), ("odd", "broken")]
    (fault,) = lines(caplog, "fault")
    assert (fault["instanceId"], fault["exception"]) == ("odd", "ValidationError")
