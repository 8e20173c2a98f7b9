"""A restore is sent once, whatever it finds: a slot, a lock, a job that may be its own."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from activities import policies, sending, trigger_restore
from restore.messages import names
from restore.messages.activity_io import Started
from restore.messages.errors import Conflict, NotYet
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Outcome
from restore.settings import Settings
from restore.start import lost_reply
from storage import concurrency_slots
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import START, AppHarness
from tests.unit.activities import orders
from tests.unit.orchestrators.journal import Journal, plant
from tests.unit.restore.policy.policy_cases import EVERYTHING

HOUR = 3600.0
POST = {"method": "POST", "path": "/restore$"}
JOBS = {"operation": "jobs"}
POLLED = {"operation": "operation_status|backup_operation"}


def entry(harness: AppHarness, request_id: str = "r1") -> LedgerEntry:
    held = harness.ledger.read(request_id)
    assert held is not None
    return held.entry


def ask(harness: AppHarness, request_id: str = "r1", **more: Any) -> None:
    harness.ask(request_for("RestoreDisks", request_id, **more))


def waiting(harness: AppHarness, request_id: str) -> dict[str, Any]:
    shown = harness.status(names.instance_id(request_id))
    found: dict[str, Any] = shown.get("waiting") or {}
    return found | {"phase": shown["phase"]}


def test_the_intent_says_what_is_sent_and_the_posts_answer_is_noted(harness: AppHarness) -> None:
    ask(harness)
    harness.run_for(5)
    known = entry(harness)
    assert known.state is LedgerState.STARTED
    assert known.intent is not None
    assert known.item is not None
    assert known.choice is not None
    assert known.intent.item_id == known.item.id
    assert known.intent.container_name == known.item.container_name
    assert known.intent.recovery_point == known.choice.point.name
    assert known.intent.window_s == pytest.approx(200, abs=1)
    assert START <= known.intent.vault_time <= known.intent.written_at
    assert known.operation_id is not None
    assert not known.adopted
    assert len(harness.posts()) == 1


def test_a_second_restore_of_the_vm_waits_until_the_first_ones_job_is_known(
    harness: AppHarness,
) -> None:
    plant(harness, "operation_stuck", {"operation": "operation_status|backup_operation"}, times=9)
    harness.simulator.state.jobs.list_lag_s = 200
    ask(harness, "r1")
    ask(harness, "r2")
    harness.run_for(30)
    assert waiting(harness, "r2")["code"] == "ItemLocked"
    assert waiting(harness, "r2")["phase"] == "Triggering"
    assert len(harness.posts()) == 1
    harness.run_for(3 * HOUR)
    assert len(harness.posts()) == 2
    assert harness.verdict("r1").job_id != harness.verdict("r2").job_id


def test_no_more_restores_run_than_the_policy_allows() -> None:
    policy = msgspec.structs.replace(EVERYTHING, max_concurrent_restores=1)
    with AppHarness(policy=policy).open() as harness:
        ask(harness, "r1")
        harness.run_for(30)
        ask(harness, "r2", name="web-02")
        ask(harness, "r3", name="web-01")
        harness.run_for(60)
        assert len(harness.posts()) == 1
        waits = waiting(harness, "r2")
        assert (waits["phase"], waits["code"]) == ("WaitingForSlot", "NoSlot")
        assert "maxConcurrentRestores is 1" in waits["reason"]
        assert {"0 wait before this one.", "1 wait before this one."} == {
            waiting(harness, each)["reason"].rpartition(". ")[2] for each in ("r2", "r3")
        }
        harness.run_for(4 * HOUR)
        assert {harness.verdict(each).verdict for each in ("r1", "r2", "r3")} == {"Completed"}


def test_a_lost_reply_whose_job_runs_is_adopted(harness: AppHarness, journal: Journal) -> None:
    plant(harness, "drop_after", POST, times=1)
    ask(harness)
    harness.run_for(2 * HOUR)
    assert len(harness.posts()) == 1
    assert entry(harness).adopted
    assert harness.verdict("r1").verdict == "Completed"
    assert harness.verdict("r1").job_id == entry(harness).job_id
    assert "LocatingJob" in journal.phases(names.RESTORE_VM)
    assert harness.sent("started")[0]["adopted"] is True
    assert {shown["adopted"] for shown in journal.statuses[names.WATCH_JOB]} == {True}


def test_a_lost_request_is_sent_again_when_the_list_shows_no_job_of_it(
    harness: AppHarness,
) -> None:
    plant(harness, "drop_before", POST, times=1)
    ask(harness)
    harness.run_for(100)
    assert harness.posts() == []
    assert waiting(harness, "r1")["phase"] == "LocatingJob"
    harness.run_for(2 * HOUR)
    assert len(harness.posts()) == 1
    assert not entry(harness).adopted
    assert harness.verdict("r1").verdict == "Completed"


def test_a_cancel_while_a_lost_request_is_looked_for_sends_nothing_more(
    harness: AppHarness,
) -> None:
    plant(harness, "drop_before", POST, times=1)
    ask(harness)
    harness.run_for(60)
    harness.cancel("r1")
    harness.run_for(2 * HOUR)
    assert harness.posts() == []
    assert harness.verdict("r1").verdict == "Cancelled"


def test_what_azure_surely_did_not_accept_is_taken_back_and_sent_again(
    harness: AppHarness,
) -> None:
    plant(harness, "throttle", POST, times=1, retry_after=45)
    ask(harness)
    harness.run_for(20)
    assert entry(harness).intent is None
    assert entry(harness).state is LedgerState.ACCEPTED
    assert waiting(harness, "r1")["code"] == "Throttled"
    harness.run_for(HOUR)
    assert len(harness.posts()) == 1


def test_what_the_policy_forbids_by_now_is_not_sent(harness: AppHarness) -> None:
    plant(harness, "status", JOBS, status=503, times=6)
    ask(harness)
    harness.run_for(5)
    assert entry(harness).authorization is not None, "it was allowed before"
    nothing = msgspec.structs.replace(EVERYTHING, rules=())
    with policies.use(nothing):
        harness.run_for(HOUR)
    assert harness.posts() == []
    assert harness.verdict("r1").verdict == "Rejected"


def test_after_the_deadline_nothing_is_sent(harness: AppHarness) -> None:
    plant(harness, "status", JOBS, status=503, times=None)
    ask(harness, deadline="PT1H")
    harness.run_for(2 * HOUR)
    assert harness.posts() == []
    assert harness.verdict("r1").verdict == "DeadlinePassed"
    finished_at = entry(harness).finished_at
    assert finished_at is not None
    assert START + timedelta(seconds=3590) <= finished_at <= START + timedelta(seconds=3610)


def test_an_intent_that_took_too_long_to_write_is_not_sent(harness: AppHarness) -> None:
    kinds: list[str] = []

    def slow(name: str) -> None:
        if name.startswith("restores/") and not kinds:
            held = harness.ledger.read("r1")
            if held is not None and held.entry.intent is not None:
                kinds.append("slow")
                harness.clock.advance(300)

    harness.documents.after_write = slow
    ask(harness)
    harness.run_for(3)
    assert kinds == ["slow"]
    assert harness.posts() == []
    harness.run_for(2 * HOUR)
    assert len(harness.posts()) == 1


def test_the_urls_of_an_operation_are_kept_only_while_it_runs(harness: AppHarness) -> None:
    ask(harness)
    harness.run_for(5)
    assert "poll-urls/r1" in harness.documents.kept
    harness.run_for(HOUR)
    assert "poll-urls/r1" not in harness.documents.kept


def test_a_step_that_is_not_to_be_sent_says_whether_to_wait_or_to_look() -> None:
    waits = trigger_restore._not_to_be_sent(lost_reply.Wait(12))
    assert isinstance(waits, NotYet)
    assert (waits.code, waits.retry_after_s) == ("LocatingJob", 12)
    doubtful = trigger_restore._not_to_be_sent(lost_reply.Ambiguous(("j1", "j2")))
    assert isinstance(doubtful, Conflict)
    assert doubtful.code == "RestoreJobAmbiguous"
    assert "j1, j2" in doubtful.message


def trigger(harness: AppHarness, **more: Any) -> Outcome:
    order = orders.trigger(harness, orders.request(), **more)
    return Outcome.from_json(trigger_restore.trigger_restore(order, Settings()))


@pytest.mark.parametrize(
    ("state", "known", "started"),
    [
        (LedgerState.STARTED, {"operation_id": "o"}, Started(operation_id="o")),
        (LedgerState.STARTED, {"job_id": "j"}, Started(job_id="j")),
        (LedgerState.CANCELLED, {}, Started(cancelled=True)),
        (LedgerState.FALLEN_BACK, {"job_id": "j"}, Started(cancelled=True)),
        (LedgerState.FINISHED, {"job_id": "j"}, Started(cancelled=True)),
    ],
)
def test_what_has_come_to_something_is_told_without_a_look(
    harness: AppHarness, state: LedgerState, known: dict[str, Any], started: Started
) -> None:
    orders.accepted(harness, orders.request(), state=state, **known)
    found = trigger(harness)
    assert found.kind == "done"
    assert Started.from_json(found.value) == started
    assert not [call for call in harness.calls() if "backupJobs" in call["path"]]


@pytest.mark.parametrize(("left_s", "is_sent"), [(4, False), (5, False), (5.5, True)])
def test_in_the_last_five_seconds_nothing_is_sent(
    harness: AppHarness, left_s: float, is_sent: bool
) -> None:
    orders.accepted(harness, orders.request())
    found = trigger(harness, until=START + timedelta(seconds=left_s))
    assert found.kind == ("done" if is_sent else "failed")
    assert len(harness.posts()) == is_sent
    if not is_sent:
        assert found.error is not None
        assert found.error.category == "DeadlinePassed"


def test_who_finds_no_slot_ends_the_leases_that_have_run_out(harness: AppHarness) -> None:
    orders.accepted(harness, orders.request())
    concurrency_slots.take(harness.documents, "gone", 1, START, START)
    with policies.use(msgspec.structs.replace(EVERYTHING, max_concurrent_restores=1)):
        first, second = trigger(harness), trigger(harness)
    assert first.error is not None
    assert (first.kind, first.error.code, first.retry_after_s) == ("retryLater", "NoSlot", 30)
    assert second.kind == "done"


def test_a_slot_is_leased_for_a_quarter_of_an_hour(harness: AppHarness) -> None:
    orders.accepted(harness, orders.request())
    trigger(harness)
    over = START + timedelta(minutes=15)
    assert concurrency_slots.overdue(harness.documents, over - timedelta(seconds=1)) == ()
    assert concurrency_slots.overdue(harness.documents, over) == ("r1",)


def test_jobs_are_asked_for_as_far_back_as_the_quota_counts_and_two_hours_more(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    since: list[datetime] = []
    read = sending.read_jobs

    def noted(vault_id: str, begun: datetime) -> sending.Jobs:
        since.append(begun)
        return read(vault_id, begun)

    monkeypatch.setattr(sending, "read_jobs", noted)
    orders.accepted(harness, orders.request())
    trigger(harness)
    assert since == [START - timedelta(hours=26)]
