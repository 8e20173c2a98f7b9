"""Whatever ends a restore's orchestration: it is followed again, or closed with a true verdict."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import msgspec
import pytest

from activities import close_restore, open_restore, policies
from devhost.engine import purge
from orchestrators import plan_restore, restore_vm
from restore.messages import names
from restore.messages.errors import ServiceUnavailable
from restore.messages.ledger_entry import Intent, LedgerEntry, LedgerState
from restore.messages.model import Approval, Outcome
from restore.messages.plan_io import MakePlan
from restore.policy import rules
from restore.progress.reconciling import START_MAX
from restore.request import parsing
from restore.values.decoding import decode, encode
from simulated_azure.faults import Fault
from simulated_azure.state import Point
from storage import connection
from storage.documents import Changed
from tests.end_to_end.stage import request_for
from tests.fakes.laboratory import Laboratory

HOUR, MINUTE = 3600.0, 60.0
DAY = 24 * HOUR
ID = "restore-r1"


@pytest.fixture
def laboratory() -> Iterator[Laboratory]:
    with Laboratory().open() as world:
        yield world


def entry(laboratory: Laboratory, request_id: str = "r1") -> LedgerEntry:
    held = laboratory.ledger.read(request_id)
    assert held is not None
    return held.entry


def status(laboratory: Laboratory, instance_id: str = ID) -> str | None:
    row = laboratory.driver.client.get(instance_id)
    return row.runtime_status if row else None


def terminated(laboratory: Laboratory) -> None:
    laboratory.driver.client.terminate(ID, "a person made an end of it")
    laboratory.run_for(1)
    assert status(laboratory) == "Terminated"


def purged(laboratory: Laboratory) -> None:
    terminated(laboratory)
    purge.purge(laboratory.driver.client, ID)
    assert status(laboratory) is None


def forgotten(laboratory: Laboratory) -> None:
    laboratory.purge()


ENDS = pytest.mark.parametrize("end", [terminated, purged, forgotten])


def newer_point(laboratory: Laboratory) -> None:
    """The vault gets a recovery point in each item, which would be chosen now."""
    for vault in laboratory.simulator.state.vaults.values():
        for item in vault.items.values():
            item.points["newer"] = Point(name="newer", time=laboratory.clock.now())


def fault(laboratory: Laboratory, kind: str, match: dict[str, str], **more: Any) -> None:
    laboratory.simulator.faults.add(
        [msgspec.convert({"match": match, "kind": kind, **more}, Fault)]
    )


@ENDS
def test_a_restore_whose_job_runs_is_only_followed_again(laboratory: Laboratory, end: Any) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(300)
    before = entry(laboratory)
    assert before.state is LedgerState.STARTED
    end(laboratory)
    calls = len(laboratory.calls())
    laboratory.reconcile()
    laboratory.run_for(MINUTE)
    asked = {call["path"].rpartition("/")[2] for call in laboratory.calls()[calls:]}
    assert asked == {before.job_id}  # nothing is found or chosen again
    laboratory.run_for(2 * HOUR)
    verdict = laboratory.verdict("r1")
    assert (verdict.verdict, verdict.job_id) == ("Completed", before.job_id)
    assert before.intent is not None
    assert verdict.recovery_point == before.intent.recovery_point
    assert (len(laboratory.posts()), entry(laboratory).revivals) == (1, 1)


@ENDS
def test_a_restore_whose_reply_was_lost_looks_for_the_job_of_its_own_point(
    laboratory: Laboratory, end: Any
) -> None:
    laboratory.simulator.state.jobs.list_lag_s = 90
    fault(laboratory, "drop_after", {"method": "POST", "path": "/restore$"})
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(10)
    before = entry(laboratory)
    assert before.state is LedgerState.INTENDED
    assert before.intent is not None
    end(laboratory)
    newer_point(laboratory)
    laboratory.run_for(MINUTE)
    laboratory.reconcile()
    laboratory.run_for(2 * HOUR)
    verdict = laboratory.verdict("r1")
    assert verdict.verdict == "Completed"
    assert verdict.recovery_point == before.intent.recovery_point != "newer"
    assert len(laboratory.posts()) == 1


@ENDS
def test_what_was_approved_is_what_is_restored_though_a_newer_point_came(
    laboratory: Laboratory, end: Any
) -> None:
    with policies.use(rules.DEFAULT):
        laboratory.ask(request_for("OriginalLocation", "r1"))
        laboratory.run_for(20)
        chosen = entry(laboratory).choice
        assert chosen is not None
        laboratory.ledger.decide(
            "r1", Approval(decision="approved", at=laboratory.clock.now(), by="bob")
        )
        end(laboratory)
        newer_point(laboratory)
        laboratory.run_for(MINUTE)
        laboratory.reconcile()
        laboratory.run_for(2 * HOUR)
    verdict = laboratory.verdict("r1")
    assert (verdict.verdict, verdict.recovery_point) == ("Completed", chosen.point.name)


@ENDS
def test_a_cancelled_one_that_nobody_follows_is_closed_as_cancelled(
    laboratory: Laboratory, end: Any
) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    end(laboratory)
    laboratory.ledger.cancel("r1")
    laboratory.run_for(MINUTE)
    laboratory.reconcile()
    laboratory.run_for(MINUTE)
    assert laboratory.verdict("r1").verdict == "Cancelled"
    assert laboratory.posts() == []


def accepted(laboratory: Laboratory) -> None:
    """A starter dies between its two writes."""
    request = parsing.parse_request(request_for("RestoreDisks", "r1"), default_request_id="none")
    laboratory.ledger.accept(
        LedgerEntry(
            request_id="r1",
            request_hash=names.request_hash(request),
            request=msgspec.to_builtins(request),
            source="queue",
            accepted_at=laboratory.clock.now(),
        )
    )


def test_what_was_accepted_and_never_started_is_started(laboratory: Laboratory) -> None:
    accepted(laboratory)
    laboratory.reconcile()
    assert status(laboratory) is None  # its starter may be about to start it
    laboratory.run_for(START_MAX.total_seconds())
    laboratory.reconcile()
    laboratory.run_for(2 * HOUR)
    assert laboratory.verdict("r1").verdict == "Completed"
    assert [each["requestId"] for each in laboratory.sent("accepted")] == ["r1"]


def test_what_is_followed_is_left_alone(laboratory: Laboratory) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(300)
    before = laboratory.documents.kept["restores/r1"]
    laboratory.reconcile()
    laboratory.reconcile()
    assert laboratory.documents.kept["restores/r1"] == before


def test_one_that_breaks_each_time_is_given_up_and_says_what_is_known(
    laboratory: Laboratory,
) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(300)
    job_id = entry(laboratory).job_id
    for number in range(1, 4):
        terminated(laboratory)
        laboratory.run_for(MINUTE)
        laboratory.reconcile()
        laboratory.run_for(2)
        assert (status(laboratory), entry(laboratory).revivals) == ("Running", number)
    terminated(laboratory)
    laboratory.run_for(MINUTE)
    laboratory.reconcile()
    verdict = laboratory.verdict("r1")
    assert (verdict.verdict, verdict.job_id) == ("Failed", job_id)
    assert verdict.error is not None
    assert verdict.error.code == "NotFollowed"
    assert "vault" in verdict.text
    assert len(laboratory.sent("finished")) == 1
    holders = json.loads(laboratory.documents.kept["slots/restores"][0])["holders"]
    assert list(holders) == ["r1"]  # its job runs on
    left = [
        row.instance_id for row in laboratory.store.instances_from("") if row.status == "Running"
    ]
    assert left == []


def test_one_of_which_nothing_was_sent_is_given_up_as_not_started(laboratory: Laboratory) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    purged(laboratory)
    held = laboratory.ledger.read("r1")
    assert held is not None
    tried = msgspec.structs.replace(held.entry, revivals=3)
    laboratory.documents.replace("restores/r1", msgspec.to_builtins(tried), held.version, {})
    laboratory.run_for(MINUTE)
    laboratory.reconcile()
    assert "could not be started" in laboratory.verdict("r1").text
    assert "slots/restores" not in laboratory.documents.kept


def test_of_two_who_would_start_it_again_one_does(laboratory: Laboratory) -> None:
    """The other comes between the look at the status and the count."""
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(300)
    terminated(laboratory)
    laboratory.run_for(MINUTE)
    known, now = entry(laboratory), laboratory.clock.now()
    laboratory.ledger.revive(known, now - timedelta(microseconds=1))
    with pytest.raises(Changed):
        laboratory.ledger.revive(known, now)
    assert entry(laboratory).revivals == 1
    laboratory.reconcile()
    assert status(laboratory) == "Terminated"  # the other one is about to start it


def test_with_nothing_open_a_look_costs_five_storage_calls_at_most(laboratory: Laboratory) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(2 * HOUR)
    assert laboratory.verdict("r1").verdict == "Completed"
    calls = laboratory.documents.count_calls()
    made: list[str] = []
    with connection.use(laboratory.ledger, laboratory.events, made.append):
        laboratory.reconcile()
    assert made == [names.RESTORE_REQUESTS, names.RESTORE_EVENTS]
    assert calls == ["read slots/restores", "page outbox/", "page open/"]


def test_the_slot_of_a_job_that_outlived_its_restore_is_released_when_the_job_is_over(
    laboratory: Laboratory,
) -> None:
    laboratory.simulator.state.jobs.duration_s = 2 * HOUR
    laboratory.ask(request_for("RestoreDisks", "r1", deadline="PT30M"))
    laboratory.run_for(HOUR)
    assert laboratory.verdict("r1").verdict == "DeadlinePassed"

    def holders() -> list[str]:
        return list(json.loads(laboratory.documents.kept["slots/restores"][0]).get("holders", {}))

    laboratory.reconcile()
    assert holders() == ["r1"]
    laboratory.run_for(2 * HOUR)
    laboratory.reconcile()
    assert holders() == []


def test_what_the_queue_refused_is_sent_by_the_reconciler(laboratory: Laboratory) -> None:
    def refuse() -> None:
        raise ServiceUnavailable("The queue takes nothing.")

    laboratory.events.before_send = refuse
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(2 * HOUR)
    assert laboratory.verdict("r1").verdict == "Completed"
    laboratory.reconcile()
    assert laboratory.events.sent == []
    laboratory.events.before_send = lambda: None
    laboratory.run_for(2 * MINUTE)
    laboratory.reconcile()
    kinds = [event["type"].split(".")[1] for event in laboratory.events.sent]
    assert kinds == ["accepted", "started", "finished"]
    assert "open/r1" not in laboratory.documents.kept


def test_a_plan_that_broke_is_made_again_and_not_for_ever(laboratory: Laboratory) -> None:
    request = parsing.parse_request(request_for("RestoreDisks", "p1"), default_request_id="none")
    order = MakePlan(request=request, source="queue")

    def breaks(*args: Any) -> Any:
        raise RuntimeError("The worker process exits.")

    with patch.object(plan_restore, "_plan", breaks):
        laboratory.driver.client.start_new(
            names.PLAN_RESTORE, json.dumps(json.dumps(encode(order))), "plan-m1"
        )
        laboratory.run_for(2)
        for _ in range(5):
            assert status(laboratory, "plan-m1") == "Failed"
            laboratory.reconcile()
    assert laboratory.sent("planned") == []
    row = laboratory.store.instance("plan-m1")
    assert row is not None
    assert json.loads(json.loads(row.input_text or ""))["revival"] == 3


def test_what_is_old_is_deleted_but_never_the_memory_of_exactly_once(
    laboratory: Laboratory,
) -> None:
    for number in (1, 2):
        laboratory.ask(request_for("RestoreDisks", f"r{number}", name=f"web-0{number}"))
    laboratory.run_for(2 * HOUR)
    laboratory.documents.create("plans/0", {}, {})
    laboratory.documents.create("events/r1:finished", {}, {})
    before = set(laboratory.documents.kept)
    laboratory.run_for(29 * DAY)
    laboratory.ask(request_for("RestoreDisks", "r9"))
    laboratory.run_for(300)
    laboratory.reconcile(deletes=True)
    assert status(laboratory) == "Completed"
    assert set(laboratory.documents.kept) >= before
    laboratory.run_for(DAY)
    laboratory.reconcile(deletes=True)
    left = {row.instance_id for row in laboratory.store.instances_from("")}
    assert left == {"reconcile", "restore-r9", "restore-r9~watch"}
    gone = before - set(laboratory.documents.kept)
    assert gone == {"plans/0", "events/r1:finished"}
    assert laboratory.ask(request_for("RestoreDisks", "r1")) == "r1"
    laboratory.run_for(2 * HOUR)
    assert len(laboratory.posts()) == 3


@pytest.mark.parametrize(
    ("breaks_in", "told"),
    [
        ("_choose", "could not be started"),
        ("_start", "not known whether Azure started"),
        ("_follow", "lost sight"),
    ],
)
def test_an_orchestrator_that_breaks_closes_its_entry_with_a_true_verdict(
    laboratory: Laboratory, caplog: pytest.LogCaptureFixture, breaks_in: str, told: str
) -> None:
    def breaks(*args: Any) -> Any:
        if breaks_in == "_start":
            send(laboratory)
        raise KeyError("a secret of our insides")

    with patch.object(restore_vm, breaks_in, breaks):
        laboratory.ask(request_for("RestoreDisks", "r1"))
        laboratory.run_for(MINUTE)
    verdict = laboratory.verdict("r1")
    assert verdict.verdict == "Failed"
    assert told in verdict.text
    assert "KeyError" in verdict.text
    assert "insides" not in verdict.text
    assert status(laboratory) == "Completed"
    assert "nobody foresaw this" in caplog.text


def send(laboratory: Laboratory) -> None:
    """The intent is written, and nobody knows what became of the POST."""
    held, now = laboratory.ledger.read("r1"), laboratory.clock.now()
    assert held is not None
    intent = Intent(
        item_id="/i",
        container_name="c",
        recovery_point="1",
        vault_time=now,
        written_at=now,
        window_s=200,
        known_jobs=(),
    )
    if held.entry.state is LedgerState.ACCEPTED:
        laboratory.ledger.intend(held, intent)


def test_an_order_that_cannot_be_read_is_put_off(laboratory: Laboratory) -> None:
    del laboratory
    for activity in (close_restore.close_restore, open_restore.open_restore):
        code = activity.build().get_user_function()
        answer = decode(code({"requestId": "r1", "ofANewerBuild": True}), Outcome)
        assert (answer.kind, answer.error and answer.error.code) == ("retryLater", "OtherBuild")
