"""Plays every scenario that ever broke a promise, and some whose end must be looked at closely."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.fakes.app_harness import START
from tests.simulation.kept_scenarios import ASKS, SCENARIOS, at_the_reply
from tests.simulation.running import judged, run_scenario
from tests.simulation.scenario import (
    Machine,
    PlannedFault,
    Points,
    PolicyOutline,
    Scenario,
)


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_failed_once_holds(name: str) -> None:
    world = run_scenario(SCENARIOS[name])
    assert all(world.record.fired[fault.kind] for fault in SCENARIOS[name].faults)
    assert judged(world).violations == []


@pytest.mark.parametrize(
    ("kind", "calls"),
    [
        ("answers_503", ("GET operation", "GET one job", "GET jobs")),
        ("throttled", ("GET operation", "GET one job", "GET jobs")),
        ("malformed_reply", ("GET one job",)),
    ],
)
def test_who_never_gets_an_answer_follows_until_the_deadline(
    kind: str, calls: Sequence[str]
) -> None:
    """From the POST on there is none, to any look at the operation, the job or the job list."""
    silence = tuple(
        PlannedFault(kind=kind, where=f": {call}", times=999, from_s=5, value=17) for call in calls
    )
    world = run_scenario(Scenario(asks=ASKS, faults=silence, reconcile_s=3600))
    assert judged(world).violations == []
    entry = world.storage.entry("r1")
    assert entry is not None
    assert entry.verdict is not None
    assert entry.verdict.verdict == "DeadlinePassed"
    assert "A job that runs in Azure continues" in entry.verdict.text
    ours = world.store.instances_from("restore-")
    assert [row.status for row in ours] == ["Completed", "Completed"]


def test_a_slow_copy_of_an_activity_takes_no_slot_for_a_day() -> None:
    """It asks for one when its restore has released it and fallen back (seed 1795840265)."""
    copy = PlannedFault(kind="delivered_twice", where="trigger_restore: read slots", value=0.1)
    world = run_scenario(
        Scenario(
            machines=(Machine(name="web-01", points=Points(count=2, expire=1)),),
            asks=ASKS,
            policy_outline=PolicyOutline(at_once=1, fallback=("olderPoint",)),
            faults=(copy,),
        )
    )
    assert judged(world).violations == []
    assert world.record.fired["took_an_older_point"]
    assert "restore-r1~2" in {row.instance_id for row in world.store.instances_from("")}
    assert world.elapsed_s < 3 * 3600


def test_an_adopted_job_is_announced_as_such() -> None:
    world = run_scenario(Scenario(asks=ASKS, faults=(at_the_reply("killed_between_effects"),)))
    told = [event for event in world.storage.events.sent if event["id"] == "r1:started"]
    assert [event["data"]["adopted"] for event in told] == [True]


def test_an_intent_that_took_long_to_write_is_withdrawn_and_tried_again() -> None:
    """Its settling would be over before a job that starts only now can show in the list."""
    slow = PlannedFault(kind="storage_is_slow", where="trigger_restore: written restores", value=60)
    world = run_scenario(Scenario(asks=ASKS, faults=(slow,)))
    assert judged(world).violations == []
    entry = world.storage.entry("r1")
    assert entry is not None
    assert entry.intent is not None
    assert entry.intent.vault_time >= START + timedelta(seconds=60)


def test_a_job_list_that_was_asked_for_long_before_is_read_again() -> None:
    """Its time is taken for that at which it was asked for: the intent's would lie in the future,
    and the job that a lost reply had started be none of ours."""
    late = PlannedFault(kind="asleep", where="trigger_restore: GET jobs", value=3600)
    lost = PlannedFault(kind="reset_after", where="POST restore")
    world = run_scenario(Scenario(asks=ASKS, faults=(late, lost)))
    assert judged(world).violations == []
    entry = world.storage.entry("r1")
    assert entry is not None
    assert entry.verdict is not None
    assert (entry.verdict.verdict, len(world.record.posts)) == ("Completed", 1)


def test_what_remains_is_a_process_that_freezes_while_it_sends() -> None:
    """Who wakes up there after another one has settled and sent, sends again: decision 0002."""
    overslept = PlannedFault(kind="overslept", where="POST restore", value=3600)
    world = run_scenario(Scenario(asks=ASKS, faults=(overslept,)))
    assert "one POST per request: r1 was accepted 2 times" in judged(world).violations
