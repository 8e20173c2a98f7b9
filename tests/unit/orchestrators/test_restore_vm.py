"""One restore from request to verdict: its steps in order, what each shows, how it ends."""

import json
from typing import Any

import pytest

from activities import close_restore
from devhost.engine import purge
from restore.messages import names
from restore.messages.activity_io import RESTORE_VERSION, Restore
from restore.messages.errors import ServiceUnavailable
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.poll_policy import PollPolicy
from restore.messages.request import RestoreRequest
from restore.progress import job_watch
from restore.result import conclude
from restore.values.decoding import decode
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.log import lines
from tests.unit.orchestrators.journal import Journal, plant

HOUR, DAY = 3600.0, 86400.0
ID = "restore-r1"
POST = {"method": "POST", "path": "/restore$"}


def entry(harness: AppHarness) -> LedgerEntry:
    held = harness.ledger.read("r1")
    assert held is not None
    return held.entry


def output(harness: AppHarness) -> Any:
    row = harness.driver.client.get(ID)
    assert row is not None
    assert row.runtime_status == "Completed", row
    return json.loads(row.output_text or "null")


def test_a_restore_takes_its_steps_in_order_and_shows_each(
    harness: AppHarness, journal: Journal
) -> None:
    harness.ask(request_for("AlternateLocation", "r1"))
    harness.run_for(HOUR)
    steps = list(dict.fromkeys(journal.calls))
    assert steps == [
        names.OPEN_RESTORE, names.FIND_PROTECTED_ITEM, names.FIND_RECOVERY_POINT,
        names.AUTHORIZE_RESTORE, names.TRIGGER_RESTORE, names.READ_OPERATION, names.READ_JOB,
        names.CLOSE_RESTORE,
    ]  # fmt: skip
    for once in {*steps} - {names.READ_OPERATION, names.READ_JOB}:
        assert journal.calls.count(once) == 1
    assert journal.phases(names.RESTORE_VM) == [
        "Accepted", "FindingItem", "ChoosingPoint", "Triggering", "Starting", "Completed",
    ]  # fmt: skip
    assert output(harness) == harness.verdict("r1").as_json()
    assert (entry(harness).work_is_over, entry(harness).has_data) == (True, None)


def test_the_status_at_the_end_says_which_point_of_which_item_was_restored(
    harness: AppHarness,
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(HOUR)
    shown, known = harness.status(ID), entry(harness)
    assert known.item is not None
    assert known.choice is not None
    assert (shown["phase"], shown["protectedItem"]) == ("Completed", known.item.name)
    assert shown["recoveryPoint"]["id"] == known.choice.point.name


def test_a_request_that_has_its_verdict_gets_it_again_and_nothing_is_done(
    harness: AppHarness, journal: Journal
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(HOUR)
    first, calls = output(harness), len(harness.calls())
    purge.purge(harness.driver.client, ID)
    journal.calls.clear()
    start_again(harness)
    harness.run_for(HOUR)
    assert output(harness) == first
    assert harness.status(ID)["phase"] == "Completed"
    assert journal.calls == [names.OPEN_RESTORE]
    assert len(harness.calls()) == calls


def start_again(harness: AppHarness) -> None:
    order = Restore(
        request=decode(entry(harness).request, RestoreRequest),
        poll_policy=PollPolicy(),
        source="queue",
        version=RESTORE_VERSION,
        revival=1,
    )
    text = json.dumps(json.dumps(order.as_json()))
    harness.driver.client.start_new(names.RESTORE_VM, text, ID)


def test_one_that_was_followed_before_goes_on_from_where_the_ledger_says(
    harness: AppHarness, journal: Journal
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    job_id = entry(harness).job_id
    harness.purge()
    journal.calls.clear()
    start_again(harness)
    harness.run_for(HOUR)
    assert list(dict.fromkeys(journal.calls)) == [
        names.OPEN_RESTORE, names.READ_JOB, names.CLOSE_RESTORE,
    ]  # fmt: skip
    assert harness.verdict("r1").job_id == job_id
    assert len(harness.posts()) == 1


def test_a_vm_that_nobody_protects_ends_the_restore_before_a_point_is_looked_for(
    harness: AppHarness, journal: Journal
) -> None:
    harness.ask(request_for("RestoreDisks", "r1", name="nobody-knows"))
    harness.run_for(HOUR)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "Rejected"
    assert not verdict.succeeded
    assert names.FIND_RECOVERY_POINT not in journal.calls
    assert names.TRIGGER_RESTORE not in journal.calls
    assert (entry(harness).item, entry(harness).choice) == (None, None)
    assert harness.status(ID)["phase"] == "Rejected"


def test_what_refuses_the_restore_leaves_item_and_choice_in_the_ledger(
    harness: AppHarness,
) -> None:
    plant(harness, "status", POST, status=400, code="BMSUserErrorInvalidInput")
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(HOUR)
    known = entry(harness)
    assert harness.verdict("r1").verdict == "Rejected"
    assert known.item is not None
    assert known.choice is not None
    assert harness.sent("finished")[0]["recoveryPoint"]["id"] == known.choice.point.name


def test_a_bug_of_ours_closes_the_restore_and_names_its_kind_only(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("our insides")

    monkeypatch.setattr(conclude, "of_watched", broken)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(2 * HOUR)
    verdict = harness.verdict("r1")
    assert verdict.error is not None
    assert verdict.error.code == "ActivityFailed"
    assert "(KeyError)" in verdict.text
    assert "our insides" not in verdict.text
    assert verdict.job_id == entry(harness).job_id
    (fault,) = lines(caplog, "fault")
    assert (fault["instanceId"], fault["exception"]) == (ID, "KeyError")
    assert "orchestrators/restore_vm.py" in fault["place"]


def storage_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(order: Any) -> None:
        raise ServiceUnavailable("No answer.", code="ServerBusy", retry_after_s=3600)

    monkeypatch.setattr(close_restore, "_close", unavailable)


@pytest.mark.parametrize(("days", "is_over"), [(6.9, False), (7.2, True)])
def test_a_verdict_is_tried_to_be_written_for_a_week(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch, days: float, is_over: bool
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    storage_fails(monkeypatch)
    harness.run_for(days * DAY)
    row = harness.driver.client.get(ID)
    assert row is not None
    assert (row.runtime_status == "Completed") == is_over
    assert entry(harness).verdict is None
    if is_over:  # what the job came to is said all the same
        assert output(harness)["verdict"] == "Completed"
        assert harness.status(ID)["phase"] == "Completed"


def test_a_failure_whose_verdict_cannot_be_written_is_said_all_the_same(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage_fails(monkeypatch)
    harness.ask(request_for("RestoreDisks", "r1", name="nobody-knows"))
    harness.run_for(8 * DAY)
    told = output(harness)
    assert not told["succeeded"]
    assert told["error"]["code"] != "DeadlinePassed"


def test_until_the_deadline_it_is_tried_and_the_deadline_runs_from_the_acceptance(
    harness: AppHarness,
) -> None:
    plant(harness, "status", POST, status=503, times=None)
    harness.ask(request_for("RestoreDisks", "r1", deadline="PT2H"))
    harness.run_for(2 * HOUR - 60)
    shown = harness.status(ID)
    assert shown["waiting"]["until"] == "2026-11-23T05:00:00Z"
    assert entry(harness).verdict is None
    harness.run_for(120)
    assert harness.verdict("r1").error is not None


def test_what_is_waited_for_is_shown_and_gone_when_it_is_over(
    harness: AppHarness, journal: Journal
) -> None:
    plant(harness, "status", {"path": "backupProtectedItems"}, status=503, times=9)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(HOUR)
    shown = journal.statuses[names.RESTORE_VM]
    waiting = [status for status in shown if status.get("waiting")]
    assert {status["phase"] for status in waiting} == {"FindingItem"}
    attempts = [status["waiting"]["attempt"] for status in waiting]
    assert attempts == sorted(set(attempts))
    assert attempts[0] == 1
    assert harness.verdict("r1").verdict == "Completed"
    assert harness.status(ID).get("waiting") is None


def test_a_follower_that_always_breaks_is_given_up_and_the_verdict_names_the_job(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("planted")

    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(120)
    monkeypatch.setattr(job_watch, "learn_job", broken)
    harness.run_for(DAY)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "Failed"
    assert "lost sight of" in verdict.text
    assert "watch_job failed with an unforeseen error" in verdict.text
    assert entry(harness).state is LedgerState.FINISHED
