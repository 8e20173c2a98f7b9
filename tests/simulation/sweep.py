"""Sweeps: one scenario run again and again, with one thing going wrong at each place of it in turn.

Where drawn scenarios find what nobody thought of, a sweep leaves no place out. The crash sweep
kills the process at every place of a normal restore of each recovery type, of one whose reply was
lost and of one that a person approves, and once more while it recovers. The promises are the same
(checkers/).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from restore.messages.poll_policy import PollPolicy
from tests.simulation.falling_back import BOTH
from tests.simulation.fault_kinds import EFFECTS, IN_WORKER, STEPS, STORAGE
from tests.simulation.running import judged, run_scenario
from tests.simulation.scenario import (
    WAYS,
    Ask,
    Cancel,
    Decision,
    Kind,
    Machine,
    PlannedFault,
    Points,
    PolicyOutline,
    Scenario,
    Vaults,
)

POLL_POLICY = PollPolicy(
    poll_s_first=5, poll_s_min=20, poll_s_max=60, job_search_s=30, arm_timeout_s=10
)
DOWN_S = (1.0, 3600.0)
RECONCILE_S = 300.0
_AGAIN_S = 400.0
"""Then a decision is made again: the first may have come before anything waited for one."""
_FAULTS_UNTIL_S = 4 * 3600.0
_STORAGE = (
    ("storage_fails", STORAGE), ("storage_raced", ("write",)), ("storage_echoed", ("written",)),
)  # fmt: skip
_AGAIN = (1, 3, 8, 21)
"""So many places after the first crash comes the second: in the middle of recovering."""


def _scenario(kind: Kind = "RestoreDisks", *faults: PlannedFault, **more: Any) -> Scenario:
    requests = more.pop("requests", 1)
    machine = Machine(
        name="web-01",
        job_s=60,
        end=more.pop("end", "Completed"),
        refused=more.pop("refused", ""),
        points=Points(expire=more.pop("expire", 0)),
    )
    verify = more.pop("verify", "")
    cancel_s = more.pop("cancel_s", None)
    decided_s = more.pop("decided_s", None)
    policy_outline = PolicyOutline(
        at_once=more.pop("at_once", 1000), fallback=more.pop("fallback", ())
    )
    if decided_s is not None:
        policy_outline = PolicyOutline(with_approval=(kind,), within="PT10M")
    return Scenario(
        machines=(machine,),
        vaults=Vaults(list_lag_s=20, **more),
        poll_policy=POLL_POLICY,
        asks=tuple(
            Ask(
                at_s=0.1 * each,
                request_id=f"r{each}",
                kind=kind,
                waits=False,
                way=way,
                verify=verify,
            )
            for each, way in zip(range(requests), WAYS, strict=False)
        ),
        cancels=() if cancel_s is None else (Cancel(at_s=cancel_s, request_id="r0"),),
        policy_outline=policy_outline,
        decisions=() if decided_s is None else (Decision(at_s=decided_s, request_id="r0"),),
        faults=faults,
        faults_until_s=_FAULTS_UNTIL_S,
        lease_s=30,
    )


def _elsewhere(
    kind: Kind, *faults: PlannedFault, ours_s: float | None = None, **more: Any
) -> Scenario:
    """Somebody has begun a restore in the portal; perhaps we have one of the same VM besides."""
    adopted = Ask(at_s=1, request_id="adopted-j1", kind=kind, way="http", waits=False, adopts=True)
    whole = _scenario(kind, *faults, **more)
    ours = () if ours_s is None else (Ask(at_s=1 + ours_s, request_id="r0", kind=kind),)
    return msgspec.structs.replace(whole, asks=(adopted, *ours))


def _post(kind: str, times: int = 1, value: float = 0) -> PlannedFault:
    return PlannedFault(kind=kind, where="POST restore", times=times, value=value)


MAIN = {
    "disks": _scenario(),
    "replace": _scenario("OriginalLocation"),
    "new_vm": _scenario("AlternateLocation"),
    "disks_reply_lost": _scenario("RestoreDisks", _post("reset_after")),
    "replace_reply_lost": _scenario("OriginalLocation", _post("error_after")),
    "new_vm_reply_lost": _scenario("AlternateLocation", _post("late_reply", value=0.5)),
    "replace_approved": _scenario("OriginalLocation", decided_s=20),
    "new_vm_verified": _scenario("AlternateLocation", verify="probe"),
    "new_vm_falls_back": _scenario("AlternateLocation", refused="early", fallback=BOTH),
}
"""What the crash sweep covers without gaps."""
SCENARIOS = MAIN | {
    "disks_503": _scenario("RestoreDisks", _post("answers_503")),
    "replace_not_sent": _scenario("OriginalLocation", _post("not_connected")),
    "new_vm_throttled": _scenario("AlternateLocation", _post("throttled", value=20)),
    "disks_cancelled": _scenario(cancel_s=20),
    "new_vm_cancelled": _scenario("AlternateLocation", cancel_s=20),
    "disks_reply_lost_and_cancelled": _scenario("RestoreDisks", _post("reset_after"), cancel_s=5),
    "new_vm_fails": _scenario("AlternateLocation", end="Failed", job_lag_s=15),
    "no_job": _scenario("RestoreDisks", end="NoJob"),
    "replace_job_unnamed": _scenario(
        "OriginalLocation",
        PlannedFault(kind="operation_without_properties", where="GET operation", times=999),
    ),
    "two_for_one_slot": _scenario("RestoreDisks", requests=2, at_once=1),
    "replace_approved_too_late": _scenario("OriginalLocation", decided_s=3600),
    "begun_elsewhere": _elsewhere("AlternateLocation"),
    "begun_elsewhere_fails": _elsewhere("OriginalLocation", end="Failed"),
    "begun_elsewhere_beside_ours": _elsewhere("RestoreDisks", _post("reset_after"), ours_s=2),
    "new_vm_leaves_disks": _scenario("AlternateLocation", refused="late", fallback=BOTH),
    "points_expire": _scenario("RestoreDisks", expire=2, fallback=BOTH),
    "two_for_one_vm": _scenario("RestoreDisks", _post("reset_after", 2), requests=2),
}  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One run of a sweep: the scenario, and what goes wrong at which places of it."""

    scenario: str
    faults: tuple[PlannedFault, ...]

    def __str__(self) -> str:
        what = ", ".join(f"{each.kind} ({each.value:g}) at {each.after}" for each in self.faults)
        return f"{self.scenario}: {what}"


def broken(point: Point) -> list[str]:
    """Run one point; return what it breaks."""
    scenario = SCENARIOS[point.scenario]
    faults = (*scenario.faults, *point.faults)
    return judged(run_scenario(msgspec.structs.replace(scenario, faults=faults))).violations


@cache
def places(name: str, tags: tuple[str, ...] = STEPS, whom: str = "") -> int:
    """How many places of these sorts a scenario has when nothing more goes wrong."""
    record = run_scenario(SCENARIOS[name]).record
    return sum(
        1 for tag, who in record.places if tag in tags and not (whom and who.startswith(whom))
    )


def crashes(names: Iterator[str] | list[str]) -> Iterator[Point]:
    """Every crash point: once, short and long; and once more in recovery."""
    for name in names:
        for at in range(places(name)):
            for down_s in DOWN_S:
                yield Point(name, (_killed(at, down_s),))
            again = _AGAIN[at % len(_AGAIN)]
            for down_s in DOWN_S:
                yield Point(name, (_killed(at, down_s), _killed(at + again, DOWN_S[at % 2])))


def hindrances(names: Iterator[str] | list[str]) -> Iterator[Point]:
    """At every place: the activity is delivered again, storage fails in one of its ways, somebody
    cancels, or all histories are purged and the requests come again."""
    for name in names:
        for at in range(places(name, ("begun", "answered", *EFFECTS), "starter")):
            held_s = (0.5, 20.0)[at % 2]
            yield Point(name, (PlannedFault(kind="held_up", after=at, value=held_s),))
        for kind, tags in _STORAGE:
            for at in range(places(name, tags, "starter")):
                yield Point(name, (PlannedFault(kind=kind, after=at),))
        for at in range(places(name)):
            yield Point(name, (PlannedFault(kind="cancelled", after=at),))
            yield Point(name, (PlannedFault(kind="purged", after=at, value=DOWN_S[at % 2]),))


def ends(names: Iterator[str] | list[str]) -> Iterator[Point]:
    """At every place the restore's orchestration is ended: by hand, with its history, by a worker
    process that exits. Nobody asks again, but the reconciler looks."""
    for name in names:
        for at in range(places(name)):
            yield Point(name, (PlannedFault(kind="terminated", after=at),))
            yield Point(name, (PlannedFault(kind="terminated", after=at, value=2),))
        for at in range(places(name, IN_WORKER)):
            yield Point(name, (PlannedFault(kind="worker_exits", after=at),))


def late(point: Point) -> list[str]:
    """Run a point beside a reconciler; return what it breaks, and verdicts that are another or
    come later than two of its periods after those without the fault."""
    world = run_scenario(scenario_of(point))
    found, wanted = judged(world).violations, _endings(point.scenario)
    for entry in world.storage.entries():
        assert entry.finished_at is not None, "it is over"
        word, at = wanted[entry.request_id]
        if entry.verdict and entry.verdict.verdict != word:
            found.append(f"{entry.request_id} ends {entry.verdict.verdict}, not {word}")
        if (entry.finished_at - at).total_seconds() > 2 * RECONCILE_S:
            found.append(f"{entry.request_id} ends at {entry.finished_at}, not at {at}")
    return found


def scenario_of(point: Point) -> Scenario:
    """Return a point's scenario with its fault and a reconciler."""
    scenario = SCENARIOS[point.scenario]
    again = tuple(msgspec.structs.replace(each, at_s=_AGAIN_S) for each in scenario.decisions)
    return msgspec.structs.replace(
        scenario,
        reconcile_s=RECONCILE_S,
        decisions=(*scenario.decisions, *again),
        faults=(*scenario.faults, *point.faults),
    )


@cache
def _endings(name: str) -> dict[str, tuple[str, datetime]]:
    entries = run_scenario(SCENARIOS[name]).storage.entries()
    return {
        each.request_id: (each.verdict.verdict, each.finished_at)
        for each in entries
        if each.verdict and each.finished_at
    }


def _killed(at: int, down_s: float) -> PlannedFault:
    return PlannedFault(kind="killed", after=at, value=down_s)
