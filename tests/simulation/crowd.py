"""Plays many seeds on all cores, and reports: how fast, what broke, which troubles struck."""

import gc
import os
import time
from collections.abc import Iterator
from multiprocessing import get_context

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.simulation.report import Tally, print_report
from tests.simulation.running import Result, run

_CHUNK = 4


def play_many(first: int, count: int, processes: int | None) -> int:
    """Play seeds from `first` on; 1 when a promise was broken or a kind of trouble never struck."""
    console = Console(highlight=False, soft_wrap=True)
    tally = Tally(first, count)
    begun = time.perf_counter()
    with _progress(console) as progress:
        task = progress.add_task("playing", total=count, speed="")
        for result in _results(first, count, processes or os.cpu_count() or 1):
            if result.violations and not tally.broken:
                progress.console.print(_first(result), style="bold red")
            tally.add(result)
            spent_s = time.perf_counter() - begun
            progress.update(task, advance=1, speed=f"{tally.played / spent_s:.1f} seeds/s")
    tally.spent_s = time.perf_counter() - begun
    return print_report(console, tally)


def _results(first: int, count: int, processes: int) -> Iterator[Result]:
    seeds = range(first, first + count)
    if processes == 1:
        yield from map(run, seeds)
        return
    # Forked: the app and its SDK are loaded once.
    run(first)
    with get_context("fork").Pool(processes, initializer=_settle_down) as pool:
        yield from pool.imap_unordered(run, seeds, chunksize=_CHUNK)


def _settle_down() -> None:
    """What was loaded stays; looking through it again and again costs a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


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
