"""Starting a restore when something is in its way: whose job it is, whose turn, whose slot; and
what may be said of a restore that ends before its job is known."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from arm.backup import Backup, JobList
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import JobSnapshot, Verdict
from restore.messages.poll_policy import PollPolicy
from restore.policy.rules import Policy
from simulated_azure.faults import Fault, FaultPlan
from storage import item_lock
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.unit.restore.policy.policy_cases import EVERYTHING

HOUR = 3600.0
POST = {"method": "POST", "path": "/restore$"}


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as world:
        yield world


@contextmanager
def with_slots(number: int) -> Iterator[AppHarness]:
    policy: Policy = msgspec.structs.replace(EVERYTHING, max_concurrent_restores=number)
    with AppHarness(policy=policy).open() as world:
        yield world


def fault(harness: AppHarness, kind: str, match: dict[str, str] = POST, **more: Any) -> None:
    harness.simulator.faults.add([msgspec.convert({"match": match, "kind": kind, **more}, Fault)])


def ask(harness: AppHarness, request_id: str, name: str = "web-01", **fields: Any) -> None:
    harness.ask(request_for("RestoreDisks", request_id, name=name, **fields))


def entry(harness: AppHarness, request_id: str = "r1") -> LedgerEntry:
    held = harness.ledger.read(request_id)
    assert held is not None
    return held.entry


def ended(harness: AppHarness, request_id: str = "r1") -> Verdict:
    verdict: Verdict = harness.verdict(request_id)
    return verdict


def phase(harness: AppHarness, request_id: str) -> Any:
    return harness.status(f"restore-{request_id}")["phase"]


def list_shows(
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[tuple[JobSnapshot, ...]], tuple[JobSnapshot, ...]],
) -> None:
    whole = Backup.restore_jobs

    def restore_jobs(self: Backup, *asked: Any) -> JobList:
        listed = whole(self, *asked)
        return JobList(change(listed.jobs), listed.vault_time)

    monkeypatch.setattr(Backup, "restore_jobs", restore_jobs)


# whose job it is


def test_the_job_of_another_vm_of_that_name_is_not_adopted_but_named(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reply to a POST is lost that Azure never accepted; then the list shows a job without the
    container's name, of the VM of that name in another group."""
    fault(harness, "drop_before")
    start = harness.clock.now() + timedelta(seconds=20)
    theirs = JobSnapshot(
        job_id="theirs", status="InProgress", entity_name="web-01", start_time=start
    )
    shown: list[JobSnapshot] = []
    list_shows(monkeypatch, lambda jobs: (*jobs, *shown))
    ask(harness, "r1")
    harness.run_for(20)
    shown.append(theirs)
    harness.run_for(HOUR)
    verdict = ended(harness)
    assert verdict.error is not None
    assert (verdict.verdict, verdict.error.code) == ("Failed", "RestoreJobAmbiguous")
    assert verdict.job_id is None
    assert "theirs" in verdict.text
    assert verdict.text.startswith("It is not known whether Azure started a restore")
    assert harness.posts() == []


def test_our_own_job_that_the_list_shows_by_name_alone_is_left_to_a_person(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(harness, "drop_after")
    list_shows(
        monkeypatch,
        lambda jobs: tuple(msgspec.structs.replace(job, container_name=None) for job in jobs),
    )
    ask(harness, "r1")
    harness.run_for(HOUR)
    verdict = ended(harness)
    assert verdict.error is not None
    assert verdict.error.code == "RestoreJobAmbiguous"
    assert len(harness.posts()) == 1


@pytest.mark.parametrize("lost", [1, 3])
def test_settling_uses_up_no_attempts_however_long_and_however_often(
    harness: AppHarness, lost: int
) -> None:
    fault(harness, "status", times=lost, status=503)
    request = request_for("RestoreDisks", "r1")
    harness.ask(request, PollPolicy(job_search_s=900))
    harness.run_for(3 * HOUR)
    assert ended(harness).verdict == "Completed"
    assert len(harness.posts()) == 1


def test_a_job_from_the_portal_after_the_window_is_not_adopted(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app is down from the lost POST until long after; meanwhile somebody restores the VM."""
    fault(harness, "drop_before")
    ask(harness, "r1")
    harness.run_for(5)
    intent = entry(harness).intent
    assert intent is not None
    theirs = JobSnapshot(
        job_id="theirs",
        status="InProgress",
        container_name=intent.container_name,
        start_time=intent.until + timedelta(seconds=30),
    )
    list_shows(monkeypatch, lambda jobs: (*jobs, theirs))
    harness.clock.advance(600)
    harness.run_for(2 * HOUR)
    assert ended(harness).verdict == "Completed"
    assert ended(harness).job_id != "theirs"
    assert len(harness.posts()) == 1


# whose turn it is


def test_what_settling_has_shown_to_be_unsent_takes_its_turn_anew_before_it_is_sent(
    harness: AppHarness,
) -> None:
    """Between the withdrawal of its old intent and the new one another may begin."""
    fault(harness, "status", times=1, status=503)
    ask(harness, "r1")
    harness.run_for(60)
    ask(harness, "r2")
    harness.run_for(30)
    other = harness.ledger.read("r2")
    assert other is not None
    assert other.entry.intent is None

    def take_first(name: str) -> None:
        if name == "restores/r1" and entry(harness).state is LedgerState.ACCEPTED:
            harness.documents.after_write = lambda name: None
            taken.append(item_lock.acquire(harness.ledger, item_id, other, harness.clock.now()))

    intent = entry(harness).intent
    assert intent is not None
    item_id = intent.item_id
    taken: list[item_lock.LockAttempt] = []
    harness.documents.after_write = take_first
    harness.run_for(2 * HOUR)
    assert [each.is_ours for each in taken] == [True]
    assert len(harness.posts()) == 2
    first, second = entry(harness, "r2").intent, entry(harness).intent
    assert first is not None
    assert second is not None
    assert first.written_at < second.written_at
    jobs = {ended(harness, each).job_id for each in ("r1", "r2")}
    assert len(jobs) == 2


def test_a_restore_that_ends_before_its_job_is_known_keeps_its_turn_for_the_window(
    harness: AppHarness,
) -> None:
    harness.simulator.state.jobs.list_lag_s = 110
    fault(harness, "operation_stuck", {"path": "operations"}, times=None)
    ask(harness, "r1", deadline="PT15S")
    harness.run_for(60)
    assert ended(harness).verdict == "DeadlinePassed"
    assert ended(harness).job_id is None
    ask(harness, "r2")
    harness.run_for(60)
    assert len(harness.posts()) == 1
    intent = entry(harness).intent
    assert intent is not None
    harness.run_for(200)
    second = entry(harness, "r2").intent
    assert second is not None
    assert second.written_at >= intent.over_at


# whose slot it is


def test_a_restore_whose_deadline_has_passed_holds_its_slot_while_its_job_runs() -> None:
    with with_slots(1) as harness:
        harness.simulator.state.jobs.duration_s = 5 * HOUR
        ask(harness, "r1", deadline="PT1H")
        harness.run_for(HOUR + 60)
        assert ended(harness).verdict == "DeadlinePassed"
        ask(harness, "r2", name="web-02")
        harness.run_for(3 * HOUR)
        assert (phase(harness, "r2"), len(harness.posts())) == ("WaitingForSlot", 1)
        harness.run_for(2 * HOUR)
        assert len(harness.posts()) == 2


def test_a_slot_whose_holder_could_not_wait_for_its_job_is_held_while_that_runs() -> None:
    with with_slots(1) as harness:
        harness.simulator.state.jobs.duration_s = 2 * HOUR
        fault(harness, "operation_stuck", {"path": "operations"}, times=None)
        ask(harness, "r1", deadline="PT15S")
        harness.run_for(30)
        assert ended(harness).job_id is None
        ask(harness, "r2", name="web-02")
        harness.run_for(1.5 * HOUR)
        assert (phase(harness, "r2"), len(harness.posts())) == ("WaitingForSlot", 1)
        harness.run_for(2 * HOUR)
        assert len(harness.posts()) == 2


def test_slots_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    with with_slots(1) as harness:
        for number, name in enumerate(("web-01", "web-02") * 3):
            ask(harness, f"r{number}", name=name)
            harness.run_for(11)
        harness.run_for(6 * HOUR)
        since = {f"r{each}": entry(harness, f"r{each}").intent for each in range(6)}
        sent = {each: intent.written_at for each, intent in since.items() if intent is not None}
        assert sorted(sent, key=lambda each: sent[each]) == [f"r{each}" for each in range(6)]


@pytest.mark.parametrize("how", ["cancelled", "rejected", "completed"])
def test_a_slot_is_released_explicitly_when_nothing_of_it_is_out(how: str) -> None:
    with with_slots(1) as harness:
        if how == "rejected":
            fault(harness, "status", status=400)
        ask(harness, "r1")
        if how == "cancelled":
            fault(harness, "throttle", retry_after=60)
            harness.run_for(20)
            harness.cancel("r1")
        harness.run_for(HOUR)
        assert ended(harness).verdict.lower() == how
        kept, *_ = harness.documents.kept["slots/restores"]
        assert "r1" not in kept


def test_a_slot_is_not_given_away_while_azure_does_not_say_how_its_job_stands() -> None:
    with with_slots(1) as harness:
        harness.simulator.state.jobs.duration_s = 2 * HOUR
        ask(harness, "r1", deadline="PT1H")
        harness.run_for(HOUR + 60)
        job_id = ended(harness).job_id
        ask(harness, "r2", name="web-02")
        fault(harness, "status", {"path": "/backupJobs/"}, times=None, status=503)
        harness.run_for(3 * HOUR)
        assert phase(harness, "r2") == "WaitingForSlot"
        reads = [call for call in harness.calls() if call["path"].endswith(f"/{job_id}")]
        assert sum(call["status"] == 503 for call in reads) < 2 * 12 * 5  # the client tries anew
        harness.simulator.faults = FaultPlan()
        harness.run_for(400)
        assert len(harness.posts()) == 2


# what may be said


def purged_and_asked_again(harness: AppHarness, code: str = "AuthorizationFailed") -> Verdict:
    harness.purge()
    match = {"path": "/backupProtectedItems"}
    fault(harness, "status", match, times=None, status=403, code=code)
    ask(harness, "r1")
    harness.run_for(HOUR)
    return ended(harness)


def test_after_a_purge_a_job_is_followed_though_its_vm_cannot_be_found_any_more(
    harness: AppHarness,
) -> None:
    ask(harness, "r1")
    harness.run_for(300)
    job_id = entry(harness).job_id
    verdict = purged_and_asked_again(harness)
    assert (verdict.verdict, verdict.job_id) == ("Completed", job_id)


def test_after_a_purge_a_lost_reply_is_settled_though_its_vm_cannot_be_found_any_more(
    harness: AppHarness,
) -> None:
    fault(harness, "drop_after")
    harness.simulator.state.jobs.list_lag_s = 60
    ask(harness, "r1")
    harness.run_for(20)
    assert entry(harness).state is LedgerState.INTENDED
    verdict = purged_and_asked_again(harness)
    assert verdict.verdict == "Completed"
    assert len(harness.posts()) == 1


def test_an_error_of_what_was_cancelled_meanwhile_ends_as_the_cancel_was_answered(
    harness: AppHarness,
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.cancel("r1")
    verdict = purged_and_asked_again(harness)
    assert verdict.verdict == "Cancelled"


def test_what_is_refused_before_it_is_sent_a_second_time_was_never_started(
    harness: AppHarness,
) -> None:
    """Its first POST is known to have started nothing; the quota is spent by then."""
    fault(harness, "status", times=1, status=503)
    ask(harness, "r1")
    harness.run_for(30)
    harness.policy = msgspec.structs.replace(EVERYTHING, restores_per_vm_per_day=0)
    with harness.open():
        harness.run_for(HOUR)
    verdict = ended(harness)
    assert verdict.error is not None
    assert (verdict.verdict, verdict.error.code) == ("Rejected", "QuotaSpent")
    assert "nothing was started" in verdict.text
