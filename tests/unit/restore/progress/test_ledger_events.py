"""Which change of a ledger entry tells what: each thing once, and the same whenever it is sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from restore.messages.ledger_entry import LedgerEntry, LedgerState, Verifying
from restore.messages.model import (
    Approval,
    Authorization,
    Choice,
    Failure,
    ProtectedItem,
    RecoveryPoint,
    Verdict,
)
from restore.progress.ledger_events import cloud_event, told

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
REQUEST = {"recoveryType": "RestoreDisks", "sourceResourceId": "/vm", "requestId": "r1"}
ITEM = ProtectedItem(
    id="/vault/item",
    vault_id="/vault",
    container_name="c",
    name="n",
    source_resource_id="/vm",
    region="westeurope",
    protection_state="Protected",
)
CHOICE = Choice(
    point=RecoveryPoint(name="p1", time=NOW, tier="VaultStandard", consistency="AppConsistent"),
    why="the newest",
    considered=3,
)
NO_POINT = Failure(code="NoPoint", message="There is none.", category="NotFound")
REJECTED = Verdict(verdict="Rejected", succeeded=False, text="No.", error=NO_POINT)
DONE = Verdict(verdict="Completed", succeeded=True, text="Done.", replaced_disks=("os",))
WANTED = Authorization(rule="replace", approval=True, until=NOW + timedelta(hours=4))


def entry(**known: Any) -> LedgerEntry:
    return LedgerEntry(
        request_id="r1",
        request_hash="h",
        request=REQUEST,
        source="queue",
        accepted_at=NOW,
        **known,
    )


def then(before: LedgerEntry, **changes: Any) -> LedgerEntry:
    """The next change, an hour later than all that was before."""
    return told(msgspec.structs.replace(before, **changes), NOW + timedelta(hours=1))


def kinds(of: LedgerEntry) -> list[str]:
    return [event.kind for event in of.events]


@pytest.mark.parametrize(
    ("changes", "new"),
    [
        ({"authorization": Authorization(rule="all")}, []),
        ({"authorization": WANTED}, ["approval-requested"]),
        ({"authorization": WANTED, "approval": Approval(decision="approved", at=NOW)}, []),
        ({"state": LedgerState.STARTED, "operation_id": "op"}, []),
        ({"state": LedgerState.STARTED, "job_id": "job"}, ["started"]),
        ({"state": LedgerState.CANCELLED}, []),
        ({"state": LedgerState.FINISHED, "verdict": DONE}, ["finished"]),
        ({"state": LedgerState.FINISHED, "verdict": REJECTED}, ["rejected", "finished"]),
    ],
)
def test_a_change_tells_what_it_makes_true_and_nothing_else(
    changes: dict[str, Any], new: list[str]
) -> None:
    assert kinds(then(told(entry(), NOW), **changes)) == ["accepted", *new]


def test_nothing_is_told_twice_whatever_changes_after_it() -> None:
    waits = then(told(entry(), NOW), authorization=WANTED)
    later = msgspec.structs.replace(WANTED, rule="another")
    assert then(waits, authorization=later).events == waits.events


def test_what_an_older_build_did_not_tell_is_told_by_the_next_change() -> None:
    untold = entry(state=LedgerState.STARTED, job_id="job")
    over = then(untold, state=LedgerState.FINISHED, verdict=DONE)
    assert kinds(over) == ["accepted", "started", "finished"]


def test_an_event_says_what_was_true_when_it_was_told_whenever_it_is_sent() -> None:
    first = then(told(entry(), NOW), authorization=WANTED, item=ITEM, choice=CHOICE)
    asked = [cloud_event(first, index) for index in range(2)]
    over = then(
        first,
        authorization=msgspec.structs.replace(WANTED, rule="another"),
        approval=Approval(decision="approved", at=NOW),
        choice=msgspec.structs.replace(CHOICE, why="another"),
        state=LedgerState.FINISHED,
        verdict=DONE,
    )
    assert [cloud_event(over, index) for index in range(2)] == asked
    place = {"restoreAt": "/api/restores/r1"}
    assert asked[0]["data"] == REQUEST | place | {"request": REQUEST, "source": "queue"}
    assert asked[1]["data"]["decideAt"] == "/api/restores/r1/approval"
    assert asked[1]["data"]["until"] == "2026-11-23T07:00:00Z"
    assert asked[1]["data"]["recoveryPoint"]["why"] == "the newest"
    assert asked[1]["data"]["request"] == REQUEST


def test_the_events_of_a_request_are_numbered_in_the_order_in_which_it_went() -> None:
    started = then(told(entry(), NOW), state=LedgerState.STARTED, job_id="job", adopted=True)
    over = then(started, state=LedgerState.FINISHED, verdict=DONE)
    events = [cloud_event(over, index) for index in range(3)]
    assert [event["sequence"] for event in events] == ["1", "2", "3"]
    assert [event["id"] for event in events] == ["r1:accepted", "r1:started", "r1:finished"]
    assert [event["time"] for event in events] == [
        "2026-11-23T03:00:00Z",
        "2026-11-23T04:00:00Z",
        "2026-11-23T04:00:00Z",
    ]
    assert {event["subject"] for event in events} == {"/vm"}


def test_the_end_is_told_with_its_verdict_and_the_disks_that_were_replaced() -> None:
    over = then(told(entry(item=ITEM), NOW), state=LedgerState.FINISHED, verdict=DONE)
    data = cloud_event(over, 1)["data"]
    assert data["verdict"] == msgspec.to_builtins(DONE)
    assert data["replacedDisks"] == ["os"]
    assert data["vaultId"] == "/vault"


def test_a_rejection_is_told_with_all_that_is_wrong() -> None:
    over = then(told(entry(), NOW), state=LedgerState.FINISHED, verdict=REJECTED)
    data = cloud_event(over, 1)["data"]
    assert data["code"] == "NoPoint"
    assert list(data["problems"]) == [{"path": "$", "message": "There is none."}]


def test_an_entry_holds_no_second_copy_of_request_and_verdict() -> None:
    over = then(told(entry(), NOW), state=LedgerState.FINISHED, verdict=DONE)
    assert all({"request", "verdict"}.isdisjoint(event.data) for event in over.events)


def test_the_choice_of_a_verdict_is_told_once_as_the_recovery_point() -> None:
    other = msgspec.structs.replace(DONE, choice=CHOICE)
    over = then(entry(), state=LedgerState.FINISHED, verdict=other)
    data = cloud_event(over, len(over.events) - 1)["data"]
    assert "choice" not in data["verdict"]
    assert data["recoveryPoint"]["id"] == "p1"


def test_an_event_of_what_is_not_over_has_no_verdict() -> None:
    begun = told(entry(), NOW)
    assert cloud_event(begun, 0)["data"].get("verdict") is None
    assert cloud_event(begun, 0)["sequence"] == "1"


@pytest.mark.parametrize("more", [{}, {"attemptOf": "r0"}])
def test_of_what_was_started_the_job_is_told_and_whose_attempt_it_is(more: dict[str, Any]) -> None:
    known = {"state": LedgerState.STARTED, "job_id": "job", "operation_id": "op", "item": ITEM}
    started = told(entry(attempt_of=more.get("attemptOf"), **known), NOW)
    place = {"requestId": "r1", "restoreAt": "/api/restores/r1"}
    of_job = {"jobId": "job", "operationId": "op", "vaultId": "/vault", "adopted": False}
    assert cloud_event(started, 1)["data"] == of_job | more | place


@pytest.mark.parametrize(
    ("changes", "new"),
    [
        ({"authorization": WANTED}, ["approval-requested"]),
        ({"state": LedgerState.STARTED, "job_id": "job"}, ["started"]),
        ({"state": LedgerState.FINISHED, "verdict": DONE}, []),
        ({"state": LedgerState.FINISHED, "verdict": REJECTED}, []),
    ],
)
def test_an_attempt_tells_that_it_is_made_and_not_how_it_ends(
    changes: dict[str, Any], new: list[str]
) -> None:
    made = told(entry(attempt_of="r0", rung="olderPoint", because="Gone"), NOW)
    assert kinds(then(made, **changes)) == ["fallback", *new]
    data = cloud_event(made, 0)["data"]
    assert (data["attemptOf"], data["rung"], data["because"]) == ("r0", "olderPoint", "Gone")


def test_the_rule_that_allows_it_is_told_once_it_is_known() -> None:
    over = then(entry(), state=LedgerState.FINISHED, verdict=DONE, authorization=WANTED)
    assert "rule" not in cloud_event(told(entry(), NOW), 0)["data"]
    assert cloud_event(over, len(over.events) - 1)["data"]["rule"] == "replace"


def test_that_a_vm_is_looked_at_is_told_with_what_its_job_came_to() -> None:
    known = {"job_id": "job", "verifying": Verifying(since=NOW, verdict=DONE)}
    looked = told(entry(state=LedgerState.STARTED, **known), NOW)
    assert kinds(looked) == ["accepted", "started", "verifying"]
    data = cloud_event(looked, 2)["data"]
    assert (data["jobId"], data["job"], data["verify"]) == ("job", "Completed", None)
