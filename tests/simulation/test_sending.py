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
from simulated_azure.faults import Fault
from simulated_azure.state import Point
from storage import connection
from storage.documents import Changed
from tests.end_to_end.stage import VAULT, request_for, vm
from tests.fakes.laboratory import Laboratory
from tests.unit.restore.policy.policy_cases import EVERYTHING, OTHER, only
from tests.unit.restore.samples import parsed

HOUR = 3600.0
NOTHING = Policy(rules=())
POST = {"method": "POST", "path": "/restore$"}


@pytest.fixture
def laboratory() -> Iterator[Laboratory]:
    one_at_once = msgspec.structs.replace(EVERYTHING, max_concurrent_restores=1)
    with Laboratory(policy=one_at_once).open() as world:
        yield world


def fault(laboratory: Laboratory, **fields: Any) -> None:
    laboratory.simulator.faults.add([msgspec.convert({"match": POST} | fields, Fault)])


def from_then_on(laboratory: Laboratory, place: str, rules: Policy, stack: ExitStack) -> None:
    """Put another policy in force once the process comes to a place."""

    def come(where: str) -> None:
        if where == place:
            laboratory.at_boundary = lambda where: None
            stack.enter_context(policies.use(rules))

    laboratory.at_boundary = come


def code(laboratory: Laboratory, request_id: str) -> tuple[str, str | None]:
    verdict = laboratory.verdict(request_id)
    return verdict.verdict, verdict.error.code if verdict.error else None


def nothing_is_held(laboratory: Laboratory) -> None:
    """The next restore of the same VM has its turn and the only place at once."""
    laboratory.ask(request_for("RestoreDisks", "next"))
    laboratory.run_for(30)
    assert laboratory.status("restore-next")["phase"] == "Starting"


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
    laboratory: Laboratory, tightened: Policy, why: str
) -> None:
    laboratory.ask(request_for("RestoreDisks", "first"))
    laboratory.run_for(30)
    laboratory.ask(request_for("RestoreDisks", "waits"))
    laboratory.run_for(30)
    assert laboratory.status("restore-waits")["phase"] == "WaitingForSlot"
    with policies.use(msgspec.structs.replace(tightened, max_concurrent_restores=1)):
        laboratory.run_for(2 * HOUR)
    assert code(laboratory, "first") == ("Completed", None)
    assert code(laboratory, "waits") == ("Rejected", why)
    assert "nothing was started" in laboratory.verdict("waits").text
    assert laboratory.sent("rejected")[0]["code"] == why
    assert len(laboratory.posts()) == 1
    nothing_is_held(laboratory)


@pytest.mark.parametrize(
    "place",
    ["authorize_restore: answered", "trigger_restore: begun", "trigger_restore: written items"],
)
def test_a_policy_that_is_tightened_at_the_last_moment_counts(
    laboratory: Laboratory, place: str
) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    with ExitStack() as stack:
        from_then_on(laboratory, place, NOTHING, stack)
        laboratory.run_for(60)
    assert code(laboratory, "r1") == ("Rejected", "PolicyRefused")
    assert laboratory.posts() == []
    nothing_is_held(laboratory)


def test_what_is_sent_is_only_followed_also_when_its_activity_is_delivered_again(
    laboratory: Laboratory,
) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    with ExitStack() as stack:
        from_then_on(laboratory, "trigger_restore: written restores", NOTHING, stack)
        fault(laboratory, kind="drop_after")
        laboratory.run_for(2 * HOUR)
    assert code(laboratory, "r1") == ("Completed", None)
    assert len(laboratory.posts()) == 1


def test_a_lost_post_that_has_to_be_sent_again_is_judged_again(laboratory: Laboratory) -> None:
    fault(laboratory, kind="drop_before")
    laboratory.ask(request_for("RestoreDisks", "r1"))
    with ExitStack() as stack:
        from_then_on(laboratory, "trigger_restore: written restores", NOTHING, stack)
        laboratory.run_for(HOUR)
    assert code(laboratory, "r1") == ("Rejected", "PolicyRefused")
    assert "nothing was started" in laboratory.verdict("r1").text
    assert laboratory.posts() == []
    nothing_is_held(laboratory)


def cleared(laboratory: Laboratory) -> Trigger:
    """A restore that was cleared to be sent, by hand."""
    request = parsed(request_for("RestoreDisks", "r1"))
    entry = LedgerEntry(
        request_id="r1",
        request_hash=names.request_hash(request),
        request=msgspec.to_builtins(request),
        source="queue",
        accepted_at=laboratory.clock.now(),
    )
    laboratory.ledger.accept(entry)
    item = laboratory.backup.find_protected_item(VAULT, vm())
    return Trigger(
        request=request,
        item=item,
        point=laboratory.backup.recovery_points(item)[0],
        job_search_s=190,
        until=laboratory.clock.now() + timedelta(days=1),
    )


def before_the_entry_is_written(laboratory: Laboratory, action: Callable[[], object]) -> None:
    def come(name: str) -> None:
        if not name.startswith("restores/"):
            return
        laboratory.documents.before_write = lambda name: None
        action()

    laboratory.documents.before_write = come


def test_of_two_builds_that_judge_at_once_the_one_that_refused_first_is_right(
    laboratory: Laboratory,
) -> None:
    order, refusals = cleared(laboratory), list[PolicyRefused]()

    def refuse() -> None:
        with pytest.raises(PolicyRefused) as caught:
            trigger_restore._trigger(order, lambda: NOTHING)
        refusals.append(caught.value)

    before_the_entry_is_written(laboratory, refuse)
    with pytest.raises(Changed):
        trigger_restore._trigger(order, lambda: EVERYTHING)
    assert len(refusals) == 1
    assert laboratory.posts() == []


def test_of_two_builds_that_judge_at_once_the_one_that_sent_first_is_right(
    laboratory: Laboratory,
) -> None:
    order = cleared(laboratory)
    before_the_entry_is_written(
        laboratory, lambda: trigger_restore._trigger(order, lambda: EVERYTHING)
    )
    with pytest.raises(Changed):
        trigger_restore._trigger(order, lambda: NOTHING)
    assert len(laboratory.posts()) == 1


def test_what_was_approved_is_what_is_sent() -> None:
    """All histories are purged after an approval, and a backup ends before it is asked again: the
    point that was approved is sent, not the newer one."""
    wish = request_for("OriginalLocation", "r1")
    with Laboratory(policy=DEFAULT).open() as laboratory:
        laboratory.ask(wish)
        laboratory.run_for(60)
        laboratory.decide("r1", "approved")
        laboratory.purge()
        for vault in laboratory.simulator.state.vaults.values():
            for item in vault.items.values():
                item.points["newer"] = Point(name="newer", time=laboratory.clock.now())
        laboratory.ask(wish)
        laboratory.run_for(60)
        held = connection.ledger().read("r1")
        assert held is not None
        assert held.entry.choice is not None
        approved = held.entry.choice.point.name
        assert approved != "newer"
        (post,) = laboratory.posts()
        assert f"/recoveryPoints/{approved}/restore" in post["path"]


def test_judging_at_the_moment_of_sending_costs_no_step_and_no_look_at_storage(
    laboratory: Laboratory,
) -> None:
    accesses: list[str] = []

    def come(where: str) -> None:
        if where.startswith("trigger_restore: ") and " restores" in where:
            accesses.append(where)

    laboratory.at_boundary = come
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(HOUR)
    assert accesses.count("trigger_restore: write restores") == 2  # the intent, and that it started
    history = laboratory.store.history("restore-r1")
    activities = [event["Name"] for event in history if event["EventType"] == Kind.TaskScheduled]
    assert activities.count(names.AUTHORIZE_RESTORE) == 1
    assert activities.count(names.TRIGGER_RESTORE) == 1
