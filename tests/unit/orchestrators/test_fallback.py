"""A restore falls back where its rule lets it: to what, how often, and how that ends."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from activities import policies
from restore.messages import names
from restore.messages.attempts import Rung
from restore.messages.ledger_entry import LedgerState
from simulated_azure.state import Point
from tests.fakes.app_harness import AppHarness
from tests.unit.orchestrators.falling_back import (
    BOTH,
    HOUR,
    ID,
    POST,
    ask,
    entry,
    falling_back,
    points,
    policy,
    refused,
    types_sent,
    vanishing,
)
from tests.unit.orchestrators.journal import Journal, plant
from tests.unit.restore.policy.policy_cases import EVERYTHING


def test_a_point_that_is_gone_gives_way_to_the_next_older_one(harness: AppHarness) -> None:
    newest = max(points(harness).values(), key=lambda point: point.time).name
    vanishing(harness)
    with policy():
        ask(harness)
        harness.run_for(2 * HOUR)
    verdict = harness.verdict("r1")
    (post,) = harness.posts()
    assert (verdict.verdict, verdict.succeeded) == ("Completed", True)
    assert verdict.recovery_point == post["body"]["properties"]["recoveryPointId"] != newest
    first, second = verdict.attempts
    assert (first.id, first.recovery_point, first.sent) == ("r1", newest, False)
    assert (second.id, second.rung, second.verdict) == ("r1~2", "olderPoint", "Completed")
    assert verdict.text.startswith(f"The recovery point {newest} could not be restored any more")


def test_a_newer_point_is_not_taken_instead_of_one_that_is_gone(harness: AppHarness) -> None:
    vanishing(harness)
    with policy():
        ask(harness)
        harness.run_for(1)
        points(harness)["new"] = Point(name="new", time=harness.clock.now() + timedelta(seconds=1))
        harness.run_for(2 * HOUR)
    assert harness.verdict("r1").recovery_point != "new"


def test_a_snapshot_that_azure_calls_gone_gives_way_though_it_is_listed(
    harness: AppHarness,
) -> None:
    gone = {"status": 404, "code": "UserErrorInstantRpNotFound"}
    plant(harness, "status", POST, **gone)
    with policy("olderPoint"):
        ask(harness, "RestoreDisks")
        harness.run_for(2 * HOUR)
    verdict = harness.verdict("r1")
    assert verdict.succeeded
    assert verdict.attempts[1].because == "UserErrorInstantRpNotFound"


def test_what_is_refused_for_another_reason_does_not_fall_back(
    harness: AppHarness, journal: Journal
) -> None:
    plant(harness, "status", POST, status=404, code="ResourceNotFound")
    with policy():
        ask(harness)
        harness.run_for(2 * HOUR)
    verdict = harness.verdict("r1")
    assert (verdict.verdict, verdict.attempts) == ("Rejected", ())
    assert journal.calls.count(names.FALL_BACK) == 1
    assert harness.posts() == []


def test_a_new_vm_that_is_refused_becomes_disks_where_none_were_left(harness: AppHarness) -> None:
    refused(harness, share=0.5)
    with policy():
        ask(harness)
        harness.run_for(3 * HOUR)
    verdict = harness.verdict("r1")
    assert types_sent(harness) == ["AlternateLocation", "RestoreDisks"]
    assert (verdict.verdict, verdict.succeeded) == ("CompletedWithWarnings", False)
    assert verdict.error is not None
    first, second = verdict.attempts
    assert (first.verdict, second.rung) == ("Failed", "disks")
    assert second.because == "UserErrorSkuNotAvailable"
    assert verdict.job_id == second.job_id
    bodies = [post["body"]["properties"] for post in harness.posts()]
    assert bodies[0]["recoveryPointId"] == bodies[1]["recoveryPointId"]
    assert "targetVirtualMachineId" not in bodies[1]
    assert not [call for call in harness.calls() if call["operation"] == "disks_of_group"]


def test_the_disks_that_the_failed_job_left_behind_are_not_restored_again(
    harness: AppHarness,
) -> None:
    refused(harness)
    with policy():
        ask(harness)
        harness.run_for(3 * HOUR)
    verdict = harness.verdict("r1")
    assert types_sent(harness) == ["AlternateLocation"]
    assert (verdict.verdict, verdict.succeeded) == ("Failed", False)
    _, second = verdict.attempts
    left = [disk.name for disk in next(iter(harness.simulator.state.restored_disks.values()))]
    assert sorted(second.disks) == sorted(left)
    assert "id" not in second.as_json(), "it is no restore of its own"
    assert all(name in verdict.text for name in left)
    assert "made no second copy. Create a VM from them. It failed with 400225: " in verdict.text
    assert "restore the disks instead" not in verdict.text, "it would be a second copy"
    assert "Another restore may have made some of them" in verdict.text


def test_disks_that_cannot_be_looked_for_are_not_restored_again(harness: AppHarness) -> None:
    refused(harness)
    denied = {"status": 403, "code": "AuthorizationFailed", "times": None}
    plant(harness, "status", {"operation": "disks_of_group"}, **denied)
    with policy():
        ask(harness)
        harness.run_for(3 * HOUR)
    assert types_sent(harness) == ["AlternateLocation"]
    assert harness.verdict("r1").attempts == ()


@pytest.mark.parametrize(
    ("rungs", "more"),
    [
        (("disks",), {}),
        (BOTH, {"recoveryPoint": {"id": "newest"}}),
    ],
)
def test_what_the_rule_or_the_request_does_not_let_falls_not_back(
    harness: AppHarness, rungs: tuple[Rung, ...], more: dict[str, Any]
) -> None:
    newest = max(points(harness).values(), key=lambda point: point.time).name
    if "recoveryPoint" in more:
        more = {"recoveryPoint": {"id": newest}}
    vanishing(harness)
    with policy(*rungs):
        ask(harness, **more)
        harness.run_for(2 * HOUR)
    assert (harness.verdict("r1").verdict, harness.posts()) == ("Rejected", [])


def test_without_leave_nothing_falls_back(harness: AppHarness, journal: Journal) -> None:
    refused(harness, share=0.5)
    ask(harness)
    harness.run_for(3 * HOUR)
    assert harness.verdict("r1").attempts == ()
    assert len(harness.posts()) == 1
    assert "FallingBack" not in journal.phases(names.RESTORE_VM)


def test_an_attempt_counts_in_the_vms_quota_and_is_refused_with_it(harness: AppHarness) -> None:
    refused(harness, share=0.5)
    with policy(restores_per_vm_per_day=1):
        ask(harness)
        harness.run_for(3 * HOUR)
    verdict = harness.verdict("r1")
    assert len(harness.posts()) == 1
    assert verdict.verdict == "Failed"
    assert verdict.attempts[1].code == "QuotaSpent"
    assert "nothing was sent: QuotaSpent" in verdict.text


def test_one_slot_is_enough_for_one_attempt_after_the_other(harness: AppHarness) -> None:
    refused(harness, share=0.5)
    with policy(max_concurrent_restores=1):
        ask(harness)
        harness.run_for(3 * HOUR)
    assert len(harness.posts()) == 2
    assert harness.verdict("r1").attempts[1].verdict == "Completed"


def test_the_policy_judges_each_attempt_anew(harness: AppHarness) -> None:
    refused(harness, share=0.5)
    (rule,) = falling_back(*BOTH).rules
    only_vms = msgspec.structs.replace(rule, recovery_types=("AlternateLocation",))
    with policies.use(msgspec.structs.replace(EVERYTHING, rules=(only_vms,))):
        ask(harness)
        harness.run_for(3 * HOUR)
    verdict = harness.verdict("r1")
    assert len(harness.posts()) == 1
    assert verdict.attempts[1].code == "PolicyRefused"


def test_no_more_attempts_are_made_than_there_may_be(harness: AppHarness) -> None:
    gone = {"status": 404, "code": "UserErrorInstantRpNotFound", "times": None}
    plant(harness, "status", POST, **gone)
    with policy():
        ask(harness)
        harness.run_for(6 * HOUR)
    verdict = harness.verdict("r1")
    assert [attempt.id for attempt in verdict.attempts] == ["r1", "r1~2", "r1~3"]
    assert len({attempt.recovery_point for attempt in verdict.attempts}) == 3
    assert verdict.verdict == "Rejected"


def test_while_another_attempt_is_made_the_status_says_so_and_events_tell_of_it(
    harness: AppHarness, journal: Journal
) -> None:
    refused(harness, share=0.5)
    with policy():
        ask(harness)
        harness.run_for(1500)
        assert entry(harness).state is LedgerState.FALLEN_BACK
        assert harness.status(ID)["phase"] == "FallingBack"
        waiting = harness.status(ID)["waiting"]
        assert waiting["code"] == "AttemptRuns"
        left = datetime.fromisoformat(waiting["until"]) - harness.clock.now()
        assert timedelta(days=59.5) < left < timedelta(days=60)
        harness.run_for(2 * HOUR)
    (told,) = harness.sent("fallback")
    assert (told["requestId"], told["attemptOf"], told["rung"]) == ("r1~2", "r1", "disks")
    assert told["because"] == "UserErrorSkuNotAvailable"
    (finished,) = harness.sent("finished")
    assert [each["id"] for each in finished["verdict"]["attempts"]] == ["r1", "r1~2"]
    assert [event["requestId"] for event in harness.sent("started")] == ["r1", "r1~2"]
    assert [line.name for line in harness.ledger.page(10, None).lines] == ["restores/r1"]


def test_who_cancels_stops_the_attempt_that_is_under_way(harness: AppHarness) -> None:
    refused(harness, share=0.5)
    with policy():
        ask(harness)
        harness.run_for(1500)
        harness.cancel("r1")
        harness.run_for(2 * HOUR)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "Cancelled"
    assert verdict.attempts[1].verdict == "Cancelled"


def test_what_was_cancelled_does_not_fall_back(harness: AppHarness) -> None:
    refused(harness, share=0.95)
    with policy():
        ask(harness)
        harness.run_for(1400)
        harness.cancel("r1")  # too late: the data is there
        harness.run_for(2 * HOUR)
    assert len(harness.posts()) == 1
    assert harness.verdict("r1").attempts == ()
