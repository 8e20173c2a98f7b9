"""A restore is sent once, whatever it finds: a slot, a lock, a job that may be its own."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from activities import policies
from restore.messages import names
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from tests.end_to_end.stage import request_for
from tests.fakes.laboratory import START, Laboratory
from tests.unit.orchestrators.journal import Journal, plant
from tests.unit.restore.policy.policy_cases import EVERYTHING

HOUR = 3600.0
POST = {"method": "POST", "path": "/restore$"}
JOBS = {"operation": "jobs"}
POLLED = {"operation": "operation_status|backup_operation"}


def entry(laboratory: Laboratory, request_id: str = "r1") -> LedgerEntry:
    held = laboratory.ledger.read(request_id)
    assert held is not None
    return held.entry


def ask(laboratory: Laboratory, request_id: str = "r1", **more: Any) -> None:
    laboratory.ask(request_for("RestoreDisks", request_id, **more))


def waiting(laboratory: Laboratory, request_id: str) -> dict[str, Any]:
    shown = laboratory.status(names.instance_id(request_id))
    found: dict[str, Any] = shown.get("waiting") or {}
    return found | {"phase": shown["phase"]}


def test_the_intent_says_what_is_sent_and_the_posts_answer_is_noted(laboratory: Laboratory) -> None:
    ask(laboratory)
    laboratory.run_for(5)
    known = entry(laboratory)
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
    assert len(laboratory.posts()) == 1


def test_a_second_restore_of_the_vm_waits_until_the_first_ones_job_is_known(
    laboratory: Laboratory,
) -> None:
    plant(
        laboratory, "operation_stuck", {"operation": "operation_status|backup_operation"}, times=9
    )
    laboratory.simulator.state.jobs.list_lag_s = 200
    ask(laboratory, "r1")
    ask(laboratory, "r2")
    laboratory.run_for(30)
    assert waiting(laboratory, "r2")["code"] == "ItemLocked"
    assert waiting(laboratory, "r2")["phase"] == "Triggering"
    assert len(laboratory.posts()) == 1
    laboratory.run_for(3 * HOUR)
    assert len(laboratory.posts()) == 2
    assert laboratory.verdict("r1").job_id != laboratory.verdict("r2").job_id


def test_no_more_restores_run_than_the_policy_allows() -> None:
    policy = msgspec.structs.replace(EVERYTHING, max_concurrent_restores=1)
    with Laboratory(policy=policy).open() as laboratory:
        ask(laboratory, "r1")
        laboratory.run_for(30)
        ask(laboratory, "r2", name="web-02")
        ask(laboratory, "r3", name="web-01")
        laboratory.run_for(60)
        assert len(laboratory.posts()) == 1
        waits = waiting(laboratory, "r2")
        assert (waits["phase"], waits["code"]) == ("WaitingForSlot", "NoSlot")
        assert "maxConcurrentRestores is 1" in waits["reason"]
        assert {"0 wait", "1 wait"} == {
            waiting(laboratory, each)["reason"].partition("; ")[2][:6] for each in ("r2", "r3")
        }
        laboratory.run_for(4 * HOUR)
        assert {laboratory.verdict(each).verdict for each in ("r1", "r2", "r3")} == {"Completed"}


def test_a_lost_reply_whose_job_runs_is_adopted(laboratory: Laboratory, journal: Journal) -> None:
    plant(laboratory, "drop_after", POST, times=1)
    ask(laboratory)
    laboratory.run_for(2 * HOUR)
    assert len(laboratory.posts()) == 1
    assert entry(laboratory).adopted
    assert laboratory.verdict("r1").verdict == "Completed"
    assert laboratory.verdict("r1").job_id == entry(laboratory).job_id
    assert "LocatingJob" in journal.phases(names.RESTORE_VM)
    assert laboratory.sent("started")[0]["adopted"] is True


def test_a_lost_request_is_sent_again_when_the_list_shows_no_job_of_it(
    laboratory: Laboratory,
) -> None:
    plant(laboratory, "drop_before", POST, times=1)
    ask(laboratory)
    laboratory.run_for(100)
    assert laboratory.posts() == []
    assert waiting(laboratory, "r1")["phase"] == "LocatingJob"
    laboratory.run_for(2 * HOUR)
    assert len(laboratory.posts()) == 1
    assert not entry(laboratory).adopted
    assert laboratory.verdict("r1").verdict == "Completed"


def test_a_cancel_while_a_lost_request_is_looked_for_sends_nothing_more(
    laboratory: Laboratory,
) -> None:
    plant(laboratory, "drop_before", POST, times=1)
    ask(laboratory)
    laboratory.run_for(60)
    laboratory.cancel("r1")
    laboratory.run_for(2 * HOUR)
    assert laboratory.posts() == []
    assert laboratory.verdict("r1").verdict == "Cancelled"


def test_what_azure_surely_did_not_accept_is_taken_back_and_sent_again(
    laboratory: Laboratory,
) -> None:
    plant(laboratory, "throttle", POST, times=1, retry_after=45)
    ask(laboratory)
    laboratory.run_for(20)
    assert entry(laboratory).intent is None
    assert entry(laboratory).state is LedgerState.ACCEPTED
    assert waiting(laboratory, "r1")["code"] == "Throttled"
    laboratory.run_for(HOUR)
    assert len(laboratory.posts()) == 1


def test_what_the_policy_forbids_by_now_is_not_sent(laboratory: Laboratory) -> None:
    plant(laboratory, "status", JOBS, status=503, times=6)
    ask(laboratory)
    laboratory.run_for(5)
    assert entry(laboratory).authorization is not None, "it was allowed before"
    nothing = msgspec.structs.replace(EVERYTHING, rules=())
    with policies.use(nothing):
        laboratory.run_for(HOUR)
    assert laboratory.posts() == []
    assert laboratory.verdict("r1").verdict == "Rejected"


def test_after_the_deadline_nothing_is_sent(laboratory: Laboratory) -> None:
    plant(laboratory, "status", JOBS, status=503, times=None)
    ask(laboratory, deadline="PT1H")
    laboratory.run_for(2 * HOUR)
    assert laboratory.posts() == []
    assert laboratory.verdict("r1").verdict == "DeadlinePassed"
    finished_at = entry(laboratory).finished_at
    assert finished_at is not None
    assert START + timedelta(seconds=3590) <= finished_at <= START + timedelta(seconds=3610)


def test_an_intent_that_took_too_long_to_write_is_not_sent(laboratory: Laboratory) -> None:
    kinds: list[str] = []

    def slow(name: str) -> None:
        if name.startswith("restores/") and not kinds:
            held = laboratory.ledger.read("r1")
            if held is not None and held.entry.intent is not None:
                kinds.append("slow")
                laboratory.clock.advance(300)

    laboratory.documents.after_write = slow
    ask(laboratory)
    laboratory.run_for(3)
    assert kinds == ["slow"]
    assert laboratory.posts() == []
    laboratory.run_for(2 * HOUR)
    assert len(laboratory.posts()) == 1


def test_the_urls_of_an_operation_are_kept_only_while_it_runs(laboratory: Laboratory) -> None:
    ask(laboratory)
    laboratory.run_for(5)
    assert "poll-urls/r1" in laboratory.documents.kept
    laboratory.run_for(HOUR)
    assert "poll-urls/r1" not in laboratory.documents.kept
