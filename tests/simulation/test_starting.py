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
from tests.end_to_end.stage import request_for
from tests.fakes.laboratory import Laboratory
from tests.unit.restore.policy.policy_cases import EVERYTHING

HOUR = 3600.0
POST = {"method": "POST", "path": "/restore$"}


@pytest.fixture
def laboratory() -> Iterator[Laboratory]:
    with Laboratory().open() as world:
        yield world


@contextmanager
def with_slots(number: int) -> Iterator[Laboratory]:
    policy: Policy = msgspec.structs.replace(EVERYTHING, max_concurrent_restores=number)
    with Laboratory(policy=policy).open() as world:
        yield world


def fault(laboratory: Laboratory, kind: str, match: dict[str, str] = POST, **more: Any) -> None:
    laboratory.simulator.faults.add(
        [msgspec.convert({"match": match, "kind": kind, **more}, Fault)]
    )


def ask(laboratory: Laboratory, request_id: str, name: str = "web-01", **fields: Any) -> None:
    laboratory.ask(request_for("RestoreDisks", request_id, name=name, **fields))


def entry(laboratory: Laboratory, request_id: str = "r1") -> LedgerEntry:
    held = laboratory.ledger.read(request_id)
    assert held is not None
    return held.entry


def ended(laboratory: Laboratory, request_id: str = "r1") -> Verdict:
    verdict: Verdict = laboratory.verdict(request_id)
    return verdict


def phase(laboratory: Laboratory, request_id: str) -> Any:
    return laboratory.status(f"restore-{request_id}")["phase"]


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
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reply to a POST is lost that Azure never accepted; then the list shows a job without the
    container's name, of the VM of that name in another group."""
    fault(laboratory, "drop_before")
    start = laboratory.clock.now() + timedelta(seconds=20)
    theirs = JobSnapshot(
        job_id="theirs", status="InProgress", entity_name="web-01", start_time=start
    )
    shown: list[JobSnapshot] = []
    list_shows(monkeypatch, lambda jobs: (*jobs, *shown))
    ask(laboratory, "r1")
    laboratory.run_for(20)
    shown.append(theirs)
    laboratory.run_for(HOUR)
    verdict = ended(laboratory)
    assert verdict.error is not None
    assert (verdict.verdict, verdict.error.code) == ("Failed", "RestoreJobAmbiguous")
    assert verdict.job_id is None
    assert "theirs" in verdict.text
    assert verdict.text.startswith("It is not known whether Azure started a restore")
    assert laboratory.posts() == []


def test_our_own_job_that_the_list_shows_by_name_alone_is_left_to_a_person(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(laboratory, "drop_after")
    list_shows(
        monkeypatch,
        lambda jobs: tuple(msgspec.structs.replace(job, container_name=None) for job in jobs),
    )
    ask(laboratory, "r1")
    laboratory.run_for(HOUR)
    verdict = ended(laboratory)
    assert verdict.error is not None
    assert verdict.error.code == "RestoreJobAmbiguous"
    assert len(laboratory.posts()) == 1


@pytest.mark.parametrize("lost", [1, 3])
def test_settling_uses_up_no_attempts_however_long_and_however_often(
    laboratory: Laboratory, lost: int
) -> None:
    fault(laboratory, "status", times=lost, status=503)
    request = request_for("RestoreDisks", "r1")
    laboratory.ask(request, PollPolicy(job_search_s=900))
    laboratory.run_for(3 * HOUR)
    assert ended(laboratory).verdict == "Completed"
    assert len(laboratory.posts()) == 1


def test_a_job_from_the_portal_after_the_window_is_not_adopted(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app is down from the lost POST until long after; meanwhile somebody restores the VM."""
    fault(laboratory, "drop_before")
    ask(laboratory, "r1")
    laboratory.run_for(5)
    intent = entry(laboratory).intent
    assert intent is not None
    theirs = JobSnapshot(
        job_id="theirs",
        status="InProgress",
        container_name=intent.container_name,
        start_time=intent.until + timedelta(seconds=30),
    )
    list_shows(monkeypatch, lambda jobs: (*jobs, theirs))
    laboratory.clock.advance(600)
    laboratory.run_for(2 * HOUR)
    assert ended(laboratory).verdict == "Completed"
    assert ended(laboratory).job_id != "theirs"
    assert len(laboratory.posts()) == 1


# whose turn it is


def test_what_settling_has_shown_to_be_unsent_takes_its_turn_anew_before_it_is_sent(
    laboratory: Laboratory,
) -> None:
    """Between the withdrawal of its old intent and the new one another may begin."""
    fault(laboratory, "status", times=1, status=503)
    ask(laboratory, "r1")
    laboratory.run_for(60)
    ask(laboratory, "r2")
    laboratory.run_for(30)
    other = laboratory.ledger.read("r2")
    assert other is not None
    assert other.entry.intent is None

    def take_first(name: str) -> None:
        if name == "restores/r1" and entry(laboratory).state is LedgerState.ACCEPTED:
            laboratory.documents.after_write = lambda name: None
            taken.append(
                item_lock.acquire(laboratory.ledger, item_id, other, laboratory.clock.now())
            )

    intent = entry(laboratory).intent
    assert intent is not None
    item_id = intent.item_id
    taken: list[item_lock.LockAttempt] = []
    laboratory.documents.after_write = take_first
    laboratory.run_for(2 * HOUR)
    assert [each.is_ours for each in taken] == [True]
    assert len(laboratory.posts()) == 2
    first, second = entry(laboratory, "r2").intent, entry(laboratory).intent
    assert first is not None
    assert second is not None
    assert first.written_at < second.written_at
    jobs = {ended(laboratory, each).job_id for each in ("r1", "r2")}
    assert len(jobs) == 2


def test_a_restore_that_ends_before_its_job_is_known_keeps_its_turn_for_the_window(
    laboratory: Laboratory,
) -> None:
    laboratory.simulator.state.jobs.list_lag_s = 110
    fault(laboratory, "operation_stuck", {"path": "operations"}, times=None)
    ask(laboratory, "r1", deadline="PT15S")
    laboratory.run_for(60)
    assert ended(laboratory).verdict == "DeadlinePassed"
    assert ended(laboratory).job_id is None
    ask(laboratory, "r2")
    laboratory.run_for(60)
    assert len(laboratory.posts()) == 1
    intent = entry(laboratory).intent
    assert intent is not None
    laboratory.run_for(200)
    second = entry(laboratory, "r2").intent
    assert second is not None
    assert second.written_at >= intent.over_at


# whose slot it is


def test_a_restore_whose_deadline_has_passed_holds_its_slot_while_its_job_runs() -> None:
    with with_slots(1) as laboratory:
        laboratory.simulator.state.jobs.duration_s = 5 * HOUR
        ask(laboratory, "r1", deadline="PT1H")
        laboratory.run_for(HOUR + 60)
        assert ended(laboratory).verdict == "DeadlinePassed"
        ask(laboratory, "r2", name="web-02")
        laboratory.run_for(3 * HOUR)
        assert (phase(laboratory, "r2"), len(laboratory.posts())) == ("WaitingForSlot", 1)
        laboratory.run_for(2 * HOUR)
        assert len(laboratory.posts()) == 2


def test_a_slot_whose_holder_could_not_wait_for_its_job_is_held_while_that_runs() -> None:
    with with_slots(1) as laboratory:
        laboratory.simulator.state.jobs.duration_s = 2 * HOUR
        fault(laboratory, "operation_stuck", {"path": "operations"}, times=None)
        ask(laboratory, "r1", deadline="PT15S")
        laboratory.run_for(30)
        assert ended(laboratory).job_id is None
        ask(laboratory, "r2", name="web-02")
        laboratory.run_for(1.5 * HOUR)
        assert (phase(laboratory, "r2"), len(laboratory.posts())) == ("WaitingForSlot", 1)
        laboratory.run_for(2 * HOUR)
        assert len(laboratory.posts()) == 2


def test_slots_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    with with_slots(1) as laboratory:
        for number, name in enumerate(("web-01", "web-02") * 3):
            ask(laboratory, f"r{number}", name=name)
            laboratory.run_for(11)
        laboratory.run_for(6 * HOUR)
        since = {f"r{each}": entry(laboratory, f"r{each}").intent for each in range(6)}
        sent = {each: intent.written_at for each, intent in since.items() if intent is not None}
        assert sorted(sent, key=lambda each: sent[each]) == [f"r{each}" for each in range(6)]


@pytest.mark.parametrize("how", ["cancelled", "rejected", "completed"])
def test_a_slot_is_released_explicitly_when_nothing_of_it_is_out(how: str) -> None:
    with with_slots(1) as laboratory:
        if how == "rejected":
            fault(laboratory, "status", status=400)
        ask(laboratory, "r1")
        if how == "cancelled":
            fault(laboratory, "throttle", retry_after=60)
            laboratory.run_for(20)
            laboratory.cancel("r1")
        laboratory.run_for(HOUR)
        assert ended(laboratory).verdict.lower() == how
        kept, *_ = laboratory.documents.kept["slots/restores"]
        assert "r1" not in kept


def test_a_slot_is_not_given_away_while_azure_does_not_say_how_its_job_stands() -> None:
    with with_slots(1) as laboratory:
        laboratory.simulator.state.jobs.duration_s = 2 * HOUR
        ask(laboratory, "r1", deadline="PT1H")
        laboratory.run_for(HOUR + 60)
        job_id = ended(laboratory).job_id
        ask(laboratory, "r2", name="web-02")
        fault(laboratory, "status", {"path": "/backupJobs/"}, times=None, status=503)
        laboratory.run_for(3 * HOUR)
        assert phase(laboratory, "r2") == "WaitingForSlot"
        reads = [call for call in laboratory.calls() if call["path"].endswith(f"/{job_id}")]
        assert sum(call["status"] == 503 for call in reads) < 2 * 12 * 5  # the client tries anew
        laboratory.simulator.faults = FaultPlan()
        laboratory.run_for(400)
        assert len(laboratory.posts()) == 2


# what may be said


def purged_and_asked_again(laboratory: Laboratory, code: str = "AuthorizationFailed") -> Verdict:
    laboratory.purge()
    match = {"path": "/backupProtectedItems"}
    fault(laboratory, "status", match, times=None, status=403, code=code)
    ask(laboratory, "r1")
    laboratory.run_for(HOUR)
    return ended(laboratory)


def test_after_a_purge_a_job_is_followed_though_its_vm_cannot_be_found_any_more(
    laboratory: Laboratory,
) -> None:
    ask(laboratory, "r1")
    laboratory.run_for(300)
    job_id = entry(laboratory).job_id
    verdict = purged_and_asked_again(laboratory)
    assert (verdict.verdict, verdict.job_id) == ("Completed", job_id)


def test_after_a_purge_a_lost_reply_is_settled_though_its_vm_cannot_be_found_any_more(
    laboratory: Laboratory,
) -> None:
    fault(laboratory, "drop_after")
    laboratory.simulator.state.jobs.list_lag_s = 60
    ask(laboratory, "r1")
    laboratory.run_for(20)
    assert entry(laboratory).state is LedgerState.INTENDED
    verdict = purged_and_asked_again(laboratory)
    assert verdict.verdict == "Completed"
    assert len(laboratory.posts()) == 1


def test_an_error_of_what_was_cancelled_meanwhile_ends_as_the_cancel_was_answered(
    laboratory: Laboratory,
) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.cancel("r1")
    verdict = purged_and_asked_again(laboratory)
    assert verdict.verdict == "Cancelled"


def test_what_is_refused_before_it_is_sent_a_second_time_was_never_started(
    laboratory: Laboratory,
) -> None:
    """Its first POST is known to have started nothing; the quota is spent by then."""
    fault(laboratory, "status", times=1, status=503)
    ask(laboratory, "r1")
    laboratory.run_for(30)
    laboratory.policy = msgspec.structs.replace(EVERYTHING, restores_per_vm_per_day=0)
    with laboratory.open():
        laboratory.run_for(HOUR)
    verdict = ended(laboratory)
    assert verdict.error is not None
    assert (verdict.verdict, verdict.error.code) == ("Rejected", "QuotaSpent")
    assert "nothing was started" in verdict.text
