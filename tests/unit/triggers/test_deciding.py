"""A person's decision over HTTP: who may make it, which one stands, and what else is told."""

from collections.abc import Iterator
from typing import Any

import pytest

from restore.messages.model import Caller
from restore.policy import rules
from storage.ledger import Ledger
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.callers import signed_in
from tests.fakes.front_door import FrontDoor, Reply

HOUR = 3600.0
ANN, BOB = signed_in("ann@example.com"), signed_in("bob@example.com")


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness(policy=rules.DEFAULT).open() as world:
        yield world


@pytest.fixture
def door(harness: AppHarness) -> FrontDoor:
    door = FrontDoor(harness)
    door.ask(request_for("OriginalLocation", "r1"), who=ANN)
    harness.run_for(60)
    return door


def code(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.body["code"]


def approval(ledger: Ledger) -> Any:
    held = ledger.read("r1")
    assert held is not None
    return held.entry.approval


def test_an_approval_is_noted_with_its_giver_reason_and_time(
    harness: AppHarness, door: FrontDoor
) -> None:
    reply = door.decide("r1", "approve", BOB, "the disk is gone")
    assert (reply.status, reply.body["requestId"]) == (200, "r1")
    assert (reply.body["decision"], reply.body["reason"]) == ("approved", "the disk is gone")
    assert "text" not in reply.body
    standing = approval(harness.ledger)
    assert (standing.by, standing.at) == (str(BOB), harness.clock.now())


@pytest.mark.parametrize(
    ("who", "told"),
    [
        (ANN, "OwnRequest"), (None, "ApproverUnknown"),
        (Caller(name="bob@example.com"), "ApproverUnknown"),
    ],
)  # fmt: skip
def test_who_asked_or_is_not_known_may_refuse_and_not_approve(
    harness: AppHarness, door: FrontDoor, who: Caller | None, told: str
) -> None:
    refused = door.decide("r1", "approve", who)
    assert code(refused) == (403, told)
    assert str(ANN) in refused.body["detail"]
    assert ("for you." in refused.body["detail"]) == (told == "ApproverUnknown")
    assert approval(harness.ledger) is None
    assert door.decide("r1", "refuse", who).status == 200


def test_where_it_is_not_known_who_asked_nobody_is_another(harness: AppHarness) -> None:
    door = FrontDoor(harness)
    door.ask(request_for("OriginalLocation", "r1"), who=Caller(name="ann"))
    harness.run_for(60)
    reply = door.decide("r1", "approve", BOB)
    assert code(reply) == (403, "ApproverUnknown")
    assert "for the person who asked." in reply.body["detail"]


def test_the_first_decision_stands(harness: AppHarness, door: FrontDoor) -> None:
    door.decide("r1", "refuse", BOB)
    again = door.decide("r1", "approve", BOB)
    assert code(again) == (409, "DecidedOtherwise")
    assert again.body["approval"]["decision"] == "refused"
    assert (
        f"{BOB} decided at 2026-11-23T03:01:00Z: refused. That decision counts."
        == again.body["detail"]
    )
    assert door.decide("r1", "refuse", ANN).body["by"] == str(BOB)


def test_who_refuses_what_was_approved_is_told_that_it_stands(
    harness: AppHarness, door: FrontDoor
) -> None:
    door.decide("r1", "approve", BOB)
    again = door.decide("r1", "refuse", ANN)
    assert code(again) == (409, "DecidedOtherwise")
    assert again.body["approval"]["decision"] == "approved"
    assert approval(harness.ledger).decision == "approved"


def test_a_decision_counts_until_its_time_is_over(harness: AppHarness, door: FrontDoor) -> None:
    held = harness.ledger.read("r1")
    assert held is not None
    assert held.entry.authorization is not None
    assert held.entry.authorization.until is not None
    left = held.entry.authorization.until - harness.clock.now()
    harness.clock.advance(left.total_seconds())
    assert door.decide("r1", "approve", BOB).status == 200


def test_a_decision_without_a_name_stands_as_well(harness: AppHarness, door: FrontDoor) -> None:
    door.decide("r1", "refuse", None)
    again = door.decide("r1", "approve", BOB)
    assert again.body["detail"].startswith("Somebody unknown decided at ")


def test_after_its_time_nobody_decides_any_more(harness: AppHarness, door: FrontDoor) -> None:
    harness.clock.advance(4 * HOUR)  # and the app has not looked yet
    early = door.decide("r1", "approve", BOB)
    assert code(early) == (409, "ApprovalExpired")
    assert "Nobody decided by 2026-11-23T07:00:00Z" in early.body["detail"]
    harness.run_for(HOUR)
    assert code(door.decide("r1", "approve", BOB)) == (409, "ApprovalExpired")


def test_what_waits_for_nobody_cannot_be_decided(harness: AppHarness) -> None:
    door = FrontDoor(harness)
    door.ask(request_for("RestoreDisks", "r1"), who=ANN)
    reply = door.decide("r1", "approve", BOB)
    assert code(reply) == (409, "NotWaiting")
    assert "Its state is Accepted" in reply.body["detail"]


def test_a_decision_that_is_none_is_refused_with_its_faults(
    harness: AppHarness, door: FrontDoor
) -> None:
    reply = door.decide("r1", "perhaps", BOB)
    assert code(reply) == (400, "InvalidRequest")
    assert [problem["path"] for problem in reply.body["problems"]] == ["$.decision"]
    assert approval(harness.ledger) is None


def test_a_decision_that_nobody_hears_says_what_to_do(harness: AppHarness, door: FrontDoor) -> None:
    harness.purge()
    reply = door.decide("r1", "approve", BOB)
    assert reply.status == 200
    assert "Send the request again" in reply.body["text"]
    assert approval(harness.ledger).decision == "approved"


def test_a_decision_on_what_is_over_is_told_without_waking_anybody(
    harness: AppHarness, door: FrontDoor
) -> None:
    door.decide("r1", "refuse", BOB)
    harness.run_for(60)
    harness.purge()
    reply = door.decide("r1", "refuse", BOB)
    assert (reply.status, reply.body["decision"], "text" in reply.body) == (200, "refused", False)
