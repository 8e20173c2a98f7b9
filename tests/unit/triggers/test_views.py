"""How one restore is shown: the ledger knows for certain, the statuses know what happens now."""

from datetime import UTC, datetime
from typing import Any, cast

import msgspec
import pytest

from restore.messages.attempts import Attempt
from restore.messages.disks import KeptDisk, VmDisk
from restore.messages.ledger_entry import CancelAnswer, Intent, LedgerEntry, LedgerState
from restore.messages.model import (
    Approval,
    Authorization,
    Caller,
    Choice,
    RecoveryPoint,
    Verdict,
    VerdictKind,
)
from storage import connection
from storage.ledger import Ledger
from tests.fakes.durable import FakeDurableClient
from tests.fakes.storage import MemoryDocuments
from triggers import views

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
WATCHED = {
    "phase": "Transferring",
    "since": "2026-11-23T03:01:00Z",
    "job": {"id": "job", "status": "InProgress", "percent": 67.3, "remainingS": 3.9},
}


def running() -> FakeDurableClient:
    client = FakeDurableClient()
    for instance_id, status in (
        ("restore-r1", {"phase": "Starting"}),
        ("restore-r1~watch", WATCHED),
    ):
        client.started[instance_id] = ("x", None)
        client.custom[instance_id] = status
    return client


def start(ledger: Ledger) -> None:
    held = ledger.read("r1")
    assert held is not None
    intent = Intent(
        item_id="/i",
        container_name="c",
        recovery_point="1",
        vault_time=NOW,
        written_at=NOW,
        window_s=200,
        known_jobs=(),
    )
    ledger.started("r1", ledger.intend(held, intent), job_id="job")


async def view(client: FakeDurableClient) -> dict[str, Any]:
    shown = await views.read(cast("Any", client), "r1")
    assert shown is not None
    return shown


async def test_events_that_are_held_up_are_shown_until_they_are_sent(ledger: Ledger) -> None:
    assert (await view(running()))["eventsHeld"] == {"events": 1, "since": "2026-11-23T03:00:00Z"}
    held = ledger.read("r1")
    assert held is not None
    connection.outbox().tell(held.entry)
    assert "eventsHeld" not in await view(running())


@pytest.mark.usefixtures("ledger")
async def test_while_the_job_is_watched_the_watch_knows_best() -> None:
    shown = await view(running())
    assert (shown["phase"], shown["percent"], shown["remainingS"]) == ("Transferring", 67.3, 3.9)


async def test_a_verdict_outweighs_what_the_last_look_saw(ledger: Ledger) -> None:
    done = Verdict(verdict="Completed", succeeded=True, text="Done.", job_id="job")
    ledger.finish("r1", lambda _: done, NOW)
    shown = await view(running())
    assert (shown["phase"], shown["verdict"], shown["percent"]) == ("Completed", "Completed", 100)
    assert shown["job"] == {"id": "job"}
    assert "remainingS" not in shown


async def test_a_purged_history_still_shows_the_verdict(ledger: Ledger) -> None:
    failed = Verdict(verdict="Failed", succeeded=False, text="No.")
    ledger.finish("r1", lambda _: failed, NOW)
    shown = await view(FakeDurableClient())
    assert (shown["verdict"], shown["text"]) == ("Failed", "No.")


WAITS = {"code": "NoSlot", "reason": "R.", "until": "2026-11-24T03:00:00Z", "attempt": 6}


@pytest.mark.usefixtures("ledger")
async def test_what_the_child_waits_for_is_newer_than_what_its_parent_said() -> None:
    client = running()
    client.custom["restore-r1"] = {"phase": "WaitingForSlot", "waiting": WAITS}
    assert (await view(client))["waiting"] == WAITS
    client.started["restore-r1~wait"] = ("x", None)
    client.custom["restore-r1~wait"] = {"waiting": WAITS | {"attempt": 20}}
    assert (await view(client))["waiting"]["attempt"] == 20
    client.custom["restore-r1~wait"] = {"waiting": WAITS | {"code": "LocatingJob"}}
    settling = await view(client)
    assert (settling["phase"], settling.get("since")) == ("LocatingJob", None)
    client.custom["restore-r1~wait"] = {}  # it is over, its parent not yet awake
    assert (await view(client))["waiting"] == WAITS


@pytest.mark.usefixtures("ledger")
async def test_what_the_watch_waits_for_is_shown_with_the_job() -> None:
    client = running()
    assert "waiting" not in await view(client)
    client.custom["restore-r1~watch"] = WATCHED | {"waiting": WAITS}
    assert (await view(client))["waiting"] == WAITS


async def test_of_a_restore_that_was_started_again_its_own_follower_is_shown(
    ledger: Ledger,
) -> None:
    held = ledger.read("r1")
    assert held is not None
    ledger.revive(held.entry, NOW)
    client = running()
    client.started["restore-r1~watch-1"] = ("x", None)
    client.custom["restore-r1~watch-1"] = WATCHED | {"job": {"id": "job", "percent": 77.0}}
    assert (await view(client))["percent"] == 77.0


async def test_what_is_over_waits_for_nothing(ledger: Ledger) -> None:
    ledger.finish("r1", lambda entry: Verdict(verdict="Failed", succeeded=False, text="No."), NOW)
    client = running()
    client.custom["restore-r1"] = {"phase": "WaitingForSlot", "waiting": WAITS}
    assert "waiting" not in await view(client)


@pytest.mark.usefixtures("ledger")
async def test_what_was_never_accepted_is_not_shown() -> None:
    assert await views.read(cast("Any", FakeDurableClient()), "r2") is None


async def test_a_cancel_is_shown_in_one_form_before_and_after_azure_has_answered(
    ledger: Ledger,
) -> None:
    start(ledger)
    ledger.cancel("r1")
    client = running()
    asked = await views.read(cast("Any", client), "r1")
    held = ledger.read("r1")
    assert held is not None
    ledger.cancel_answered(held, CancelAnswer(asked=1, accepted=False, code="X"))
    answered = await views.read(cast("Any", client), "r1")
    assert asked is not None
    assert answered is not None
    assert asked["cancel"] == {"asked": True}
    assert answered["cancel"] == {"asked": True, "accepted": False, "code": "X"}


CHECKS = [
    {"check": "VmRunning", "passed": True, "text": "The VM runs.", "at": "2026-11-23T03:05:00Z"}
]


@pytest.mark.usefixtures("ledger")
async def test_while_the_vm_is_looked_at_it_is_shown_what_passed_and_what_is_waited_for() -> None:
    client = running()
    client.custom["restore-r1"] = {"phase": "Verifying", "since": "2026-11-23T03:04:00Z"}
    client.started["restore-r1~verify"] = ("x", None)
    client.custom["restore-r1~verify"] = {
        "phase": "Verifying",
        "checks": CHECKS,
        "waiting": WAITS | {"code": "AgentNotReady"},
    }
    shown = await view(client)
    assert (shown["phase"], shown["since"]) == ("Verifying", "2026-11-23T03:04:00Z")
    assert shown["waiting"]["code"] == "AgentNotReady"
    assert shown["checks"] == CHECKS
    assert "verified" not in shown


async def test_a_verdict_shows_whether_the_vm_is_verified_and_by_what(ledger: Ledger) -> None:
    verdict = Verdict.from_json(
        {"verdict": "Completed", "succeeded": True, "text": "Done.",
         "verification": {"verified": True, "checks": CHECKS}}
    )  # fmt: skip
    ledger.finish("r1", lambda _: verdict, NOW)
    shown = await view(FakeDurableClient())
    assert shown["verified"] is True
    assert list(shown["checks"]) == CHECKS


async def test_a_verdict_without_a_look_at_a_vm_says_nothing_of_one(ledger: Ledger) -> None:
    ledger.finish("r1", lambda _: Verdict(verdict="Failed", succeeded=False, text="No."), NOW)
    shown = await view(FakeDurableClient())
    assert not {"verified", "checks"} & shown.keys()


def entry(**changes: Any) -> LedgerEntry:
    plain = LedgerEntry(
        request_id="r1",
        request_hash="h",
        request={"recoveryType": "RestoreDisks", "sourceResourceId": "/vm", "vaultId": "/asked"},
        source="queue",
        accepted_at=NOW,
    )
    return msgspec.structs.replace(plain, **changes)


def shown(
    status: dict[str, Any] | None = None, watch: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    return views._view(entry(**changes), status or {}, watch or {}, None)


CHOICE = Choice(point=RecoveryPoint(name="p1", time=NOW), why="the newest", considered=1)
INTENT = Intent(
    item_id="/i", container_name="c", recovery_point="sent", vault_time=NOW, written_at=NOW,
    window_s=200, known_jobs=(),
)  # fmt: skip


def test_a_view_without_statuses_shows_what_the_ledger_knows() -> None:
    found = shown()
    assert (found["phase"], found["vaultId"], found["source"]) == ("Accepted", "/asked", "queue")
    for name in ("job", "recoveryPoint", "approval", "cancel", "truncated", "askedBy", "adopted"):
        assert name not in found
    known = shown(job_id="j1", asked_by=Caller(name="ann"), adopted=True, operation_id="o1")
    assert known["job"] == {"id": "j1"}
    assert "ann" in known["askedBy"]
    assert (known["adopted"], known["operationId"]) == (True, "o1")


@pytest.mark.parametrize("phase", ["Starting", None])
def test_the_watch_is_shown_while_the_parent_says_no_more(phase: str | None) -> None:
    status = {"phase": phase, "since": "then", "waiting": {"code": "Parent"}}
    found = shown(status, WATCHED)
    assert (found["phase"], found["since"]) == ("Transferring", WATCHED["since"])
    assert (found["percent"], found["remainingS"]) == (67.3, 3.9)
    assert found["waiting"] == {"code": "Parent"}
    assert shown(status, WATCHED | {"waiting": {"code": "Own"}})["waiting"] == {"code": "Own"}
    later = shown(status | {"phase": "Finalizing"}, WATCHED)
    assert (later["phase"], later["since"]) == ("Finalizing", "then")
    assert shown(status, {})["phase"] == (phase or "Accepted")


def test_the_recovery_point_is_what_is_told_then_what_was_chosen_then_what_was_sent() -> None:
    told = {"recoveryPoint": {"id": "told"}}
    assert shown(told, choice=CHOICE, intent=INTENT)["recoveryPoint"] == {"id": "told"}
    assert shown(choice=CHOICE, intent=INTENT)["recoveryPoint"]["id"] == "p1"
    assert "sent" in str(shown(intent=INTENT)["recoveryPoint"])
    assert shown({"vaultId": "/found"})["vaultId"] == "/found"


def test_what_was_cut_is_named_of_both() -> None:
    assert shown({"truncated": ["a"]}, {"truncated": ["b"]})["truncated"] == ["a", "b"]
    assert shown({"truncated": ["a"]})["truncated"] == ["a"]


def test_an_approval_shows_who_must_decide_or_has_decided() -> None:
    wanted = Authorization(
        rule="r", approval=True, until=NOW, disks=(VmDisk(name="os"),),
        kept_disks=(KeptDisk(name="data", lun=1, why="NotAskedFor"),),
    )  # fmt: skip
    found = shown(authorization=wanted)
    assert found["rule"] == "r"
    assert found["approval"]["until"] == "2026-11-23T03:00:00Z"
    assert found["approval"]["decideAt"].endswith("/restores/r1/approval")
    assert len(found["disksToReplace"]) == len(found["disksToKeep"]) == 1
    decided = Approval(decision="approved", at=NOW, by="ann", reason="because")
    said = shown(authorization=wanted, approval=decided)["approval"]
    assert (said["decision"], said["by"]) == ("approved", "ann")
    assert "decideAt" not in said
    without = shown(authorization=Authorization(rule="r"))
    assert "approval" not in without
    assert "disksToReplace" not in without
    assert "disksToKeep" not in without


@pytest.mark.parametrize(
    ("phase", "waits_for", "told"),
    [
        ("WaitingForSlot", "NoSlot", ("WaitingForSlot", "then")),
        ("WaitingForSlot", "LocatingJob", ("LocatingJob", None)),
        ("Triggering", "NoSlot", ("WaitingForSlot", None)),
    ],
)
def test_since_when_is_told_of_the_phase_that_is_shown(
    phase: str, waits_for: str, told: tuple[str, str | None]
) -> None:
    child = {"waiting": {"code": waits_for}}
    found = views._waiting({"phase": phase, "since": "then", "waiting": {"code": "Old"}}, child)
    assert (found["phase"], found["since"]) == told
    assert found["waiting"] == child["waiting"]


@pytest.mark.parametrize(
    ("verdict", "percent"),
    [
        ("Completed", 100.0), ("CompletedWithWarnings", None), ("Failed", None),
        ("Cancelled", None), ("DeadlinePassed", None), ("Rejected", None),
    ],
)  # fmt: skip
def test_all_is_done_of_what_is_completed_alone(
    verdict: VerdictKind, percent: float | None
) -> None:
    over = Verdict(verdict=verdict, succeeded=False, text="It is over.", job_id="job")
    found = shown(watch=WATCHED, verdict=over)
    assert found.get("percent") == percent
    assert "attempts" not in found


def test_a_verdict_on_another_point_shows_that_one() -> None:
    other = Choice(point=RecoveryPoint(name="p2", time=NOW), why="it is older", considered=2)
    plain = Verdict(verdict="Completed", succeeded=True, text="Done.")
    assert shown(choice=CHOICE, verdict=plain)["recoveryPoint"]["id"] == "p1"
    of_other = msgspec.structs.replace(plain, choice=other)
    assert shown(choice=CHOICE, verdict=of_other)["recoveryPoint"]["id"] == "p2"


def test_a_verdict_shows_the_attempts_that_were_made() -> None:
    attempts = (Attempt(id="r1", at=NOW, verdict="Failed"), Attempt(id="r1~2", at=NOW))
    over = Verdict(verdict="Completed", succeeded=True, text="Done.", attempts=attempts)
    assert [each["id"] for each in shown(verdict=over)["attempts"]] == ["r1", "r1~2"]


def test_while_azure_is_asked_anew_to_cancel_what_it_said_before_is_not_shown() -> None:
    answer = CancelAnswer(asked=1, accepted=False, code="X")
    state = LedgerState.STARTED
    once = shown(state=state, cancel_asked=1, cancel_answer=answer)
    assert once["cancel"] == {"asked": True, "accepted": False, "code": "X"}
    again = shown(state=state, cancel_asked=2, cancel_answer=answer)
    assert again["cancel"] == {"asked": True}


@pytest.mark.usefixtures("ledger")
async def test_an_orchestration_without_a_status_is_shown_without_one() -> None:
    client = running()
    assert (await view(client))["runtimeStatus"] == "Running"
    client.runtime["restore-r1"] = None
    assert "runtimeStatus" not in await view(client)


@pytest.mark.parametrize(("source", "is_looked_for"), [("queue", True), ("http", False)])
async def test_equal_messages_are_looked_for_where_it_was_a_message(
    ledger: Ledger, source: str, is_looked_for: bool
) -> None:
    ledger.accept(entry(request_id="r2", source=source))
    assert isinstance(ledger.documents, MemoryDocuments)
    calls = ledger.documents.count_calls()
    await views.read(cast("Any", running()), "r2")
    assert any("same/" in each for each in calls) is is_looked_for
