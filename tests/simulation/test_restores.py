"""The scenario of a restore, told by the shipped code on a virtual clock: what may come between."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from restore.messages import names
from restore.messages.ledger_entry import CancelAnswer, LedgerState
from simulated_azure.faults import Fault
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import START, AppHarness

KINDS = ("RestoreDisks", "OriginalLocation", "AlternateLocation")
HISTORY_MAX = 200


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as world:
        yield world


def fault(harness: AppHarness, **what: Any) -> None:
    harness.simulator.faults.add([msgspec.convert(what, Fault)])


def entry(harness: AppHarness, request_id: str = "r1") -> Any:
    held = harness.ledger.read(request_id)
    assert held is not None
    return held.entry


@pytest.mark.parametrize("kind", KINDS)
def test_each_recovery_type_is_completed_with_one_post(harness: AppHarness, kind: str) -> None:
    harness.ask(request_for(kind, "r1"))
    harness.run_for(3600)
    assert harness.verdict("r1").verdict == "Completed"
    assert len(harness.posts()) == 1
    assert [len(harness.sent(event)) for event in ("accepted", "started", "finished")] == [1] * 3


def test_a_whole_restore_needs_few_calls(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    before_the_job = [call for call in harness.calls() if "/backupJobs/" not in call["path"]]
    assert len(before_the_job) <= 8
    assert len(harness.calls()) <= 24  # a job of 25 minutes


def test_a_day_long_job_keeps_every_history_short(harness: AppHarness) -> None:
    harness.simulator.state.jobs.duration_s = 23.5 * 3600
    harness.ask(request_for("AlternateLocation", "r1"))
    longest = 0
    for _ in range(26 * 12):
        harness.run_for(300)
        for instance_id in ("restore-r1", names.watch_id("restore-r1")):
            longest = max(longest, len(harness.store.history(instance_id)))
    assert harness.verdict("r1").verdict == "Completed"
    assert longest <= HISTORY_MAX


def test_a_job_that_outlives_the_deadline_is_said_to_go_on(harness: AppHarness) -> None:
    harness.simulator.state.jobs.duration_s = 5 * 3600
    harness.ask(request_for("RestoreDisks", "r1", deadline="PT2H"))
    harness.run_for(2 * 3600 + 60)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "DeadlinePassed"
    assert verdict.job_id is not None
    assert "continues" in verdict.text


def test_a_lost_reply_is_settled_by_adopting_the_job_it_started(harness: AppHarness) -> None:
    fault(harness, match={"method": "POST", "path": "/restore$"}, times=1, kind="drop_after")
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    assert harness.verdict("r1").verdict == "Completed"
    assert len(harness.posts()) == 1
    assert harness.sent("started")[0]["adopted"]


def test_a_lost_reply_with_a_job_that_shows_late_is_still_one_restore(
    harness: AppHarness,
) -> None:
    harness.simulator.state.jobs.list_lag_s = 115
    fault(harness, match={"method": "POST", "path": "/restore$"}, times=1, kind="drop_after")
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    assert harness.verdict("r1").verdict == "Completed"
    assert len(harness.posts()) == 1


def test_a_post_that_never_arrived_is_sent_again_after_settling(harness: AppHarness) -> None:
    fault(
        harness,
        match={"method": "POST", "path": "/restore$"},
        times=1,
        kind="status",
        status=503,
    )
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    assert harness.verdict("r1").verdict == "Completed"
    assert len(harness.posts()) == 1
    assert entry(harness).intent.vault_time >= START + timedelta(seconds=180)


def test_two_requests_for_one_vm_that_both_lose_their_reply_each_adopt_their_own_job(
    harness: AppHarness,
) -> None:
    fault(harness, match={"method": "POST", "path": "/restore$"}, times=2, kind="drop_after")
    for request_id in ("r1", "r2"):
        harness.ask(request_for("RestoreDisks", request_id))
    harness.run_for(3600)
    assert len(harness.posts()) == 2
    jobs = {harness.verdict(request_id).job_id for request_id in ("r1", "r2")}
    assert len(jobs) == 2


def test_twenty_requests_for_one_vm_are_twenty_restores(harness: AppHarness) -> None:
    for number in range(20):
        harness.ask(request_for("RestoreDisks", f"r{number}"))
    harness.run_for(4 * 3600)
    verdicts = [harness.verdict(f"r{number}").verdict for number in range(20)]
    assert verdicts == ["Completed"] * 20
    assert len(harness.posts()) == 20


def test_throttling_is_waited_out_as_long_as_azure_asks(harness: AppHarness) -> None:
    fault(
        harness,
        match={"method": "POST", "path": "/restore$"},
        times=1,
        kind="throttle",
        retry_after=600,
    )
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(590)
    assert harness.posts() == []
    harness.run_for(3600)
    assert harness.verdict("r1").verdict == "Completed"


def test_a_cancel_before_the_post_wins_and_nothing_is_sent(harness: AppHarness) -> None:
    fault(harness, match={"path": "/recoveryPoints"}, times=1, kind="throttle", retry_after=60)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(10)
    assert harness.ledger.cancel("r1").state is LedgerState.CANCELLED
    harness.run_for(300)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "Cancelled"
    assert "nothing was started" in verdict.text
    assert harness.posts() == []


def cancel(harness: AppHarness) -> None:
    harness.cancel("r1")


def test_a_cancel_while_data_is_transferred_ends_the_job(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    cancel(harness)
    harness.run_for(900)
    assert harness.verdict("r1").verdict == "Cancelled"
    assert entry(harness).cancel_answer == CancelAnswer(asked=1, accepted=True)


def test_a_cancel_that_comes_too_late_is_said_and_following_goes_on(
    harness: AppHarness,
) -> None:
    harness.ask(request_for("AlternateLocation", "r1"))
    harness.run_for(1450)
    cancel(harness)
    harness.run_for(1800)
    said = entry(harness).cancel_answer
    assert (said.accepted, bool(said.text)) == (False, True)
    assert harness.verdict("r1").verdict == "Completed"


def test_a_finished_request_that_is_started_again_does_nothing(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    calls = len(harness.calls())
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    assert len(harness.calls()) == calls
    assert len(harness.sent("finished")) == 1


def test_an_operation_that_names_no_job_is_followed_by_the_list(harness: AppHarness) -> None:
    fault(harness, match={"path": "operations"}, times=99, kind="operation_without_properties")
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    assert harness.verdict("r1").verdict == "Completed"


@pytest.mark.parametrize("kind", ["foreign_poll_url", "bad_location", "no_poll_headers"])
def test_bad_poll_urls_do_not_stop_the_following(harness: AppHarness, kind: str) -> None:
    fault(harness, match={"path": "/restore$"}, times=1, kind=kind)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    assert harness.verdict("r1").verdict == "Completed"
    assert len(harness.posts()) == 1


def test_a_job_that_is_404_at_first_is_looked_for_again(harness: AppHarness) -> None:
    harness.simulator.state.jobs.read_lag_s = 120
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    assert harness.verdict("r1").verdict == "Completed"


def test_a_replacement_that_ends_with_warnings_is_no_success(harness: AppHarness) -> None:
    harness.simulator.state.jobs.outcome = "CompletedWithWarnings"
    harness.ask(request_for("OriginalLocation", "r1"))
    harness.run_for(3600)
    verdict = harness.verdict("r1")
    assert (verdict.verdict, verdict.succeeded) == ("CompletedWithWarnings", False)


def test_a_failed_jobs_own_words_reach_the_verdict_and_the_event(harness: AppHarness) -> None:
    harness.simulator.state.jobs.outcome = "Failed"
    harness.ask(request_for("AlternateLocation", "r1"))
    harness.run_for(3600)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "Failed"
    first = verdict.job_errors[0]
    assert first.title in verdict.text
    assert first.recommendations
    assert harness.sent("finished")[0]["verdict"]["jobErrors"][0]["title"] == first.title


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sourceResourceId": request_for("RestoreDisks", "x", "nobody")["sourceResourceId"]},
         "ProtectedItemNotFound"),
        ({"recoveryPoint": {"maxAge": "PT1M"}}, "NoRestorablePoint"),
        ({"recoveryPoint": {"id": "12345"}}, "NoRestorablePoint"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_rejected_and_nothing_is_sent(
    harness: AppHarness, changes: dict[str, Any], code: str
) -> None:
    harness.ask(request_for("RestoreDisks", "r1") | changes)
    harness.run_for(60)
    verdict = harness.verdict("r1")
    assert verdict.error is not None
    assert (verdict.verdict, verdict.error.code) == ("Rejected", code)
    told = harness.sent("rejected")[0]
    assert (told["code"], told["problems"][0]["message"]) == (code, verdict.error.message)
    assert harness.posts() == []


def test_no_secret_is_in_any_history_status_event_or_entry(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(40)
    assert any(name.startswith("poll-urls/") for name in harness.documents.kept)
    harness.run_for(3600)
    shown = [repr(harness.store.history(each)) for each in ("restore-r1", "restore-r1~watch")]
    shown += [repr(harness.events.sent), repr(harness.documents.kept)]
    for text in shown:
        assert "canary-token" not in text
        assert "&s=" not in text
        assert "operationsStatus/" not in text
