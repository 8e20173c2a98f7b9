"""How orchestrations end is in the log: once each, however often they are replayed."""

from collections import Counter

import pytest

from restore.messages.poll_policy import PollPolicy
from tests.end_to_end.harness import request_for
from tests.fakes import log
from tests.fakes.app_harness import AppHarness


def endings(caplog: pytest.LogCaptureFixture) -> Counter[tuple[str, str]]:
    """Count the lines that say how an orchestration ended, by its instance and its ending."""
    return Counter((line["instanceId"], line["ending"]) for line in log.lines(caplog, "ended"))


def test_each_orchestration_says_once_how_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    log.listen(caplog)
    with AppHarness().open() as harness:
        harness.ask(request_for("RestoreDisks", "r1"), PollPolicy(polls_per_generation=5))
        harness.run_for(3 * 3600)
        assert harness.verdict("r1").verdict == "Completed"
    told = endings(caplog)
    assert told["restore-r1", "Completed"] == 1
    assert told["restore-r1~watch", "done"] == 1
    assert told["restore-r1~watch", "continues-as-new"] > 1
    assert len(told) == 3


def test_a_refused_one_says_so(caplog: pytest.LogCaptureFixture) -> None:
    log.listen(caplog)
    with AppHarness().open() as harness:
        fields = request_for("RestoreDisks", "r1")
        harness.ask(fields | {"sourceResourceId": fields["sourceResourceId"] + "-unknown"})
        harness.run_for(60)
    assert endings(caplog)["restore-r1", "Rejected"] == 1
