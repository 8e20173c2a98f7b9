"""How orchestrations end is in the log: once each, however often they are replayed."""

import logging
from collections import Counter

import pytest

from restore.messages.poll_policy import PollPolicy
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness


def lines(caplog: pytest.LogCaptureFixture) -> Counter[str]:
    return Counter(each.getMessage() for each in caplog.records if each.name.endswith("exits"))


def test_each_orchestration_says_once_how_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with AppHarness().open() as harness:
        harness.ask(request_for("RestoreDisks", "r1"), PollPolicy(polls_per_generation=5))
        harness.run_for(3 * 3600)
        assert harness.verdict("r1").verdict == "Completed"
    told = lines(caplog)
    assert told["restore-r1 ends: Completed"] == 1
    assert told["restore-r1~watch ends: done"] == 1
    assert told["restore-r1~watch continues as new"] > 1
    assert set(told) == {
        "restore-r1 ends: Completed",
        "restore-r1~watch ends: done",
        "restore-r1~watch continues as new",
    }


def test_a_refused_one_says_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with AppHarness().open() as harness:
        fields = request_for("RestoreDisks", "r1")
        harness.ask(fields | {"sourceResourceId": fields["sourceResourceId"] + "-unknown"})
        harness.run_for(60)
    assert lines(caplog)["restore-r1 ends: Rejected"] == 1
