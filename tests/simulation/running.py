"""Runs a scenario to its end, and judges it.

Two phases: faults are injected until the scenario's own time, then nothing goes wrong any more, and
all must end within a bounded time. Checkers look at what is left.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from restore.messages import names
from restore.progress import job_watch
from restore.settings import Settings
from simulated_azure.jobs import end_of
from tests.fakes.app_harness import START
from tests.simulation import replaying
from tests.simulation.checkers import CHECKERS
from tests.simulation.drawing import draw
from tests.simulation.scenario import Scenario
from tests.simulation.world import World

SLACK_S = 2.5 * 3600
"""Beyond the jobs' own length: a Retry-After of an hour, waits of five minutes, a last look."""
PER_REQUEST_S = 1800.0
REVIVALS_MAX = Settings().restore_revivals_max
_SLICE_S = 600.0
_OVER = ("Completed", "Terminated", "Failed")
_RUNGS = {"olderPoint": "took_an_older_point", "disks": "took_the_disks"}
_ENDINGS = {
    "PolicyRefused": "policy_forbids",
    "QuotaSpent": "vm_quota_spent",
    "ApprovalExpired": "nobody_decided",
}


@dataclass
class Result:
    """What became of one seed."""

    seed: int
    violations: list[str]
    digest: str
    fired: Counter[str]
    verdicts: Counter[str] = field(default_factory=Counter)
    restores: int = 0
    posts: int = 0
    kills: int = 0
    steps: int = 0


def run(seed: int, histories: Path | None = None) -> Result:
    """Draw and run one seed; keep its histories in a file if there is one to keep them in."""
    scenario = draw(seed)
    try:
        world = run_scenario(scenario, keeps_histories=histories is not None)
        result = judged(world)
    except Exception as error:  # the app, the engine or the simulator: all must be looked at
        text = f"the run broke: {type(error).__name__}: {error}"
        return Result(seed, [text], "", Counter())
    if histories is not None:
        replaying.keep(world, histories)
    return result


def run_scenario(
    scenario: Scenario, *, keeps: bool = False, keeps_histories: bool = False
) -> World:
    """Run a scenario to its end."""
    world = World(scenario, keeps=keeps, keeps_histories=keeps_histories)
    with world.open():
        _run_with_faults(world)
        while not is_over(world) and world.clock.now() < _limit(world):
            world.actors.queue.put_back()
            world.run_for(_SLICE_S)
            _tidy(world)
        world.run_for(_SLICE_S)  # who is over stays over
    return world


def judged(world: World) -> Result:
    """Return what a world has come to."""
    violations = [
        f"{name}: {text}" for name, checker in CHECKERS.items() for text in checker(world)
    ]
    entries = world.storage.entries()
    world.record.fired.update(_shown(world))
    return Result(
        seed=world.scenario.seed,
        violations=violations,
        digest=world.record.digest(),
        fired=world.record.fired,
        verdicts=Counter(each.verdict.verdict for each in entries if each.verdict),
        restores=len(entries),
        posts=sum(1 for post in world.record.posts if post.operation_id),
        kills=world.life - 1,
        steps=world.record.steps,
    )


def _shown(world: World) -> Iterator[str]:
    """What lies in the scenario and shows at the end only."""
    for entry in world.storage.entries():
        for attempt in entry.fallback.attempts if entry.fallback else ():
            yield "found_disks_left" if attempt.disks else _RUNGS[str(attempt.rung)]
        verdict = entry.verdict
        code = verdict.error.code if verdict and verdict.error else None
        if code in _ENDINGS:
            yield _ENDINGS[code]
        is_replaced = entry.recovery_type == "OriginalLocation"
        if verdict and verdict.verdict == "CompletedWithWarnings" and is_replaced:
            yield "replaced_with_warnings"
    for phases in world.record.phases.values():
        if "WaitingForSlot" in phases:
            yield "waited_for_a_slot"


def is_over(world: World) -> bool:
    """Whether all that was asked has ended."""
    return (
        world.actors.are_done
        and world.alerters.waiting == 0
        and world.elapsed_s > max((ask.at_s for ask in world.scenario.asks), default=0)
        and all(entry.verdict for entry in world.storage.entries())
        and not _is_left(world)
        and all(row.status in _OVER for row in world.store.instances_from(""))
    )


def _run_with_faults(world: World) -> None:
    """The first phase: as long as faults are injected, or until all is over before that."""
    end = START + timedelta(seconds=world.scenario.faults_until_s)
    while world.clock.now() < end and not is_over(world):
        world.actors.queue.put_back()
        world.run_until(min(end, world.clock.now() + timedelta(seconds=_SLICE_S)))
        _tidy(world)
    world.stop_rain()


def _tidy(world: World) -> None:
    """Where no reconciler has a period of its own, it looks when something is left."""
    if not world.scenario.reconcile_s and _is_left(world):
        world.tick()


def _is_left(world: World) -> bool:
    """Whether a reconciler has something to do."""
    return (
        not world.storage.is_all_sent
        or bool(world.storage.held())
        or any(
            row.status == "Failed" and world.record.restarts[row.instance_id] < REVIVALS_MAX
            for row in world.store.instances_from(names.PLAN_PREFIX)
        )
    )


def _limit(world: World) -> datetime:
    """When all must have ended, as far as is known by now."""
    scenario = world.scenario
    ends = [end_of(job) for job in world.simulator.state.job_records.values()]
    skew = timedelta(seconds=scenario.vaults.skew_s)
    last = START + timedelta(seconds=max(ask.at_s for ask in scenario.asks))
    decided = [
        each.authorization.until
        for each in world.storage.entries()
        if each.authorization and each.authorization.until
    ]
    known = [world.rain_ended, world.latest_timer, last, *decided]
    latest = max([*known, *(end - skew for end in ends)])
    polls = job_watch.NOT_FOUND_MAX + 3  # so often somebody looks for what is not there
    requests = max(len(scenario.asks), len(world.storage.entries()))
    slack_s = SLACK_S + PER_REQUEST_S * requests + polls * scenario.poll_policy.poll_s_max
    if scenario.alerts:
        vms = sum(len(each.machines) for each in scenario.alerts)
        slack_s += PER_REQUEST_S * vms + 2 * scenario.alert_rule.hold_for_s
        slack_s += max(each.at_s for each in scenario.alerts)
    slack_s += REVIVALS_MAX * 2 * (scenario.reconcile_s or _SLICE_S)
    return latest + timedelta(seconds=slack_s)
