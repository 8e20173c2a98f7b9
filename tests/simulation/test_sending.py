"""What is about to be sent is judged at that very moment, whatever was judged before it waited."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from activities import policies, trigger_restore
from devhost.engine.history import Kind
from restore.messages import names
from restore.messages.activity_io import Trigger
from restore.messages.errors import PolicyRefused
from restore.messages.ledger_entry import LedgerEntry
from restore.policy.rules import DEFAULT, Policy
from restore.settings import Settings
from simulated_azure.faults import Fault
from simulated_azure.state import Point
from storage import connection
from storage.documents import Changed
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.fakes.app_harness import AppHarness
from tests.unit.restore.policy.policy_cases import EVERYTHING, OTHER, only
from tests.unit.restore.samples import parsed

HOUR = 3600.0
NOTHING = Policy(rules=())
POST = {"method": "POST", "path": "/restore$"}


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    one_at_once = msgspec.structs.replace(EVERYTHING, max_concurrent_restores=1)
    with AppHarness(policy=one_at_once).open() as world:
        yield world


def fault(harness: AppHarness, **fields: Any) -> None:
    harness.simulator.faults.add([msgspec.convert({"match": POST} | fields, Fault)])


def from_then_on(harness: AppHarness, place: str, rules: Policy, stack: ExitStack) -> None:
    """Put another policy in force once the process comes to a place."""

    def come(where: str) -> None:
        if where == place:
            harness.at_boundary = lambda where: None
            stack.enter_context(policies.use(rules))

    harness.at_boundary = come


def code(harness: AppHarness, request_id: str) -> tuple[str, str | None]:
    verdict = harness.verdict(request_id)
    return verdict.verdict, verdict.error.code if verdict.error else None


def nothing_is_held(harness: AppHarness) -> None:
    """The next restore of the same VM has its turn and the only place at once."""
    harness.ask(request_for("RestoreDisks", "next"))
    harness.run_for(30)
    assert harness.status("restore-next")["phase"] == "Starting"


@pytest.mark.parametrize(
    ("tightened", "why"),
    [
        (NOTHING, "PolicyRefused"),
        (only(sources=(OTHER,)), "PolicyRefused"),
        (only(targets=()), "PolicyRefused"),
        (only(approval=True), "ApprovalMissing"),
        (msgspec.structs.replace(EVERYTHING, restores_per_vm_per_day=1), "QuotaSpent"),
    ],
    ids=["no rule", "sources", "targets", "approval", "quota"],
)
def test_a_policy_that_is_tightened_while_a_restore_waits_for_its_place_stops_it(
    harness: AppHarness, tightened: Policy, why: str
) -> None:
    harness.ask(request_for("RestoreDisks", "first"))
    harness.run_for(30)
    harness.ask(request_for("RestoreDisks", "waits"))
    harness.run_for(30)
    assert harness.status("restore-waits")["phase"] == "WaitingForSlot"
    with policies.use(msgspec.structs.replace(tightened, max_concurrent_restores=1)):
        harness.run_for(2 * HOUR)
    assert code(harness, "first") == ("Completed", None)
    assert code(harness, "waits") == ("Rejected", why)
    assert "nothing was started" in harness.verdict("waits").text
    assert harness.sent("rejected")[0]["code"] == why
    assert len(harness.posts()) == 1
    nothing_is_held(harness)


@pytest.mark.parametrize(
    "place",
    ["authorize_restore: answered", "trigger_restore: begun", "trigger_restore: written items"],
)
def test_a_policy_that_is_tightened_at_the_last_moment_counts(
    harness: AppHarness, place: str
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    with ExitStack() as stack:
        from_then_on(harness, place, NOTHING, stack)
        harness.run_for(60)
    assert code(harness, "r1") == ("Rejected", "PolicyRefused")
    assert harness.posts() == []
    nothing_is_held(harness)


def test_what_is_sent_is_only_followed_also_when_its_activity_is_delivered_again(
    harness: AppHarness,
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    with ExitStack() as stack:
        from_then_on(harness, "trigger_restore: written restores", NOTHING, stack)
        fault(harness, kind="drop_after")
        harness.run_for(2 * HOUR)
    assert code(harness, "r1") == ("Completed", None)
    assert len(harness.posts()) == 1


def test_a_lost_post_that_has_to_be_sent_again_is_judged_again(harness: AppHarness) -> None:
    fault(harness, kind="drop_before")
    harness.ask(request_for("RestoreDisks", "r1"))
    with ExitStack() as stack:
        from_then_on(harness, "trigger_restore: written restores", NOTHING, stack)
        harness.run_for(HOUR)
    assert code(harness, "r1") == ("Rejected", "PolicyRefused")
    assert "nothing was started" in harness.verdict("r1").text
    assert harness.posts() == []
    nothing_is_held(harness)


def cleared(harness: AppHarness) -> Trigger:
    """A restore that was cleared to be sent, by hand."""
    request = parsed(request_for("RestoreDisks", "r1"))
    entry = LedgerEntry(
        request_id="r1",
        request_hash=names.request_hash(request),
        request=msgspec.to_builtins(request),
        source="queue",
        accepted_at=harness.clock.now(),
    )
    harness.ledger.accept(entry)
    item = harness.backup.find_protected_item(VAULT, vm())
    return Trigger(
        request=request,
        item=item,
        point=harness.backup.recovery_points(item).points[0],
        job_search_s=190,
        until=harness.clock.now() + timedelta(days=1),
    )


def before_the_entry_is_written(harness: AppHarness, action: Callable[[], object]) -> None:
    def come(name: str) -> None:
        if not name.startswith("restores/"):
            return
        harness.documents.before_write = lambda name: None
        action()

    harness.documents.before_write = come


def test_of_two_builds_that_judge_at_once_the_one_that_refused_first_is_right(
    harness: AppHarness,
) -> None:
    order, refusals = cleared(harness), list[PolicyRefused]()

    def refuse() -> None:
        with pytest.raises(PolicyRefused) as caught:
            trigger_restore._trigger(order, lambda: NOTHING, Settings())
        refusals.append(caught.value)

    before_the_entry_is_written(harness, refuse)
    with pytest.raises(Changed):
        trigger_restore._trigger(order, lambda: EVERYTHING, Settings())
    assert len(refusals) == 1
    assert harness.posts() == []


def test_of_two_builds_that_judge_at_once_the_one_that_sent_first_is_right(
    harness: AppHarness,
) -> None:
    order = cleared(harness)
    before_the_entry_is_written(
        harness, lambda: trigger_restore._trigger(order, lambda: EVERYTHING, Settings())
    )
    with pytest.raises(Changed):
        trigger_restore._trigger(order, lambda: NOTHING, Settings())
    assert len(harness.posts()) == 1


def test_what_was_approved_is_what_is_sent() -> None:
    """All histories are purged after an approval, and a backup ends before it is asked again: the
    point that was approved is sent, not the newer one."""
    wish = request_for("OriginalLocation", "r1")
    with AppHarness(policy=DEFAULT).open() as harness:
        harness.ask(wish)
        harness.run_for(60)
        harness.decide("r1", "approved")
        harness.purge()
        for vault in harness.simulator.state.vaults.values():
            for item in vault.items.values():
                item.points["newer"] = Point(name="newer", time=harness.clock.now())
        harness.ask(wish)
        harness.run_for(60)
        held = connection.ledger().read("r1")
        assert held is not None
        assert held.entry.choice is not None
        approved = held.entry.choice.point.name
        assert approved != "newer"
        (post,) = harness.posts()
        assert f"/recoveryPoints/{approved}/restore" in post["path"]


def test_judging_at_the_moment_of_sending_costs_no_step_and_no_look_at_storage(
    harness: AppHarness,
) -> None:
    accesses: list[str] = []

    def come(where: str) -> None:
        if where.startswith("trigger_restore: ") and " restores" in where:
            accesses.append(where)

    harness.at_boundary = come
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(HOUR)
    assert accesses.count("trigger_restore: write restores") == 2  # the intent, and that it started
    history = harness.store.history("restore-r1")
    activities = [event["Name"] for event in history if event["EventType"] == Kind.TaskScheduled]
    assert activities.count(names.AUTHORIZE_RESTORE) == 1
    assert activities.count(names.TRIGGER_RESTORE) == 1
