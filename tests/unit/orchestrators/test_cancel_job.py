"""A wish to cancel is passed on until Azure has answered, or it is out of date."""

import json
from datetime import timedelta

import pytest

from restore.messages import names
from restore.messages.activity_io import Cancel
from restore.messages.poll_policy import PollPolicy
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import START, AppHarness
from tests.fakes.log import lines, listen
from tests.unit.orchestrators.journal import Journal, outcome, plant

CANCEL = {"path": "/cancel$"}


def order(hours: float = 24) -> Cancel:
    return Cancel(request_id="r1", poll_policy=PollPolicy(), until=START + timedelta(hours=hours))


def wished(harness: AppHarness) -> None:
    """A restore whose job runs, and which somebody wants cancelled."""
    harness.ask(request_for("AlternateLocation", "r1"))
    harness.run_for(120)
    harness.ledger.cancel("r1")


def test_azure_is_asked_once_when_it_answers(harness: AppHarness, journal: Journal) -> None:
    wished(harness)
    assert outcome(harness, names.CANCEL_JOB, order(), 30).kind == "done"
    assert journal.calls.count(names.CANCEL_RESTORE) == 1
    cancels = [call for call in harness.calls() if call["path"].endswith("/cancel")]
    assert len(cancels) == 1


def test_azure_that_does_not_answer_is_asked_again_after_longer_and_longer_waits(
    harness: AppHarness, journal: Journal
) -> None:
    wished(harness)
    plant(harness, "status", CANCEL, status=503, times=8)
    before = len(journal.timers)
    text_of_tries = outcome(harness, names.CANCEL_JOB, order(), 900)
    assert text_of_tries.kind == "done"
    assert journal.calls.count(names.CANCEL_RESTORE) > 2
    assert len(journal.timers) > before


def test_after_ten_tries_it_continues_as_new_and_goes_on(
    harness: AppHarness, journal: Journal
) -> None:
    wished(harness)
    plant(harness, "status", CANCEL, status=503, times=None)
    made = outcome(harness, names.CANCEL_JOB, order(hours=3), 4 * 3600)
    assert made.kind == "done", "its job came to its end meanwhile"
    assert journal.calls.count(names.CANCEL_RESTORE) > PollPolicy().polls_per_generation


def test_a_wish_that_is_out_of_date_is_passed_on_once_more_and_no_more(
    harness: AppHarness, journal: Journal
) -> None:
    wished(harness)
    plant(harness, "status", CANCEL, status=503, times=None)
    made = outcome(harness, names.CANCEL_JOB, order(hours=0), 60)
    assert made.kind == "retryLater"
    assert journal.calls.count(names.CANCEL_RESTORE) == 1


def test_each_try_is_numbered_and_waits_longer(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    wished(harness)
    plant(harness, "status", CANCEL, status=503, times=None)
    listen(caplog)
    text = json.dumps(json.dumps(order().as_json()))
    harness.driver.client.start_new(names.CANCEL_JOB, text, "it")
    harness.run_for(60)
    tries = [line for line in lines(caplog, "retry-later") if line["instanceId"] == "it"]
    assert [line["attempt"] for line in tries] == [1, 2, 3, 4]
    row = harness.driver.client.get("it")
    assert row is not None
    assert row.runtime_status == "Running"
