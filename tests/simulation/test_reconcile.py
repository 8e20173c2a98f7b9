"""Whatever ends a restore's orchestration: it is followed again, or closed with a true verdict."""

import json
from collections.abc import Collection, Iterator
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
from restore.progress.reconcile_decision import START_MAX
from restore.request import parsing
from restore.values.decoding import decode, encode
from simulated_azure.faults import Fault
from simulated_azure.state import Point
from storage import connection
from storage.documents import Changed
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.log import lines

HOUR, MINUTE = 3600.0, 60.0
DAY = 24 * HOUR
ID = "restore-r1"


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as world:
        yield world


def entry(harness: AppHarness, request_id: str = "r1") -> LedgerEntry:
    held = harness.ledger.read(request_id)
    assert held is not None
    return held.entry


def status(harness: AppHarness, instance_id: str = ID) -> str | None:
    row = harness.driver.client.get(instance_id)
    return row.runtime_status if row else None


def terminated(harness: AppHarness) -> None:
    harness.driver.client.terminate(ID, "a person made an end of it")
    harness.run_for(1)
    assert status(harness) == "Terminated"


def purged(harness: AppHarness) -> None:
    terminated(harness)
    purge.purge(harness.driver.client, ID)
    assert status(harness) is None


def forgotten(harness: AppHarness) -> None:
    harness.purge()


ENDS = pytest.mark.parametrize("end", [terminated, purged, forgotten])


def newer_point(harness: AppHarness) -> None:
    """The vault gets a recovery point in each item, which would be chosen now."""
    for vault in harness.simulator.state.vaults.values():
        for item in vault.items.values():
            item.points["newer"] = Point(name="newer", time=harness.clock.now())


def fault(harness: AppHarness, kind: str, match: dict[str, str], **more: Any) -> None:
    harness.simulator.faults.add([msgspec.convert({"match": match, "kind": kind, **more}, Fault)])


@ENDS
def test_a_restore_whose_job_runs_is_only_followed_again(harness: AppHarness, end: Any) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    before = entry(harness)
    assert before.state is LedgerState.STARTED
    end(harness)
    calls = len(harness.calls())
    harness.reconcile()
    harness.run_for(MINUTE)
    asked = {call["path"].rpartition("/")[2] for call in harness.calls()[calls:]}
    assert asked == {before.job_id}  # nothing is found or chosen again
    harness.run_for(2 * HOUR)
    verdict = harness.verdict("r1")
    assert (verdict.verdict, verdict.job_id) == ("Completed", before.job_id)
    assert before.intent is not None
    assert verdict.recovery_point == before.intent.recovery_point
    assert (len(harness.posts()), entry(harness).revivals) == (1, 1)


@ENDS
def test_a_restore_whose_reply_was_lost_looks_for_the_job_of_its_own_point(
    harness: AppHarness, end: Any
) -> None:
    harness.simulator.state.jobs.list_lag_s = 90
    fault(harness, "drop_after", {"method": "POST", "path": "/restore$"})
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(10)
    before = entry(harness)
    assert before.state is LedgerState.INTENDED
    assert before.intent is not None
    end(harness)
    newer_point(harness)
    harness.run_for(MINUTE)
    harness.reconcile()
    harness.run_for(2 * HOUR)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "Completed"
    assert verdict.recovery_point == before.intent.recovery_point != "newer"
    assert len(harness.posts()) == 1


@ENDS
def test_what_was_approved_is_what_is_restored_though_a_newer_point_came(
    harness: AppHarness, end: Any
) -> None:
    with policies.use(rules.DEFAULT):
        harness.ask(request_for("OriginalLocation", "r1"))
        harness.run_for(20)
        chosen = entry(harness).choice
        assert chosen is not None
        harness.ledger.decide("r1", Approval(decision="approved", at=harness.clock.now(), by="bob"))
        end(harness)
        newer_point(harness)
        harness.run_for(MINUTE)
        harness.reconcile()
        harness.run_for(2 * HOUR)
    verdict = harness.verdict("r1")
    assert (verdict.verdict, verdict.recovery_point) == ("Completed", chosen.point.name)


@ENDS
def test_a_cancelled_one_that_nobody_follows_is_closed_as_cancelled(
    harness: AppHarness, end: Any
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    end(harness)
    harness.ledger.cancel("r1")
    harness.run_for(MINUTE)
    harness.reconcile()
    harness.run_for(MINUTE)
    assert harness.verdict("r1").verdict == "Cancelled"
    assert harness.posts() == []


def accepted(harness: AppHarness) -> None:
    """A starter dies between its two writes."""
    request = parsing.parse_request(request_for("RestoreDisks", "r1"), default_request_id="none")
    harness.ledger.accept(
        LedgerEntry(
            request_id="r1",
            request_hash=names.request_hash(request),
            request=msgspec.to_builtins(request),
            source="queue",
            accepted_at=harness.clock.now(),
        )
    )


def test_what_was_accepted_and_never_started_is_started(harness: AppHarness) -> None:
    accepted(harness)
    harness.reconcile()
    assert status(harness) is None  # its starter may be about to start it
    harness.run_for(START_MAX.total_seconds())
    harness.reconcile()
    harness.run_for(2 * HOUR)
    assert harness.verdict("r1").verdict == "Completed"
    assert [each["requestId"] for each in harness.sent("accepted")] == ["r1"]


def test_what_is_followed_is_left_alone(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    before = harness.documents.kept["restores/r1"]
    harness.reconcile()
    harness.reconcile()
    assert harness.documents.kept["restores/r1"] == before


def test_one_that_breaks_each_time_is_given_up_and_says_what_is_known(
    harness: AppHarness,
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    job_id = entry(harness).job_id
    for number in range(1, 4):
        terminated(harness)
        harness.run_for(MINUTE)
        harness.reconcile()
        harness.run_for(2)
        assert (status(harness), entry(harness).revivals) == ("Running", number)
    terminated(harness)
    harness.run_for(MINUTE)
    harness.reconcile()
    verdict = harness.verdict("r1")
    assert (verdict.verdict, verdict.job_id) == ("Failed", job_id)
    assert verdict.error is not None
    assert verdict.error.code == "NotFollowed"
    assert "vault" in verdict.text
    assert len(harness.sent("finished")) == 1
    holders = json.loads(harness.documents.kept["slots/restores"][0])["holders"]
    assert list(holders) == ["r1"]  # its job runs on
    left = [row.instance_id for row in harness.store.instances_from("") if row.status == "Running"]
    assert left == []


def test_one_of_which_nothing_was_sent_is_given_up_as_not_started(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    purged(harness)
    held = harness.ledger.read("r1")
    assert held is not None
    tried = msgspec.structs.replace(held.entry, revivals=3)
    harness.documents.replace("restores/r1", msgspec.to_builtins(tried), held.version, {})
    harness.run_for(MINUTE)
    harness.reconcile()
    assert "could not be started" in harness.verdict("r1").text
    assert "slots/restores" not in harness.documents.kept


def test_of_two_who_would_start_it_again_one_does(harness: AppHarness) -> None:
    """The other comes between the look at the status and the count."""
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    terminated(harness)
    harness.run_for(MINUTE)
    known, now = entry(harness), harness.clock.now()
    harness.ledger.revive(known, now - timedelta(microseconds=1))
    with pytest.raises(Changed):
        harness.ledger.revive(known, now)
    assert entry(harness).revivals == 1
    harness.reconcile()
    assert status(harness) == "Terminated"  # the other one is about to start it


def test_with_nothing_open_a_look_costs_five_storage_calls_at_most(harness: AppHarness) -> None:
    """Three, with the look at the queues; five where there have been alerts."""
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(2 * HOUR)
    assert harness.verdict("r1").verdict == "Completed"
    calls = harness.documents.count_calls()
    made: list[Collection[str]] = []
    with connection.use(harness.ledger, harness.events, made.append):
        harness.reconcile()
    assert made == [(names.RESTORE_REQUESTS, names.RESTORE_ALERTS, names.RESTORE_EVENTS)]
    assert calls == ["folders", "read slots/restores"]
    harness.documents.create("alert-rules/web", {}, {})
    calls.clear()
    harness.reconcile()
    more = ["page alert-rules/", "page open-alerts/"]
    assert calls == ["folders", "read slots/restores", *more]


def test_the_slot_of_a_job_that_outlived_its_restore_is_released_when_the_job_is_over(
    harness: AppHarness,
) -> None:
    harness.simulator.state.jobs.duration_s = 2 * HOUR
    harness.ask(request_for("RestoreDisks", "r1", deadline="PT30M"))
    harness.run_for(HOUR)
    assert harness.verdict("r1").verdict == "DeadlinePassed"

    def holders() -> list[str]:
        return list(json.loads(harness.documents.kept["slots/restores"][0]).get("holders", {}))

    harness.reconcile()
    assert holders() == ["r1"]
    harness.run_for(2 * HOUR)
    harness.reconcile()
    assert holders() == []


def test_what_the_queue_refused_is_sent_by_the_reconciler(harness: AppHarness) -> None:
    def refuse() -> None:
        raise ServiceUnavailable("The queue takes nothing.")

    harness.events.before_send = refuse
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(2 * HOUR)
    assert harness.verdict("r1").verdict == "Completed"
    harness.reconcile()
    assert harness.events.sent == []
    harness.events.before_send = lambda: None
    harness.run_for(2 * MINUTE)
    harness.reconcile()
    kinds = [event["type"].split(".")[1] for event in harness.events.sent]
    assert kinds == ["accepted", "started", "finished"]
    assert "open/r1" not in harness.documents.kept


def test_a_plan_that_broke_is_made_again_and_not_for_ever(harness: AppHarness) -> None:
    request = parsing.parse_request(request_for("RestoreDisks", "p1"), default_request_id="none")
    order = MakePlan(request=request, source="queue")

    def breaks(*args: Any) -> Any:
        raise RuntimeError("The worker process exits.")

    with patch.object(plan_restore, "_plan", breaks):
        harness.driver.client.start_new(
            names.PLAN_RESTORE, json.dumps(json.dumps(encode(order))), "plan-m1"
        )
        harness.run_for(2)
        for _ in range(5):
            assert status(harness, "plan-m1") == "Failed"
            harness.reconcile()
    assert harness.sent("planned") == []
    row = harness.store.instance("plan-m1")
    assert row is not None
    assert json.loads(json.loads(row.input_text or ""))["revival"] == 3


def test_what_is_old_is_deleted_but_never_the_memory_of_exactly_once(
    harness: AppHarness,
) -> None:
    for number in (1, 2):
        harness.ask(request_for("RestoreDisks", f"r{number}", name=f"web-0{number}"))
    harness.run_for(2 * HOUR)
    harness.documents.create("plans/0", {}, {})
    harness.documents.create("events/r1:finished", {}, {})
    before = set(harness.documents.kept)
    harness.run_for(29 * DAY)
    harness.ask(request_for("RestoreDisks", "r9"))
    harness.run_for(300)
    harness.reconcile(deletes=True)
    assert status(harness) == "Completed"
    assert set(harness.documents.kept) >= before
    harness.run_for(DAY)
    harness.reconcile(deletes=True)
    left = {row.instance_id for row in harness.store.instances_from("")}
    assert left == {"reconcile", "restore-r9", "restore-r9~watch"}
    gone = before - set(harness.documents.kept)
    assert gone == {"plans/0", "events/r1:finished"}
    assert harness.ask(request_for("RestoreDisks", "r1")) == "r1"
    harness.run_for(2 * HOUR)
    assert len(harness.posts()) == 3


@pytest.mark.parametrize(
    ("breaks_in", "told"),
    [
        ("_choose", "could not be started"),
        ("_start", "not known whether Azure started"),
        ("_follow", "lost sight"),
    ],
)
def test_an_orchestrator_that_breaks_closes_its_entry_with_a_true_verdict(
    harness: AppHarness, caplog: pytest.LogCaptureFixture, breaks_in: str, told: str
) -> None:
    def breaks(*args: Any) -> Any:
        if breaks_in == "_start":
            send(harness)
        raise KeyError("a secret of our insides")

    with patch.object(restore_vm, breaks_in, breaks):
        harness.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(MINUTE)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "Failed"
    assert told in verdict.text
    assert "KeyError" in verdict.text
    assert "insides" not in verdict.text
    assert status(harness) == "Completed"
    (fault,) = lines(caplog, "fault")
    assert (fault["exception"], fault["requestId"]) == ("KeyError", "r1")


def send(harness: AppHarness) -> None:
    """The intent is written, and nobody knows what became of the POST."""
    held, now = harness.ledger.read("r1"), harness.clock.now()
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
        harness.ledger.intend(held, intent)


def test_an_order_that_cannot_be_read_is_put_off(harness: AppHarness) -> None:
    del harness
    for activity in (close_restore.close_restore, open_restore.open_restore):
        answer = decode(activity({"requestId": "r1", "ofANewerBuild": True}), Outcome)
        assert (answer.kind, answer.error and answer.error.code) == ("retryLater", "OtherBuild")
