"""What the policy does not allow never reaches Azure, whichever way it was asked for."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from activities import policies
from devhost.engine.history import Kind
from restore.messages import names
from restore.messages.activity_io import Restore
from restore.messages.model import Verdict
from restore.messages.poll_policy import PollPolicy
from restore.policy.rules import DEFAULT, Policy
from restore.values.decoding import encode
from simulated_azure.faults import Fault
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import FrontDoor
from tests.unit.restore.policy.policy_cases import CASES, EVERYTHING, Case, only
from tests.unit.restore.samples import parsed

HOUR = 3600.0


@contextmanager
def harness_with(rules: Policy) -> Iterator[AppHarness]:
    with AppHarness(policy=rules).open() as world:
        yield world


def limited(**limits: Any) -> Policy:
    return msgspec.structs.replace(EVERYTHING, **limits)


def entry(harness: AppHarness, request_id: str = "r1") -> Any:
    held = harness.ledger.read(request_id)
    assert held is not None
    return held.entry


def must_be_as_the_table_says(case: Case, harness: AppHarness) -> None:
    harness.run_for(30)
    known = entry(harness)
    if case.allowed_by is None:
        verdict: Verdict = harness.verdict("r1")
        assert (verdict.verdict, verdict.error and verdict.error.code) == (
            "Rejected",
            "PolicyRefused",
        )
        assert verdict.error is not None
        assert tuple(problem.path for problem in verdict.error.problems) == case.at
        assert harness.posts() == []
        assert harness.sent("rejected")[0]["code"] == "PolicyRefused"
        return
    assert known.authorization.rule == case.allowed_by
    assert known.is_waiting_for_approval is case.approval
    assert len(harness.posts()) == (0 if case.approval else 1)


def by(source: str) -> list[Case]:
    return [case for case in CASES if case.source in (None, source)]


@pytest.mark.parametrize("case", by("queue"), ids=lambda case: case.name)
def test_a_message_is_held_to_the_policy(case: Case) -> None:
    with harness_with(case.policy) as harness:
        FrontDoor(harness).drop(case.request("r1"))
        must_be_as_the_table_says(case, harness)


@pytest.mark.parametrize("case", by("http"), ids=lambda case: case.name)
def test_a_request_by_http_is_held_to_the_policy(case: Case) -> None:
    with harness_with(case.policy) as harness:
        assert FrontDoor(harness).ask(case.request("r1")).status == 202
        must_be_as_the_table_says(case, harness)


def test_a_refusal_is_told_by_http_with_its_rule() -> None:
    with harness_with(only(sources=())) as harness:
        door = FrontDoor(harness)
        door.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(30)
        view = door.show("r1").body
        assert view["error"]["category"] == "PolicyRefused"
        assert "the rule 'only'" in view["text"]
        assert "nothing was started" in view["text"]


def test_the_policy_counts_that_is_in_force_when_it_is_judged() -> None:
    with harness_with(EVERYTHING) as harness:
        throttled = {"match": {"path": "/recoveryPoints"}, "kind": "throttle", "retry_after": 60}
        harness.simulator.faults.add([msgspec.convert(throttled, Fault)])
        harness.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(20)
        with policies.use(only(sources=())):
            harness.run_for(120)
        assert harness.verdict("r1").verdict == "Rejected"


def test_what_was_sent_already_is_followed_whatever_the_policy_says_by_now() -> None:
    with harness_with(EVERYTHING) as harness:
        lost = {"match": {"method": "POST", "path": "/restore$"}, "kind": "drop_after"}
        harness.simulator.faults.add([msgspec.convert(lost, Fault)])
        harness.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(10)
        harness.purge()
        with policies.use(limited(rules=(), max_concurrent_restores=1, restores_per_vm_per_day=1)):
            harness.ask(request_for("RestoreDisks", "r1"))
            harness.run_for(HOUR)
        assert harness.verdict("r1").verdict == "Completed"
        assert len(harness.posts()) == 1


def test_no_more_restores_run_at_once_than_the_policy_allows_and_none_is_refused() -> None:
    with harness_with(limited(max_concurrent_restores=2)) as harness:
        for number, name in enumerate(("web-01", "web-02", "web-01", "web-02")):
            harness.ask(request_for("RestoreDisks", f"r{number}", name=name))
        harness.run_for(120)
        assert len(harness.posts()) == 2
        phases = sorted(harness.status(f"restore-r{each}")["phase"] for each in range(4))
        assert phases == ["Starting", "Starting", "WaitingForSlot", "WaitingForSlot"]
        harness.run_for(3 * HOUR)
        assert [harness.verdict(f"r{each}").verdict for each in range(4)] == ["Completed"] * 4


def test_who_loses_every_race_for_a_place_comes_again_soon_and_waits_for_none() -> None:
    with harness_with(limited(max_concurrent_restores=3)) as harness:
        harness.ask(request_for("RestoreDisks", "r0", name="web-02"))
        harness.run_for(60)
        losses = iter(range(10))

        def others_first(name: str) -> None:
            if name.startswith("slots/") and next(losses, None) is not None:
                harness.documents.touch(name)

        harness.documents.before_write = others_first
        harness.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(60)
        assert next(losses, None) is None
        assert harness.status("restore-r1")["phase"] in ("Starting", "Transferring")
        kinds = [event["EventType"] for event in harness.store.history("restore-r1")]
        assert kinds.count(Kind.SubOrchestrationInstanceCreated) == 1  # the watch, none for a place


def test_a_restore_that_waits_for_its_place_can_be_cancelled() -> None:
    with harness_with(limited(max_concurrent_restores=1)) as harness:
        harness.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(30)
        harness.ask(request_for("RestoreDisks", "r2"))
        harness.run_for(60)
        harness.cancel("r2")
        harness.run_for(120)
        assert harness.verdict("r2").verdict == "Cancelled"
        assert len(harness.posts()) == 1


def test_waiting_for_a_place_keeps_every_history_short_and_ends_with_the_deadline() -> None:
    with harness_with(limited(max_concurrent_restores=1)) as harness:
        harness.simulator.state.jobs.duration_s = 20 * HOUR
        harness.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(30)
        harness.ask(request_for("RestoreDisks", "r2", deadline="PT2H"))
        harness.run_for(3 * HOUR)
        verdict = harness.verdict("r2")
        assert verdict.error is not None
        assert (verdict.verdict, verdict.error.code) == ("DeadlinePassed", "DeadlinePassed")
        assert "Nothing was started." in verdict.text
        assert "NoSlot" in verdict.text
        assert len(harness.store.history("restore-r2")) < 120


def test_the_quota_of_a_vm_is_spent_after_so_many_restores_in_a_day() -> None:
    rules = limited(restores_per_vm_per_day=3, reserved_for_people=1)
    with harness_with(rules) as harness:
        for number in range(3):
            harness.ask(request_for("RestoreDisks", f"r{number}"), PollPolicy())
            harness.run_for(HOUR)
        refused = harness.verdict("r2")
        assert refused.error is not None
        assert (refused.verdict, refused.error.code) == ("Rejected", "QuotaSpent")
        assert "2 restores of this VM began in the last 24 hours" in refused.text
        harness.ask(request_for("RestoreDisks", "by-a-person"), source="http")
        harness.ask(request_for("RestoreDisks", "another-vm", name="web-02"))
        harness.run_for(HOUR)
        assert harness.verdict("by-a-person").verdict == "Completed"
        assert harness.verdict("another-vm").verdict == "Completed"
        harness.ask(request_for("RestoreDisks", "too-many"), source="http")
        harness.run_for(60)
        assert harness.verdict("too-many").verdict == "Rejected"
        harness.run_for(24 * HOUR)
        harness.ask(request_for("RestoreDisks", "next-day"))
        harness.run_for(HOUR)
        assert harness.verdict("next-day").verdict == "Completed"


def test_a_spent_quota_gives_its_slot_back() -> None:
    rules = limited(restores_per_vm_per_day=1, max_concurrent_restores=1)
    with harness_with(rules) as harness:
        for number in range(2):
            harness.ask(request_for("RestoreDisks", f"r{number}"))
            harness.run_for(HOUR)
        assert harness.verdict("r1").verdict == "Rejected"
        harness.ask(request_for("RestoreDisks", "r2", name="web-02"))
        harness.run_for(HOUR)
        assert harness.verdict("r2").verdict == "Completed"


def test_by_default_an_old_disk_is_named_when_it_was_replaced() -> None:
    with harness_with(DEFAULT) as harness:
        vm = harness.simulator.state.vms
        next(each for key, each in vm.items() if key.endswith("web-01")).data_luns = [0, 1]
        harness.ask(request_for("OriginalLocation", "r1", restoreDiskLunList=[1]))
        harness.run_for(60)
        told = harness.sent("approval-requested")[0]
        assert [disk["name"] for disk in told["disksToReplace"]] == [
            "web-01-osdisk",
            "web-01-data1",
        ]
        harness.decide("r1", "approved")
        harness.run_for(2 * HOUR)
        finished = harness.sent("finished")[0]
        assert finished["replacedDisks"] == ["web-01-osdisk", "web-01-data1"]
        assert finished["verdict"]["replacedDisks"] == finished["replacedDisks"]
        assert "cost money: web-01-osdisk, web-01-data1" in finished["verdict"]["text"]


def test_a_vm_that_cannot_be_read_can_still_be_restored() -> None:
    with harness_with(EVERYTHING) as harness:
        denied = {
            "match": {"path": "/virtualMachines/"}, "times": None, "kind": "status",
            "status": 403, "code": "AuthorizationFailed",
        }  # fmt: skip
        harness.simulator.faults.add([msgspec.convert(denied, Fault)])
        harness.ask(request_for("OriginalLocation", "r1"))
        harness.run_for(2 * HOUR)
        verdict = harness.verdict("r1")
        assert (verdict.verdict, verdict.replaced_disks) == ("Completed", ())
        assert "cost money" in verdict.text


@pytest.mark.parametrize("version", [None, 1, 3, "2"])
def test_an_order_of_another_version_or_of_none_restores_nothing(version: Any) -> None:
    """Version 1 had no guard."""
    request = parsed(request_for("OriginalLocation", "r1"))
    order = encode(Restore(request=request, poll_policy=PollPolicy(), source="http", version=2))
    del order["version"]
    order |= {} if version is None else {"version": version}
    with harness_with(EVERYTHING) as harness:
        text = json.dumps(json.dumps(order))
        harness.driver.client.start_new(names.RESTORE_VM, text, "restore-r1")
        harness.run_for(HOUR)
        row = harness.driver.client.get("restore-r1")
        assert row is not None
        assert row.runtime_status == "Failed"
        assert harness.calls() == []
