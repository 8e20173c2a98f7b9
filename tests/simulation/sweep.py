"""Sweeps: one scene played again and again, with one thing going wrong at each place of it in turn.

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
from tests.simulation.running import judged, play
from tests.simulation.story import (
    WAYS,
    Ask,
    Cancel,
    Decision,
    Kind,
    Machine,
    Permits,
    Scenario,
    Trouble,
    Vaults,
)
from tests.simulation.troubles import EFFECTS, IN_WORKER, STEPS, STORAGE

POLL_POLICY = PollPolicy(
    poll_s_first=5, poll_s_min=20, poll_s_max=60, job_search_s=30, arm_timeout_s=10
)
DOWN_S = (1.0, 3600.0)
RECONCILE_S = 300.0
_AGAIN_S = 400.0
"""Then a decision is made again: the first may have come before anything waited for one."""
_RAIN_S = 4 * 3600.0
_STORAGE = (
    ("storage_fails", STORAGE), ("storage_raced", ("write",)), ("storage_echoed", ("written",)),
)  # fmt: skip
_AGAIN = (1, 3, 8, 21)
"""So many places after the first crash comes the second: in the middle of recovering."""


def _scene(kind: Kind = "RestoreDisks", *troubles: Trouble, **more: Any) -> Scenario:
    requests = more.pop("requests", 1)
    machine = Machine(name="web-01", job_s=60, end=more.pop("end", "Completed"))
    cancel_s = more.pop("cancel_s", None)
    decided_s = more.pop("decided_s", None)
    permits = Permits(at_once=more.pop("at_once", 1000))
    if decided_s is not None:
        permits = Permits(with_approval=(kind,), within="PT10M")
    return Scenario(
        machines=(machine,),
        vaults=Vaults(list_lag_s=20, **more),
        poll_policy=POLL_POLICY,
        asks=tuple(
            Ask(at_s=0.1 * each, request_id=f"r{each}", kind=kind, waits=False, way=way)
            for each, way in zip(range(requests), WAYS, strict=False)
        ),
        cancels=() if cancel_s is None else (Cancel(at_s=cancel_s, request_id="r0"),),
        permits=permits,
        decisions=() if decided_s is None else (Decision(at_s=decided_s, request_id="r0"),),
        troubles=troubles,
        rain_s=_RAIN_S,
        lease_s=30,
    )


def _post(kind: str, times: int = 1, value: float = 0) -> Trouble:
    return Trouble(kind=kind, where="POST restore", times=times, value=value)


MAIN = {
    "disks": _scene(),
    "replace": _scene("OriginalLocation"),
    "new_vm": _scene("AlternateLocation"),
    "disks_reply_lost": _scene("RestoreDisks", _post("reset_after")),
    "replace_reply_lost": _scene("OriginalLocation", _post("error_after")),
    "new_vm_reply_lost": _scene("AlternateLocation", _post("late_reply", value=0.5)),
    "replace_approved": _scene("OriginalLocation", decided_s=20),
}
"""What the crash sweep covers without gaps."""
SCENES = MAIN | {
    "disks_503": _scene("RestoreDisks", _post("answers_503")),
    "replace_not_sent": _scene("OriginalLocation", _post("not_connected")),
    "new_vm_throttled": _scene("AlternateLocation", _post("throttled", value=20)),
    "disks_cancelled": _scene(cancel_s=20),
    "new_vm_cancelled": _scene("AlternateLocation", cancel_s=20),
    "disks_reply_lost_and_cancelled": _scene("RestoreDisks", _post("reset_after"), cancel_s=5),
    "new_vm_fails": _scene("AlternateLocation", end="Failed", job_lag_s=15),
    "no_job": _scene("RestoreDisks", end="NoJob"),
    "replace_job_unnamed": _scene(
        "OriginalLocation",
        Trouble(kind="operation_without_properties", where="GET operation", times=999),
    ),
    "two_for_one_place": _scene("RestoreDisks", requests=2, at_once=1),
    "replace_approved_too_late": _scene("OriginalLocation", decided_s=3600),
    "two_for_one_vm": _scene("RestoreDisks", _post("reset_after", 2), requests=2),
}  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One play of a sweep: the scene, and what goes wrong at which places of it."""

    scene: str
    troubles: tuple[Trouble, ...]

    def __str__(self) -> str:
        what = ", ".join(f"{each.kind} ({each.value:g}) at {each.after}" for each in self.troubles)
        return f"{self.scene}: {what}"


def broken(point: Point) -> list[str]:
    """Play one point; return what it breaks."""
    scene = SCENES[point.scene]
    troubles = (*scene.troubles, *point.troubles)
    return judged(play(msgspec.structs.replace(scene, troubles=troubles))).violations


@cache
def places(name: str, tags: tuple[str, ...] = STEPS, whom: str = "") -> int:
    """How many places of these sorts a scene has when nothing more goes wrong."""
    record = play(SCENES[name]).record
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
            yield Point(name, (Trouble(kind="held_up", after=at, value=held_s),))
        for kind, tags in _STORAGE:
            for at in range(places(name, tags, "starter")):
                yield Point(name, (Trouble(kind=kind, after=at),))
        for at in range(places(name)):
            yield Point(name, (Trouble(kind="cancelled", after=at),))
            yield Point(name, (Trouble(kind="purged", after=at, value=DOWN_S[at % 2]),))


def ends(names: Iterator[str] | list[str]) -> Iterator[Point]:
    """At every place the restore's orchestration is ended: by hand, with its history, by a worker
    process that exits. Nobody asks again, but the reconciler looks."""
    for name in names:
        for at in range(places(name)):
            yield Point(name, (Trouble(kind="terminated", after=at),))
            yield Point(name, (Trouble(kind="terminated", after=at, value=2),))
        for at in range(places(name, IN_WORKER)):
            yield Point(name, (Trouble(kind="worker_exits", after=at),))


def late(point: Point) -> list[str]:
    """Play a point beside a reconciler; return what it breaks, and verdicts that are another or
    come later than two of its periods after those without the trouble."""
    world = play(scene_of(point))
    found, wanted = judged(world).violations, _endings(point.scene)
    for entry in world.storage.entries():
        assert entry.finished_at is not None, "it is over"
        word, at = wanted[entry.request_id]
        if entry.verdict and entry.verdict.verdict != word:
            found.append(f"{entry.request_id} ends {entry.verdict.verdict}, not {word}")
        if (entry.finished_at - at).total_seconds() > 2 * RECONCILE_S:
            found.append(f"{entry.request_id} ends at {entry.finished_at}, not at {at}")
    return found


def scene_of(point: Point) -> Scenario:
    """Return a point's scene with its trouble and a reconciler."""
    scene = SCENES[point.scene]
    again = tuple(msgspec.structs.replace(each, at_s=_AGAIN_S) for each in scene.decisions)
    return msgspec.structs.replace(
        scene,
        reconcile_s=RECONCILE_S,
        decisions=(*scene.decisions, *again),
        troubles=(*scene.troubles, *point.troubles),
    )


@cache
def _endings(name: str) -> dict[str, tuple[str, datetime]]:
    entries = play(SCENES[name]).storage.entries()
    return {
        each.request_id: (each.verdict.verdict, each.finished_at)
        for each in entries
        if each.verdict and each.finished_at
    }


def _killed(at: int, down_s: float) -> Trouble:
    return Trouble(kind="killed", after=at, value=down_s)
