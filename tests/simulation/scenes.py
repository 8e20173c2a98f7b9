"""The scenes that the sweeps play, and how one is played with a trick at one of its boundaries.

A boundary is a place where the process can be interrupted (tests/fakes/laboratory.py numbers none,
it only tells): around each turn and activity, each call to Azure and each write. A trick is what
happens at one of them: the process dies, an activity is delivered again, somebody cancels.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec

from devhost.engine.store import Store
from devhost.vault.faults import Fault
from restore.ledger import LedgerState
from restore.polling import Pace
from tests.end_to_end.stage import request_for
from tests.fakes.laboratory import Laboratory

PACE = Pace(poll_s_first=5, poll_s_min=20, poll_s_max=60, settle_s=30, arm_timeout_s=10)
JOB_S = 60.0
LIST_LAG_S = 20.0
END_S = 1800.0
"""However a scene is disturbed, so long after the last disturbance everything has ended."""

_STRIDE, _STEP = 61, 17
_FEW = ("new_vm", "disks_reply_lost", "disks_503", "new_vm_throttled", "replace_cancelled")
TAKES_ALL = os.environ.get("CRASH_SWEEP") == "all"
_POST = {"method": "POST", "path": "/restore$"}

Trick = Callable[["Played", str], None]


@dataclass(frozen=True)
class Scene:
    """What is asked, what Azure does, and who cancels when."""

    kind: str = "RestoreDisks"
    faults: tuple[dict[str, Any], ...] = ()
    job: dict[str, Any] = field(default_factory=dict)
    requests: tuple[str, ...] = ("r1",)
    cancel_after_s: float | None = None


SCENES = {
    "disks": Scene(),
    "replace": Scene("OriginalLocation"),
    "new_vm": Scene("AlternateLocation"),
    "disks_reply_lost": Scene(faults=({"match": _POST, "kind": "drop_after"},)),
    "replace_reply_lost": Scene(
        "OriginalLocation", ({"match": _POST, "kind": "status_after", "status": 502},)
    ),
    "new_vm_reply_lost": Scene("AlternateLocation", ({"match": _POST, "kind": "drop_after"},)),
    "disks_503": Scene(faults=({"match": _POST, "kind": "status", "status": 503},)),
    "replace_not_sent": Scene("OriginalLocation", ({"match": _POST, "kind": "refused"},)),
    "disks_throttled": Scene(faults=({"match": _POST, "kind": "throttle", "retry_after": 20},)),
    "new_vm_throttled": Scene(
        "AlternateLocation", ({"match": _POST, "kind": "throttle", "retry_after": 20},)
    ),
    "disks_cancelled": Scene(cancel_after_s=30),
    "replace_cancelled": Scene("OriginalLocation", cancel_after_s=30),
    "new_vm_cancelled": Scene("AlternateLocation", cancel_after_s=30),
    "disks_reply_lost_and_cancelled": Scene(
        faults=({"match": _POST, "kind": "drop_after"},), cancel_after_s=10
    ),
    "disks_503_and_cancelled": Scene(
        faults=({"match": _POST, "kind": "status", "status": 503},), cancel_after_s=10
    ),
    "new_vm_fails": Scene("AlternateLocation", job={"outcome": "Failed", "read_lag_s": 15}),
    "replace_job_unnamed": Scene(
        "OriginalLocation", ({"kind": "operation_without_properties", "times": None},)
    ),
    "two_for_one_vm": Scene(
        faults=({"match": _POST, "kind": "drop_after", "times": 2},), requests=("r1", "r2")
    ),
}  # fmt: skip


class Killed(BaseException):
    """kill -9: nothing catches it. Then the process is down for a while; or even all histories are
    purged, and who had asked asks again."""

    def __init__(self, down_s: float = 0.0, *, purges: bool = False) -> None:
        super().__init__(down_s)
        self.down_s, self.purges = down_s, purges


@dataclass
class Played:
    """A scene that was played, and what was seen of it besides what the laboratory keeps."""

    scene: Scene
    laboratory: Laboratory
    boundaries: list[str] = field(default_factory=list)
    longest_history: int = 0
    cancels: list[LedgerState] = field(default_factory=list)
    """How the ledger stood after each cancel."""
    purged: bool = False
    """The histories were purged while the restore ran, and the requests sent again."""
    over: set[str] = field(default_factory=set)
    """Requests whose verdict was written when the histories were purged."""

    def cancel(self) -> None:
        """Cancel the scene's first request."""
        self.cancels.append(self.laboratory.cancel(self.scene.requests[0]))


def play(scene: Scene, at: int | None = None, trick: Trick | None = None) -> Played:
    """Play a scene to its end, with a trick at its at-th boundary, counted from 1."""
    laboratory = Laboratory()
    played = Played(scene, laboratory)
    _arrange(played)

    def boundary(where: str) -> None:
        played.boundaries.append(where)
        if len(played.boundaries) == at:
            assert trick is not None, "a trick is needed to be played somewhere"
            laboratory.at_boundary = lambda _: None
            trick(played, where)

    with laboratory.open():
        _ask(played)
        laboratory.at_boundary = boundary
        try:
            laboratory.run_for(END_S)
        except Killed as killed:
            laboratory.at_boundary = lambda _: None
            laboratory.clock.advance(killed.down_s)
            if killed.purges:
                _purge(played)
            laboratory.boot()
            if killed.purges:
                _ask(played)
        laboratory.run_for(END_S)
    return played


@cache
def undisturbed(name: str) -> Played:
    """Return a scene that was played to its end without any trick."""
    return play(SCENES[name])


def chosen(name: str, wants: Callable[[str], bool]) -> Iterator[tuple[int, str]]:
    """Choose boundaries of a scene: all that are wanted if CRASH_SWEEP=all, else a few, in each
    scene other ones."""
    wanted = [(at, where) for at, where in _numbered(name) if wants(where)]
    first = list(SCENES).index(name) * _STEP % _STRIDE % len(wanted)
    return iter(wanted if TAKES_ALL else wanted[first::_STRIDE])


def sampled(count: int, wants: Callable[[str], bool]) -> Iterator[tuple[str, int, str]]:
    """Choose boundaries of all scenes if CRASH_SWEEP=all, else so many of a few scenes."""
    names = SCENES if TAKES_ALL else _FEW
    wanted = [(name, at, where) for name in names for at, where in _numbered(name) if wants(where)]
    return iter(wanted if TAKES_ALL else wanted[:: max(len(wanted) // count, 1)])


def _numbered(name: str) -> Iterator[tuple[int, str]]:
    return iter(enumerate(undisturbed(name).boundaries, 1))


def _ask(played: Played) -> None:
    for request_id in played.scene.requests:
        played.laboratory.ask(request_for(played.scene.kind, request_id), PACE)


def _purge(played: Played) -> None:
    laboratory, played.purged = played.laboratory, True
    laboratory.store = Store(":memory:")
    helds = {each: laboratory.ledger.read(each) for each in played.scene.requests}
    played.over = {each for each, held in helds.items() if held and held.entry.verdict}


def _arrange(played: Played) -> None:
    scene, laboratory = played.scene, played.laboratory
    jobs = laboratory.simulator.state.jobs
    for name, value in ({"duration_s": JOB_S, "list_lag_s": LIST_LAG_S} | scene.job).items():
        setattr(jobs, name, value)
    laboratory.simulator.faults.add([msgspec.convert(fault, Fault) for fault in scene.faults])

    def on_turn(name: str, context: dict[str, Any], answer: dict[str, Any]) -> None:
        played.longest_history = max(played.longest_history, len(context["history"]))

    laboratory.on_turn = on_turn
    if scene.cancel_after_s is not None:
        laboratory.plan(scene.cancel_after_s, played.cancel)
