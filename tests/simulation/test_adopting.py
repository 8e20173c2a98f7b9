"""A restore that somebody began elsewhere is followed, told and judged like one of the app."""

from collections.abc import Iterator
from typing import Any

import pytest

from arm import job_json
from restore.messages.ledger_entry import LedgerState
from restore.policy.rules import Policy, Rule
from simulated_azure.faults import Fault, Match
from simulated_azure.state import JobRecord
from storage.item_lock import claimed
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.fakes import elsewhere
from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import FrontDoor, Reply
from tests.unit.restore.policy.policy_cases import EVERYTHING

JOB = "0c1d2e3f-0000-4000-8000-000000000001"
ID = f"adopted-{JOB}"
KINDS = ("RestoreDisks", "OriginalLocation", "AlternateLocation")
ASKED = {"jobId": JOB, "vaultId": VAULT}


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as it:
        yield it


@pytest.fixture
def door(harness: AppHarness) -> FrontDoor:
    return FrontDoor(harness)


def begin(harness: AppHarness, kind: str = "RestoreDisks", name: str = "web-01") -> JobRecord:
    request = request_for(kind, "elsewhere", name=name)
    job = elsewhere.begin(harness.simulator, vm(name), VAULT, JOB, kind, request=request)
    assert job is not None
    return job


def posts(harness: AppHarness) -> list[str]:
    return [call["path"] for call in harness.calls() if call["method"] == "POST"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_a_status_events_and_a_verdict_and_nothing_is_sent(
    harness: AppHarness, door: FrontDoor, kind: str
) -> None:
    begin(harness, kind)
    reply = door.adopt(ASKED)
    assert (reply.status, reply.body["requestId"], reply.body["isNew"]) == (202, ID, True)
    harness.run_for(120)
    view = door.show(ID).body
    assert (view["phase"], view["adopted"], view["recoveryType"]) == ("Transferring", True, kind)
    assert view["sourceResourceId"] == vm()
    assert view["percent"] is not None
    harness.run_for(1800)
    verdict = harness.verdict(ID)
    assert (verdict.verdict, verdict.succeeded, verdict.job_id) == ("Completed", True, JOB)
    assert posts(harness) == []
    kinds = [event["type"].split(".")[1] for event in harness.events.sent]
    assert kinds == ["accepted", "started", "finished"]
    (started,) = harness.sent("started")
    assert (started["jobId"], started["adopted"]) == (JOB, True)
    (finished,) = harness.sent("finished")
    assert (finished["recoveryType"], finished["vaultId"]) == (kind, VAULT)


@pytest.mark.parametrize(
    ("outcome", "succeeded"), [("Completed", True), ("CompletedWithWarnings", False)]
)
def test_a_job_that_does_not_say_its_type_is_judged_with_care(
    harness: AppHarness,
    door: FrontDoor,
    monkeypatch: pytest.MonkeyPatch,
    outcome: Any,
    succeeded: bool,
) -> None:
    monkeypatch.setattr(job_json, "recovery_type", lambda extended: None)
    begin(harness).outcome = outcome
    door.adopt(ASKED)
    harness.run_for(1800)
    verdict = harness.verdict(ID)
    assert (verdict.verdict, verdict.succeeded) == (outcome, succeeded)
    assert "recoveryType" not in door.show(ID).body


def test_a_job_that_is_over_has_its_verdict_at_once(harness: AppHarness, door: FrontDoor) -> None:
    begin(harness)
    harness.run_for(86_400)
    door.adopt(ASKED)
    harness.run_for(60)
    assert harness.verdict(ID).verdict == "Completed"


def test_the_same_job_is_adopted_once(harness: AppHarness, door: FrontDoor) -> None:
    begin(harness)
    replies = [door.adopt(fields) for fields in (ASKED, ASKED, ASKED | {"jobId": JOB.upper()})]
    assert [(reply.body["requestId"], reply.body["isNew"]) for reply in replies] == [
        (ID, True), (ID, False), (ID, False),
    ]  # fmt: skip
    harness.run_for(1800)
    again = door.adopt(ASKED)
    assert (again.status, again.body["verdict"]) == (200, "Completed")
    assert len(harness.sent("accepted")) == 1


def test_a_job_that_a_request_of_ours_follows_is_told_so(
    harness: AppHarness, door: FrontDoor
) -> None:
    door.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(60)
    (job,) = harness.simulator.state.job_records
    for said in ("'r1' follows this job already.", "'r1' had this job, and is over."):
        reply = door.adopt({"jobId": job, "vaultId": VAULT})
        told = (reply.status, reply.body["code"], reply.body["requestId"])
        assert told == (409, "JobAlreadyFollowed", "r1")
        assert said in reply.body["detail"]
        harness.run_for(7200)
    assert harness.ledger.read(f"adopted-{job}") is None


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"jobId": "00000000-0000-4000-8000-000000000009"}, 404, "JobNotFound"),
        ({"vaultId": VAULT.replace("vault-west", "nowhere")}, 404, "JobNotFound"),
        ({"jobId": "../x"}, 400, "InvalidRequest"),
        ({"vaultId": vm()}, 400, "InvalidRequest"),
        ({"deadline": "soon"}, 400, "InvalidRequest"),
        ({"recoveryType": "RestoreDisks"}, 400, "InvalidRequest"),
    ],
)
def test_what_cannot_be_adopted_leaves_nothing_behind(
    harness: AppHarness, door: FrontDoor, fields: dict[str, Any], status: int, code: str
) -> None:
    begin(harness)
    reply = door.adopt(ASKED | fields)
    assert (reply.status, reply.body["code"]) == (status, code)
    assert harness.ledger.page(9, None).lines == ()
    assert door.adopt(ASKED).status == 202


def test_a_job_of_a_vm_that_the_vault_does_not_know_any_more_is_refused(
    harness: AppHarness, door: FrontDoor
) -> None:
    job = begin(harness)
    job.vm_id = vm("gone")
    reply = door.adopt(ASKED)
    assert (reply.status, reply.body["code"]) == (404, "ProtectedItemNotFound")


def test_while_a_request_of_ours_looks_for_its_job_nobody_adopts_that(
    harness: AppHarness, door: FrontDoor
) -> None:
    """Its reply was lost, and the list lags: the job may be its own, and is."""
    harness.simulator.state.jobs.list_lag_s = 90
    lost = Fault(kind="drop_after", match=Match(operation="restore"))
    harness.simulator.faults.add([lost])
    door.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(20)
    (job,) = harness.simulator.state.job_records
    held = harness.ledger.read("r1")
    assert held is not None
    assert held.entry.state is LedgerState.INTENDED
    fields = {"jobId": job, "vaultId": VAULT}
    assert door.adopt(fields).status == 503, "it waits"
    harness.run_for(600)
    reply = door.adopt(fields)
    assert (reply.status, reply.body["requestId"]) == (409, "r1")
    harness.run_for(7200)
    assert harness.verdict("r1").job_id == job
    assert len(harness.posts()) == 1


def test_a_job_that_an_open_request_may_yet_find_to_be_its_own_is_told_so(
    harness: AppHarness, door: FrontDoor
) -> None:
    """Its operation never names its job, and the time of its POST is over."""
    state = harness.simulator.state
    harness.simulator.faults.add([Fault(kind="operation_without_properties", times=999)])
    state.jobs.list_lag_s = 3600
    door.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(900)
    held = harness.ledger.read("r1")
    assert held is not None
    assert (held.entry.state, held.entry.job_id) == (LedgerState.STARTED, None)
    (job,) = state.job_records
    reply = door.adopt({"jobId": job, "vaultId": VAULT})
    assert (reply.status, reply.body["requestId"]) == (409, "r1")
    assert "is looking for its job, which may be this one" in reply.body["detail"]


def refused(harness: AppHarness, door: FrontDoor) -> Reply:
    begin(harness)
    reply = door.adopt(ASKED)
    assert harness.ledger.read(ID) is None
    return reply


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"sources": ("/subscriptions/other",)}, "VMs under /subscriptions/other only"),
        ({"asked_by": ("queue", "alert")}, "requests by queue, alert only"),
    ],
)
def test_who_may_not_restore_a_vm_may_not_follow_a_restore_of_it(
    rule: dict[str, Any], said: str
) -> None:
    plain: dict[str, Any] = {
        "name": "one",
        "recovery_types": ("RestoreDisks",),
        "sources": ("*",),
        "targets": (),
    }
    with AppHarness(policy=Policy(rules=(Rule(**plain | rule),))).open() as world:
        reply = refused(world, FrontDoor(world))
        assert (reply.status, reply.body["code"]) == (403, "PolicyRefused")
        assert said in reply.body["detail"]
    with AppHarness(policy=Policy(rules=(Rule(**plain),))).open() as world:
        begin(world)
        assert FrontDoor(world).adopt(ASKED).status == 202, "targets are none of its business"
    with AppHarness(policy=Policy(rules=())).open() as world:
        assert refused(world, FrontDoor(world)).status == 403


def test_it_takes_no_slot_and_gives_none_back(door: FrontDoor) -> None:
    import msgspec

    one = msgspec.structs.replace(EVERYTHING, max_concurrent_restores=1)
    with AppHarness(policy=one).open() as world:
        gate = FrontDoor(world)
        begin(world, name="web-02")
        gate.adopt(ASKED)
        for number in (1, 2):
            gate.ask(request_for("RestoreDisks", f"r{number}"))
            world.run_for(30)
        phases = [gate.show(each).body["phase"] for each in ("r1", "r2")]
        assert phases == ["Transferring", "WaitingForSlot"]
        world.run_for(7200)
        assert {world.verdict(each).verdict for each in (ID, "r1", "r2")} == {"Completed"}


def test_its_job_is_none_of_ours_for_whoever_looks_for_a_lost_one(
    harness: AppHarness, door: FrontDoor
) -> None:
    begin(harness)
    door.adopt(ASKED)
    held = harness.ledger.read(ID)
    assert held is not None
    assert held.entry.item is not None
    assert claimed(harness.ledger, held.entry.item.id) == (JOB,)
    door.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(7200)
    assert harness.verdict("r1").job_id not in (None, JOB)


def test_it_is_not_cancelled_here_and_may_be_abandoned(
    harness: AppHarness, door: FrontDoor
) -> None:
    begin(harness)
    door.adopt(ASKED)
    reply = door.cancel(ID)
    assert (reply.status, reply.body["code"]) == (409, "BegunElsewhere")
    harness.run_for(7200)
    assert harness.verdict(ID).verdict == "Completed"
    assert posts(harness) == []


def test_when_its_follower_is_lost_the_reconciler_follows_it_again(
    harness: AppHarness, door: FrontDoor
) -> None:
    begin(harness)
    door.adopt(ASKED)
    harness.run_for(120)
    harness.purge()
    harness.reconcile()
    harness.run_for(7200)
    held = harness.ledger.read(ID)
    assert held is not None
    assert (held.entry.state, held.entry.revivals) == (LedgerState.FINISHED, 1)
    assert harness.verdict(ID).verdict == "Completed"
    assert posts(harness) == []


def test_it_is_listed_and_followed_as_long_as_it_was_asked_for(
    harness: AppHarness, door: FrontDoor
) -> None:
    job = begin(harness)
    job.duration_s = 10 * 3600
    door.adopt(ASKED | {"deadline": "PT2H"})
    (line,) = harness.ledger.page(9, None).lines
    assert line.labels["recoverytype"] == "RestoreDisks"
    harness.run_for(3 * 3600)
    assert harness.verdict(ID).verdict == "DeadlinePassed"
