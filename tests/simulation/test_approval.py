"""A restore that needs an approval waits for it: whoever decides, whenever, once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from activities import policies
from restore.messages import names
from restore.messages.ledger_entry import LedgerState
from restore.messages.model import Caller
from restore.policy import rules
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.callers import shown, signed_in
from tests.fakes.front_door import FrontDoor
from tests.unit.restore.policy.policy_cases import only

HOUR = 3600.0
BOB = shown("bob@example.com")


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness(policy=rules.DEFAULT).open() as world:
        yield world


@pytest.fixture
def door(harness: AppHarness) -> FrontDoor:
    """Somebody has asked, and the restore waits."""
    door = FrontDoor(harness)
    assert door.ask(request_for("OriginalLocation", "r1"), who="ann@example.com").status == 202
    harness.run_for(60)
    return door


def entry(harness: AppHarness) -> Any:
    held = harness.ledger.read("r1")
    assert held is not None
    return held.entry


def verdict_code(harness: AppHarness) -> tuple[str, str | None]:
    verdict = harness.verdict("r1")
    return verdict.verdict, verdict.error.code if verdict.error else None


def runtime(harness: AppHarness) -> str:
    row = harness.driver.client.get("restore-r1")
    assert row is not None
    return row.runtime_status


def test_the_event_carries_everything_needed_to_decide(
    harness: AppHarness, door: FrontDoor
) -> None:
    told = harness.sent("approval-requested")
    assert len(told) == 1
    assert told[0]["rule"] == "default-replace"
    assert told[0]["until"] == "2026-11-23T07:00:00Z"
    assert told[0]["decideAt"] == "/api/restores/r1/approval"
    assert told[0]["request"]["confirm"] == "web-01"
    assert told[0]["recoveryPoint"]["why"]
    assert told[0]["disksToReplace"] == [{"name": "web-01-osdisk"}]
    view = door.show("r1").body
    assert (view["phase"], view["rule"]) == ("WaitingForApproval", "default-replace")
    assert view["approval"]["until"] == told[0]["until"]
    # A view knows by which prefix it was asked for, an event has the usual one.
    assert told[0]["decideAt"] == f"/api{view['approval']['decideAt']}"
    assert view["disksToReplace"] == ["web-01-osdisk"]
    assert harness.posts() == []


def test_an_approved_restore_goes_on_and_tells_who_approved(
    harness: AppHarness, door: FrontDoor
) -> None:
    reply = door.decide("r1", "approve", "bob@example.com", "the disk is gone")
    assert (reply.status, reply.body["by"]) == (200, BOB)
    harness.run_for(2 * HOUR)
    assert verdict_code(harness) == ("Completed", None)
    assert len(harness.posts()) == 1
    told = harness.sent("finished")[0]["approval"]
    assert (told["decision"], told["reason"]) == ("approved", "the disk is gone")
    view = door.show("r1").body
    assert (view["approval"]["by"], view["askedBy"]) == (BOB, shown("ann@example.com"))
    assert runtime(harness) == "Completed"


def test_a_refused_restore_is_rejected_and_says_who_and_why(
    harness: AppHarness, door: FrontDoor
) -> None:
    door.decide("r1", "refuse", "bob@example.com", "wrong VM")
    harness.run_for(60)
    assert verdict_code(harness) == ("Rejected", "ApprovalRefused")
    text = harness.verdict("r1").text
    assert f"{BOB} refused this restore" in text
    assert "wrong VM" in text
    assert harness.posts() == []
    assert runtime(harness) == "Completed"


def test_without_a_decision_in_time_it_is_rejected(harness: AppHarness, door: FrontDoor) -> None:
    harness.run_for(4 * HOUR)
    assert verdict_code(harness) == ("Rejected", "ApprovalExpired")
    assert door.decide("r1", "approve").body["code"] == "ApprovalExpired"
    assert harness.posts() == []


def test_the_last_second_counts(harness: AppHarness, door: FrontDoor) -> None:
    harness.run_for(4 * HOUR - 61)
    assert door.decide("r1", "approve").status == 200
    harness.run_for(2 * HOUR)
    assert verdict_code(harness) == ("Completed", None)


def test_a_cancel_while_waiting_ends_the_wait_at_once(harness: AppHarness, door: FrontDoor) -> None:
    assert door.cancel("r1").body["cancel"] == "BeforeStart"
    harness.run_for(60)
    assert verdict_code(harness) == ("Cancelled", None)
    assert runtime(harness) == "Completed"
    assert door.decide("r1", "approve").body["code"] == "NotWaiting"


def test_a_decision_that_comes_before_the_wait_begins_counts(harness: AppHarness) -> None:
    door = FrontDoor(harness)
    door.ask(request_for("OriginalLocation", "r1"))

    def before_send() -> None:
        if entry(harness).is_waiting_for_approval:
            harness.events.before_send = lambda: None
            harness.decide("r1", "approved")

    harness.events.before_send = before_send
    harness.run_for(2 * HOUR)
    assert verdict_code(harness) == ("Completed", None)


def test_the_first_decision_stands_and_the_same_one_again_is_no_error(
    harness: AppHarness, door: FrontDoor
) -> None:
    assert door.decide("r1", "refuse", "bob@example.com").status == 200
    again = door.decide("r1", "refuse", "carl@example.com")
    assert (again.status, again.body["by"]) == (200, BOB)
    other = door.decide("r1", "approve", "carl@example.com")
    assert (other.status, other.body["code"]) == (409, "DecidedOtherwise")
    assert other.body["approval"]["by"] == BOB
    harness.run_for(60)
    assert verdict_code(harness) == ("Rejected", "ApprovalRefused")


def test_a_wake_for_nothing_decides_nothing(harness: AppHarness, door: FrontDoor) -> None:
    harness.wake("r1", names.DECISION_EVENT)
    harness.run_for(60)
    assert harness.status("restore-r1")["phase"] == "WaitingForApproval"
    assert door.decide("r1", "approve").status == 200
    harness.run_for(6 * HOUR)
    assert verdict_code(harness) == ("Completed", None)


def test_nobody_approves_their_own_request_but_anybody_may_refuse_theirs(
    harness: AppHarness, door: FrontDoor
) -> None:
    own = door.decide("r1", "approve", "ann@example.com")
    assert (own.status, own.body["code"]) == (403, "OwnRequest")
    assert entry(harness).is_waiting_for_approval
    assert door.decide("r1", "refuse", "ann@example.com").status == 200


ANN_ID = signed_in("ann@example.com").id


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (Caller(id=ANN_ID, name="somebody.else@example.com"), "OwnRequest"),
        (Caller(id=str(ANN_ID).upper(), name="bob@example.com"), "OwnRequest"),
        (Caller(id=ANN_ID), "OwnRequest"),
        (Caller(name="ann@example.com"), "ApproverUnknown"),
        (Caller(name="bob@example.com"), "ApproverUnknown"),
        (None, "ApproverUnknown"),
    ],
    ids=str,
)
def test_who_asked_cannot_approve_in_disguise(
    harness: AppHarness, door: FrontDoor, who: Caller | None, code: str
) -> None:
    reply = door.decide("r1", "approve", who)
    assert (reply.status, reply.body["code"]) == (403, code)
    assert entry(harness).is_waiting_for_approval
    assert door.decide("r1", "refuse", who).status == 200


def test_whoever_asked_by_a_name_alone_can_be_told_from_nobody(harness: AppHarness) -> None:
    door = FrontDoor(harness)
    door.ask(request_for("OriginalLocation", "r1"), who=Caller(name="ann@example.com"))
    harness.run_for(60)
    reply = door.decide("r1", "approve", "bob@example.com")
    assert (reply.status, reply.body["code"]) == (403, "ApproverUnknown")
    assert "the person who asked" in reply.body["detail"]


def test_what_nobody_known_asked_for_may_be_approved_by_anybody_who_may_call(
    harness: AppHarness,
) -> None:
    door = FrontDoor(harness)
    door.drop(request_for("OriginalLocation", "r1"))
    harness.run_for(60)
    reply = door.decide("r1", "approve", None)
    assert reply.status == 200
    assert "by" not in reply.body


def test_an_approval_does_not_outlive_the_policy(harness: AppHarness, door: FrontDoor) -> None:
    door.decide("r1", "approve")
    with policies.use(only(sources=())):
        harness.run_for(60)
    assert verdict_code(harness) == ("Rejected", "PolicyRefused")
    assert harness.posts() == []


def test_an_approved_restore_that_is_started_anew_needs_no_second_approval(
    harness: AppHarness, door: FrontDoor
) -> None:
    harness.purge()
    reply = door.decide("r1", "approve")
    assert "no orchestration follows" in reply.body["text"]
    door.ask(request_for("OriginalLocation", "r1"))
    harness.run_for(2 * HOUR)
    assert verdict_code(harness) == ("Completed", None)
    assert len(harness.sent("approval-requested")) == 1


def test_a_restore_that_waits_anew_waits_until_the_same_time(
    harness: AppHarness, door: FrontDoor
) -> None:
    harness.purge()
    harness.run_for(3 * HOUR)
    door.ask(request_for("OriginalLocation", "r1"))
    harness.run_for(HOUR)
    assert verdict_code(harness) == ("Rejected", "ApprovalExpired")


@pytest.mark.parametrize("kind", ["RestoreDisks", "AlternateLocation"])
def test_what_needs_no_approval_has_nothing_to_decide(harness: AppHarness, kind: str) -> None:
    door = FrontDoor(harness)
    door.ask(request_for(kind, "r1"))
    harness.run_for(60)
    assert door.decide("r1", "approve").body["code"] == "NotWaiting"
    assert entry(harness).state is LedgerState.STARTED


def test_a_kill_while_waiting_changes_nothing(harness: AppHarness, door: FrontDoor) -> None:
    harness.boot()
    harness.run_for(HOUR)
    door.decide("r1", "approve")
    harness.boot()
    harness.run_for(2 * HOUR)
    assert verdict_code(harness) == ("Completed", None)


def test_a_decision_may_carry_no_line_breaks_into_events(door: FrontDoor) -> None:
    reply = door.decide("r1", "approve", reason="fine\nevil: yes")
    assert reply.status == 400
    assert reply.body["problems"][0]["path"] == "$.reason"
    assert "evil" not in json.dumps(reply.body)
