"""An orchestration tells the log what it shows, once: not when it is replayed."""

import pytest

from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.log import lines, listen
from tests.unit.orchestrators.journal import plant

PHASES = ["Accepted", "FindingItem", "ChoosingPoint", "Triggering", "Starting", "Transferring"]


def test_each_phase_is_told_once_however_often_it_is_replayed(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    assert [line["phase"] for line in lines(caplog, "phase")] == [*PHASES, "Completed"]


def test_a_poll_that_saw_the_same_is_not_told(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    polls = [(line.get("status"), line.get("percent")) for line in lines(caplog, "poll")]
    generations = len(lines(caplog, "ended"))  # the first poll of each is told
    assert len(polls) - len(set(polls)) < generations < len(polls)
    assert polls[-1] == ("Completed", 100)
    polled = [call for call in harness.calls() if "/backupJobs/" in call["path"]]
    assert len(polls) < len(polled)
    assert {line["job"] for line in lines(caplog, "poll")} == {harness.verdict("r1").job_id}


def test_a_step_that_is_repeated_says_the_how_many_th_try_it_is_also_in_the_child_that_waits(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    plant(harness, "status", {"path": "backupProtectedItems"}, status=503, times=30)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(7200)
    tries = lines(caplog, "retry-later")
    assert [line["attempt"] for line in tries] == list(range(1, len(tries) + 1))
    assert len(tries) > 1
    assert {(line["requestId"], line["phase"]) for line in tries} == {("r1", "FindingItem")}
    (waiting,) = lines(caplog, "waiting")
    assert (waiting["code"], waiting["attempt"]) == ("ServiceUnavailable", 1)
