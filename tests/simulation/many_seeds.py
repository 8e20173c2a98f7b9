"""Runs many seeds on all cores, and reports: how fast, what broke, which faults struck."""

import faulthandler
import gc
import json
import os
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.fakes.app_harness import ROOT
from tests.simulation.report import Tally, print_report
from tests.simulation.running import Result, run
from tests.simulation.sweep import MAIN, SCENARIOS, Point, broken, crashes, ends, hindrances, late

REPLAYED_SEEDS = 200
_CHUNK = 4
_TOLD_EACH = 1000


def run_many(first: int, count: int, processes: int | None) -> int:
    """Run seeds from `first` on; 1 when a promise was broken or a kind of fault never struck."""
    console = Console(highlight=False, soft_wrap=True)
    tally = Tally(first, count)
    begun = time.perf_counter()
    with TemporaryDirectory() as folder:
        _run_all(console, tally, Path(folder), processes or os.cpu_count() or 1)
        tally.spent_s = time.perf_counter() - begun
        console.print("replaying histories through the SDK, in a process of its own …")
        tally.replayed = _replayed(Path(folder))
    return print_report(console, tally)


def sweep_all(processes: int | None) -> int:
    """Run every point of every sweep; 1 when a promise was broken."""
    console = Console(highlight=False, soft_wrap=True)
    crash_points, others = list(crashes(list(MAIN))), list(hindrances(list(SCENARIOS)))
    ended = list(ends(list(MAIN)))
    points = [*crash_points, *others, *ended]
    wrong = 0
    with _progress(console) as progress:
        task = progress.add_task("sweeping", total=len(points), speed="")
        found = spread(_sweep, points, processes or os.cpu_count() or 1)
        for number, (text, violations) in enumerate(found, start=1):
            progress.update(task, advance=1)
            if violations:
                wrong += 1
                progress.console.print(f"{text}: {violations[0]}", style="red")
            _tell_in_file(console, number, len(points))
    console.print(
        f"{len(crash_points)} crash points in {len(MAIN)} scenarios, {len(others)} other points in "
        f"{len(SCENARIOS)}, {len(ended)} ends beside a reconciler: {wrong} broke a promise"
    )
    return 1 if wrong else 0


def _sweep(point: Point) -> tuple[str, list[str]]:
    is_ended = any(each.kind in ("terminated", "worker_exits") for each in point.faults)
    return str(point), late(point) if is_ended else broken(point)


def _run_all(console: Console, tally: Tally, folder: Path, processes: int) -> None:
    begun = time.perf_counter()
    with _progress(console) as progress:
        task = progress.add_task("running", total=tally.wanted, speed="")
        for result in _results(tally, folder, processes):
            if result.violations and not tally.broken:
                progress.console.print(_first(result), style="bold red")
            tally.add(result)
            speed = f"{tally.finished / (time.perf_counter() - begun):.1f} seeds/s"
            progress.update(task, advance=1, speed=speed)
            _tell_in_file(console, tally.finished, tally.wanted, f", {speed}")


def _results(tally: Tally, folder: Path, processes: int) -> Iterator[Result]:
    seeds = range(tally.first, tally.first + tally.wanted)
    work = [(seed, folder if seed < tally.first + REPLAYED_SEEDS else None) for seed in seeds]
    if processes == 1:
        return map(_run, work)
    run(tally.first)  # forked processes need not load the app and its SDK again
    return spread(_run, work, processes)


def spread(function: Callable[[Any], Any], work: Sequence[Any], processes: int) -> Iterator[Any]:
    """Yield what a function makes of each piece of work, in order, from several processes. Raises
    BrokenProcessPool when one of them dies: its stack is told, and it is a fault like any other."""
    alone = partial(_done_with, function)
    with ProcessPoolExecutor(processes, get_context("fork"), initializer=_settle_down) as pool:
        yield from pool.map(alone, work, chunksize=_CHUNK)


def _run(work: tuple[int, Path | None]) -> Result:
    seed, folder = work
    return run(seed, folder and folder / f"{os.getpid()}.jsonl")


def _replayed(folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.simulation.replaying", *map(str, folder.iterdir())]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    try:
        known: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"executions": 0, "turns": 0, "found": [done.stderr[-500:]]}
    return known


def _settle_down() -> None:
    """A process that dies tells where. What was loaded stays, and garbage goes between two pieces
    of work: to look for it meanwhile costs a tenth of the time. Another sixth is the class that the
    SDK makes anew in each turn; the replay, in a process of its own, lets it."""
    faulthandler.enable()
    gc.collect()
    gc.freeze()
    gc.disable()
    executor = import_module("azure.durable_functions.models.TaskOrchestrationExecutor")
    vars(executor)["namedtuple"] = cache(namedtuple)


def _done_with(function: Callable[[Any], Any], piece: Any) -> Any:
    try:
        return function(piece)
    finally:
        gc.collect()


def _tell_in_file(console: Console, done: int, wanted: int, more: str = "") -> None:
    """Where no bar is drawn."""
    if not console.is_terminal and done % _TOLD_EACH == 0:
        console.print(f"{done} of {wanted}{more}")


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        console=console,
        refresh_per_second=2,
    )


def _first(result: Result) -> str:
    text = result.violations[0][:300]
    how = f"replay it: make simulate SEED={result.seed}"
    return f"seed {result.seed} breaks a promise: {text}\n{how}"
