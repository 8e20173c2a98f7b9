"""A poisoned message is put aside and put back through crashes and refusals: one restore of it."""

from collections.abc import Iterator

import msgspec
import pytest

from tests.simulation.running import judged, run_scenario
from tests.simulation.scenario import Ask, PlannedFault, Scenario
from tests.simulation.world import World

_POISONING = PlannedFault(
    kind="killed_in_a_starter", where="starter message-0", value=10, times=5, after=4
)
_RESTORE = Ask(at_s=1, way="queue", request_id="r1")
SCENARIOS = {
    "a restore that the ledger has already": _RESTORE,
    "a plan": msgspec.structs.replace(_RESTORE, plan_only=True),
    "rubbish": msgspec.structs.replace(_RESTORE, broken=True),
}
_STEPS = ("starter poisoned-message-0", "starter put back message-0")


def scenario(ask: Ask, *faults: PlannedFault, early: bool = False) -> Scenario:
    first = msgspec.structs.replace(_POISONING, after=0) if early else _POISONING
    return Scenario(asks=(ask,), faults=(first, *faults), faults_until_s=4 * 3600, reconcile_s=300)


def run(ask: Ask, *faults: PlannedFault, early: bool = False) -> World:
    world = run_scenario(scenario(ask, *faults, early=early))
    assert judged(world).violations == []
    assert world.record.fired["poisoned"]
    assert [event for event in world.storage.events.sent if "poisoned" in event["type"]]
    return world


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("name", SCENARIOS)
def test_what_is_poisoned_is_put_aside_and_put_back(name: str, early: bool) -> None:
    world = run(SCENARIOS[name], early=early)
    assert world.record.fired["put_back"] == (name != "rubbish")
    posts = [post for post in world.record.posts if post.operation_id]
    assert len(posts) == (1 if name.startswith("a restore") else 0)


def faults() -> Iterator[PlannedFault]:
    for where in _STEPS:
        for after in range(12):
            yield PlannedFault(kind="killed", where=where, after=after, value=30)
        for after in range(4):
            yield PlannedFault(kind="storage_refuses", where=where, after=after)


@pytest.mark.parametrize("early", [True, False])
def test_killed_or_refused_at_any_step_of_it_there_is_one_restore(early: bool) -> None:
    struck = 0
    for fault in faults():
        world = run(_RESTORE, fault, early=early)
        struck += world.record.fired[fault.kind]
        accepted = [post for post in world.record.posts if post.operation_id]
        assert len(accepted) == 1, fault
    assert struck > 20
