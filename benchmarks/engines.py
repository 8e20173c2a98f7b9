"""The entry `engines`: the same restores on the embedded and on the real engine, side by side.

Both run at the same time and are given each restore at the same moment, so whatever else the
machine does befalls both alike. Times are the app's defaults divided by SCALE, nothing rounded:
a job of 20 minutes takes 200 seconds and is polled as often as in Azure (vault.py).
"""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.measures import Measures, measures_of
from benchmarks.side import Side
from devhost.starting import BadStart
from restore.messages.poll_policy import WAIT_S_MIN
from restore.policy import rules
from restore.settings import Settings

SCALE = 6.0
JOB_S = 1_200.0
LOOKS = 15
"""Looks at a job of 20 minutes at the app's default pace."""
EVERY_S = 0.6
"""Between one restore and the next."""
IDLE_S = 45.0
SETTLE_S = 10.0
"""Until the engines are at rest: the slowest queue is read every 5 s."""
PATIENCE_S = 300.0
"""Without a single new verdict, once all should be there: a busy machine may take its time."""
_WARM_JOB_S = 6.0
_WARM_ID = "warm"
EMBEDDED, REAL = "embedded engine", "real engine"


class NotDone(Exception):
    """Some restores did not end as they should: then the numbers mean nothing."""


def run(restores: int, engine: str | None, folder: Path, console: Console) -> list[Measures]:
    """Measure; BadStart when something does not start, NotDone when a restore goes wrong.

    Logs and notes stay in the folder until the next run.
    """
    shutil.rmtree(folder, ignore_errors=True)
    with ExitStack() as stack:
        chosen = {EMBEDDED: None} | ({REAL: engine} if engine else {})
        sides = []
        for name, path in chosen.items():
            console.print(f"Starting the app on the {name} …")
            place = folder / name.partition(" ")[0]
            side = Side(name, place, scaled_settings(restores), restores + 1, path)
            sides.append(stack.enter_context(side))
        with _bars(console, sides, restores) as bars:
            return _measured(sides, restores, bars)


_NO_TICK_S = "3600"
"""The reconciler looks at all restores together: a tick within a run would be no restore's own."""


def scaled_settings(restores: int) -> dict[str, str]:
    """The app's own paces, SCALE times as fast; and a policy that lets all of them run at once."""
    poll_policy = Settings().poll_policy()
    paces = {
        "FIRST": poll_policy.poll_s_first,
        "MIN": poll_policy.poll_s_min,
        "MAX": poll_policy.poll_s_max,
    }
    found = {
        f"RESTORE_POLL_S_{name}": f"{max(WAIT_S_MIN, seconds / SCALE):g}"
        for name, seconds in paces.items()
    }
    open_ = msgspec.structs.replace(rules.DEFAULT, max_concurrent_restores=restores + 1)
    return found | {
        "RESTORE_POLICY": msgspec.json.encode(open_).decode(),
        "RESTORE_RECONCILE_S": _NO_TICK_S,
    }


def real_engine() -> str | None:
    """The executable that DURABLE_ENGINE names; BadStart when it is not there."""
    path = os.environ.get("DURABLE_ENGINE")
    if path and not os.access(path, os.X_OK):
        raise BadStart(f"DURABLE_ENGINE names {path}, which is no executable.")
    return path or None


def _measured(sides: Sequence[Side], restores: int, bars: "Bars") -> list[Measures]:
    bars.say("one restore to warm up")
    for side in sides:
        side.set_jobs(_WARM_JOB_S)
        side.ask(_WARM_ID, "vm-0001")
    _await(sides, {_WARM_ID}, bars)
    for side in sides:
        side.verdicts.clear()
        side.set_jobs(JOB_S / SCALE, LOOKS)
    time.sleep(SETTLE_S)
    bars.say(f"idle for {IDLE_S:.0f} s")
    idle = [side.mark() for side in sides]
    time.sleep(IDLE_S)
    begun = [side.mark() for side in sides]
    bars.say("restoring")
    ids = [f"bench-{number:04d}" for number in range(restores)]
    _ask_all(sides, ids, bars)
    _await(sides, set(ids), bars)
    time.sleep(SETTLE_S)
    ended = [side.mark() for side in sides]
    return [
        measures_of(
            side.name,
            [side.took_s(request_id) for request_id in ids],
            *marks,
            side.calls(marks[1], marks[2]),
        )
        for side, marks in zip(sides, zip(idle, begun, ended, strict=True), strict=True)
    ]


def _ask_all(sides: Sequence[Side], ids: Sequence[str], bars: "Bars") -> None:
    begun = time.monotonic()
    for number, request_id in enumerate(ids):
        # Each side is first as often as the other.
        for side in sides if number % 2 else reversed(sides):
            side.ask(request_id, f"vm-{number + 2:04d}")
        if number % 5 == 0:
            _listen(sides, bars)
        time.sleep(max(0.0, begun + (number + 1) * EVERY_S - time.monotonic()))


def _await(sides: Sequence[Side], wanted: set[str], bars: "Bars") -> None:
    """Wait for all verdicts; every one must be Completed."""
    give_up, known = time.monotonic() + JOB_S / SCALE + PATIENCE_S, 0
    while any(wanted - side.verdicts.keys() for side in sides):
        if time.monotonic() > give_up:
            missing = {side.name: len(wanted - side.verdicts.keys()) for side in sides}
            raise NotDone(f"Verdicts are missing: {missing}.")
        time.sleep(1.0)
        _listen(sides, bars)
        if (all_ := sum(len(side.verdicts) for side in sides)) > known:
            known, give_up = all_, max(give_up, time.monotonic() + PATIENCE_S)
    for side in sides:
        bad = {one: said for one, said in side.verdicts.items() if said != "Completed"}
        if bad:
            raise NotDone(f"On the {side.name} not all restores completed: {bad}.")


def _listen(sides: Sequence[Side], bars: "Bars") -> None:
    for side in sides:
        side.listen()
        bars.advance(side)


class Bars:
    """What a person sees meanwhile."""

    def __init__(self, progress: Progress, sides: Sequence[Side], restores: int) -> None:
        self._progress = progress
        self._restores = restores
        self._next: dict[str, int] = {}
        self._tasks = {
            side.name: progress.add_task(side.name, total=restores, doing="") for side in sides
        }

    def say(self, doing: str) -> None:
        """Say what is going on."""
        if not self._progress.console.is_terminal:
            self._progress.console.print(f"… {doing}")
        for task in self._tasks.values():
            self._progress.update(task, doing=doing)

    def advance(self, side: Side) -> None:
        """Show how many verdicts have come."""
        done = sum(1 for one in side.verdicts if one != _WARM_ID)
        self._progress.update(self._tasks[side.name], completed=done)
        if not self._progress.console.is_terminal and done >= self._next.get(side.name, 1):
            self._progress.console.print(f"… {side.name}: {done} of {self._restores}")
            self._next[side.name] = done + max(1, self._restores // 10)


@contextmanager
def _bars(console: Console, sides: Sequence[Side], restores: int) -> Iterator[Bars]:
    columns = (
        TextColumn("{task.description:16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[doing]}"),
    )
    with Progress(*columns, console=console) as progress:
        yield Bars(progress, sides, restores)
