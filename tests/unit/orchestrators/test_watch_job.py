"""A started restore is followed to its end: from its operation to its job, by durable timers."""

from typing import Any

import pytest

from activities import read_job
from restore.messages import names
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.poll_policy import PollPolicy
from restore.messages.watch_io import ReadJob
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.unit.orchestrators.journal import Journal, plant

HOUR = 3600.0
OPERATION = {"operation": "operation_status|backup_operation"}
JOB = {"path": "backupJobs/"}
WATCH_ID = names.watch_id("restore-r1")


def entry(harness: AppHarness) -> LedgerEntry:
    held = harness.ledger.read("r1")
    assert held is not None
    return held.entry


def started(harness: AppHarness, **fields: Any) -> None:
    harness.ask(request_for("AlternateLocation", "r1", **fields))


def test_the_job_is_shown_with_what_azure_says_of_it(harness: AppHarness, journal: Journal) -> None:
    started(harness)
    harness.run_for(HOUR)
    assert journal.phases(names.WATCH_JOB) == ["Starting", "Transferring", "Finalizing"]
    shown = journal.statuses[names.WATCH_JOB]
    job_id = entry(harness).job_id
    assert shown[0]["job"] is None
    assert shown[0]["operationId"] == entry(harness).operation_id
    jobs = [status["job"] for status in shown if status["job"]]
    assert {job["id"] for job in jobs} == {job_id}
    assert jobs[0]["status"] is None, "it is named before it is looked at"
    assert "InProgress" in [job["status"] for job in jobs]
    assert (jobs[-1]["status"], harness.status(WATCH_ID)["job"]) == ("Completed", jobs[-1])


def test_an_operation_is_looked_at_soon_and_a_job_by_the_minute(
    harness: AppHarness, journal: Journal
) -> None:
    started(harness)
    harness.run_for(400)
    waits_s = [
        (later - earlier).total_seconds()
        for earlier, later in zip(journal.timers, journal.timers[1:], strict=False)
    ]
    first_s = journal.waits_s()[0]
    assert 5 <= first_s <= 12
    assert 30 <= waits_s[0] <= 34
    assert all(60 <= wait_s <= 68 for wait_s in waits_s[1:]), waits_s


def test_it_continues_as_new_after_ten_looks(harness: AppHarness, journal: Journal) -> None:
    started(harness)
    sizes: list[int] = []
    note = harness.on_turn

    def on_turn(name: str, context: dict[str, Any], answer: dict[str, Any]) -> None:
        note(name, context, answer)
        if name == names.WATCH_JOB:
            history = context["history"]
            sizes.append(sum(event.get("EventType") == 4 for event in history))

    harness.on_turn = on_turn
    harness.run_for(HOUR)
    assert max(sizes) == PollPolicy().polls_per_generation
    looks = journal.calls.count(names.READ_JOB) + journal.calls.count(names.READ_OPERATION)
    assert looks > PollPolicy().polls_per_generation
    assert harness.verdict("r1").verdict == "Completed"


def test_an_operation_that_names_no_job_leads_to_the_list(
    harness: AppHarness, journal: Journal
) -> None:
    plant(harness, "operation_without_properties", {"path": "operations"}, times=None)
    started(harness)
    harness.run_for(HOUR)
    assert names.FIND_JOB in journal.calls
    assert journal.calls.index(names.FIND_JOB) < journal.calls.index(names.READ_JOB)
    assert harness.verdict("r1").verdict == "Completed"
    assert entry(harness).job_id == harness.verdict("r1").job_id


def test_a_job_that_azure_never_shows_is_lost_after_twenty_one_looks(
    harness: AppHarness, journal: Journal
) -> None:
    plant(harness, "status", JOB, status=404, code="JobNotFound", times=None)
    started(harness)
    harness.run_for(10 * HOUR)
    assert journal.calls.count(names.READ_JOB) == 21
    verdict = harness.verdict("r1")
    assert (verdict.verdict, verdict.job_id) == ("Failed", entry(harness).job_id)
    waiting = [status["waiting"] for status in journal.statuses[names.WATCH_JOB]]
    assert {each["code"] for each in waiting if each} == {"JobNotShown"}


def test_looks_that_nobody_answers_go_on_to_the_deadline_and_show_what_was_seen_last(
    harness: AppHarness, journal: Journal
) -> None:
    started(harness, deadline="PT2H")
    harness.run_for(300)
    seen = harness.status(WATCH_ID)["job"]
    plant(harness, "status", JOB, status=503, times=None)
    harness.run_for(HOUR)
    shown = harness.status(WATCH_ID)
    assert (shown["job"]["id"], shown["waiting"]["code"]) == (seen["id"], "ServiceUnavailable")
    assert shown["waiting"]["until"] == "2026-11-23T05:00:00Z"
    harness.run_for(HOUR)
    verdict = harness.verdict("r1")
    assert (verdict.verdict, verdict.job_id) == ("DeadlinePassed", seen["id"])
    assert names.CLOSE_RESTORE in journal.calls


def test_the_last_wait_ends_at_the_deadline(harness: AppHarness, journal: Journal) -> None:
    plant(harness, "operation_stuck", OPERATION, times=None)
    started(harness, deadline="PT1H")
    harness.run_for(2 * HOUR)
    assert harness.verdict("r1").verdict == "DeadlinePassed"
    assert 3600 - 6 <= max(journal.waits_s()) <= 3601


@pytest.mark.parametrize("asks_at_s", [150, 400])
def test_a_wish_to_cancel_that_nobody_passes_on_is_seen_to_by_the_follower(
    harness: AppHarness, asks_at_s: float
) -> None:
    started(harness)
    harness.run_for(asks_at_s)
    harness.ledger.cancel("r1")  # and whoever would pass it on is gone
    harness.run_for(2 * HOUR)
    answer = entry(harness).cancel_answer
    assert answer is not None
    assert answer.accepted
    assert harness.verdict("r1").verdict == "Cancelled"


def test_a_wish_to_cancel_is_looked_for_once_in_each_generation(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []
    read = read_job._read

    def noted(order: ReadJob) -> Any:
        asked.append(order.cancels)
        return read(order)

    monkeypatch.setattr(read_job, "_read", noted)
    started(harness)
    harness.run_for(HOUR)
    first = asked.index("r1")
    assert first in (8, 9), "before it an operation was looked at"
    assert asked[: first + 8] == [*([None] * first), "r1", *([None] * 7)]
