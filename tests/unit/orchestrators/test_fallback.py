"""A restore falls back where its rule lets it: to what, how often, and how that ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from activities import policies
from restore.messages import names
from restore.messages.attempts import Rung
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Verdict
from restore.policy.rules import Policy
from simulated_azure import seed
from simulated_azure.names import key
from simulated_azure.parts import JobError
from simulated_azure.state import Point
from tests.end_to_end.harness import request_for
from tests.fakes import log
from tests.fakes.app_harness import AppHarness
from tests.unit.orchestrators.journal import Journal, plant
from tests.unit.restore.policy.policy_cases import EVERYTHING

HOUR = 3600.0
ID = "restore-r1"
POST = {"method": "POST", "path": "/restore$"}
BOTH: tuple[Rung, ...] = ("olderPoint", "disks")
TOO_LARGE = JobError(
    code=400225, title="UserErrorSkuNotAvailable", text="The size is not available."
)


def falling_back(*rungs: Rung, **more: Any) -> Policy:
    (rule,) = EVERYTHING.rules
    rules = (msgspec.structs.replace(rule, fallback=rungs),)
    return msgspec.structs.replace(EVERYTHING, rules=rules, **more)


@contextmanager
def policy(*rungs: Rung, **more: Any) -> Iterator[None]:
    with policies.use(falling_back(*(rungs or BOTH), **more)):
        yield


def points(harness: AppHarness, name: str = "web-02") -> dict[str, Point]:
    return harness.simulator.state.vaults[key(seed.VAULT_ID)].items[key(seed.vm_id(name))].points


def vanish(harness: AppHarness, number: int = 0, name: str = "web-02") -> str:
    """The newest points are gone; return the next one's name."""
    held = points(harness, name)
    known = sorted(held.values(), key=lambda point: point.time, reverse=True)
    for point in known[: number + 1]:
        held.pop(point.name)
    return known[number + 1].name


def vanishing(harness: AppHarness) -> None:
    """The chosen point goes right before the POST for it arrives."""

    def at(where: str) -> None:
        if where == "trigger_restore: POST restore":
            harness.at_boundary = lambda where: None
            vanish(harness)

    harness.at_boundary = at


def ask(harness: AppHarness, kind: str = "AlternateLocation", **more: Any) -> None:
    harness.ask(request_for(kind, "r1", name="web-02", **more))


def entry(harness: AppHarness, request_id: str = "r1") -> LedgerEntry:
    held = harness.ledger.read(request_id)
    assert held is not None
    return held.entry


def refused(harness: AppHarness, share: float = 1.0) -> None:
    """The job fails for the VM's size: at its end, with the disks there; or before that."""
    jobs = harness.simulator.state.jobs
    jobs.outcome, jobs.error, jobs.fails_at_share = "Failed", TOO_LARGE, share
    jobs.plans = [_plan()]


def _plan() -> Any:
    from simulated_azure.state import JobPlan

    return JobPlan(recovery_type="RestoreDisks", outcome="Completed")


def types_sent(harness: AppHarness) -> list[str]:
    return [post["body"]["properties"]["recoveryType"] for post in harness.posts()]


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
        assert harness.status(ID)["waiting"]["code"] == "AttemptRuns"
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


def test_one_that_nobody_follows_any_more_is_taken_up_where_it_was(
    harness: AppHarness, journal: Journal
) -> None:
    refused(harness, share=0.5)
    with policy():
        ask(harness)
        harness.run_for(1500)
        harness.driver.client.terminate(ID, "by hand")
        harness.run_for(60)
        journal.calls.clear()
        harness.reconcile()
        harness.run_for(3 * HOUR)
    assert len(harness.posts()) == 2
    assert harness.verdict("r1").attempts[1].verdict == "Completed"
    assert names.FIND_PROTECTED_ITEM not in journal.calls


def test_an_attempt_that_nobody_follows_any_more_is_followed_again_by_itself(
    harness: AppHarness,
) -> None:
    refused(harness, share=0.5)
    with policy():
        ask(harness)
        harness.run_for(1500)
        harness.driver.client.terminate("restore-r1~2", "by hand")
        harness.run_for(60)
        harness.reconcile()
        harness.run_for(3 * HOUR)
    assert len(harness.posts()) == 2
    assert harness.verdict("r1").attempts[1].verdict == "Completed"


def test_nothing_more_is_sent_for_the_attempt_before(harness: AppHarness) -> None:
    """An activity that is delivered again long after finds that its restore fell back."""
    from activities import trigger_restore
    from restore.messages.activity_io import Trigger
    from restore.request import parsing

    vanishing(harness)
    with policy():
        ask(harness)
        harness.run_for(300)
        held = entry(harness)
        assert held.state is LedgerState.FALLEN_BACK
        assert held.item is not None
        assert held.choice is not None
        order = Trigger(
            request=parsing.parse_request(held.request, default_request_id="r1"),
            item=held.item,
            point=held.choice.point,
            job_search_s=200,
            until=harness.clock.now() + timedelta(hours=1),
        )
        posts = len(harness.calls())
        started = trigger_restore._trigger(order, lambda: falling_back(*BOTH), None)  # type: ignore[arg-type]
        assert started.cancelled
        assert len(harness.calls()) == posts


def test_a_restore_of_many_attempts_keeps_its_history_short(harness: AppHarness) -> None:
    gone = {"status": 404, "code": "UserErrorInstantRpNotFound", "times": 1}
    plant(harness, "status", POST, **gone)
    refused(harness, share=0.5)
    longest = 0

    def note(name: str, context: dict[str, Any], answer: dict[str, Any]) -> None:
        nonlocal longest
        longest = max(longest, len(context["history"]))

    harness.on_turn = note
    with policy():
        ask(harness)
        harness.run_for(10 * HOUR)
    verdict: Verdict = harness.verdict("r1")
    assert [attempt.rung for attempt in verdict.attempts] == [None, "olderPoint", "disks"]
    assert longest < 120


def test_each_fall_is_told_to_the_log_as_soon_as_it_is_made(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    log.listen(caplog)
    vanishing(harness)
    refused(harness, 0.1)
    with policy():
        ask(harness)
        harness.run_for(4 * HOUR)
    attempts = harness.verdict("r1").attempts
    assert [each.id for each in attempts] == ["r1", "r1~2", "r1~3"]
    assert [line["text"] for line in log.lines(caplog, "fell-back")] == ["r1~2", "r1~3"]


def test_an_attempt_that_somebody_cancels_by_itself_is_cancelled_once(harness: AppHarness) -> None:
    vanishing(harness)
    with policy():
        ask(harness)
        harness.run_for(60)
        assert entry(harness, "r1~2").state is LedgerState.STARTED
        harness.cancel("r1~2")
        harness.run_for(HOUR)
    assert entry(harness, "r1~2").cancel_asked == 1
    assert entry(harness).cancel_asked == 0
