"""The report at the end of many seeds."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.simulation.fault_kinds import EVERY
from tests.simulation.running import Result

ENOUGH_SEEDS = 1000
"""In so many seeds every kind of fault strikes; one that does not is a defect of the drawing."""
_BROKEN_SHOWN = 20


@dataclass
class Tally:
    """What many seeds add up to."""

    first: int
    wanted: int
    finished: int = 0
    spent_s: float = 0
    totals: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    broken: list[Result] = field(default_factory=list)
    replayed: dict[str, Any] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """Count one seed in."""
        self.finished += 1
        self.fired += result.fired
        self.verdicts += result.verdicts
        for name in ("restores", "posts", "kills", "steps"):
            self.totals[name] += getattr(result, name)
        if result.violations:
            self.broken.append(result)

    def missing(self) -> list[str]:
        """Kinds of fault that never struck although they should have."""
        if self.finished < ENOUGH_SEEDS:
            return []
        return [kind for kind in EVERY if not self.fired[kind]]


def print_report(console: Console, tally: Tally) -> int:
    """Print it; 1 when something is wrong."""
    console.print(_coverage(tally))
    totals = tally.totals
    console.print(
        f"{tally.finished} seeds in {tally.spent_s:.0f} s: "
        f"{tally.finished / max(tally.spent_s, 0.001):.1f} seeds/s · "
        f"{totals['restores']} requests · "
        f"{totals['posts']} accepted POSTs · {totals['kills']} kills · {totals['steps']} steps"
    )
    verdicts = ", ".join(f"{count} {kind}" for kind, count in tally.verdicts.most_common())
    console.print(f"verdicts: {verdicts}")
    for result in sorted(tally.broken, key=lambda each: each.seed)[:_BROKEN_SHOWN]:
        console.print(f"seed {result.seed}: {result.violations[0][:400]}", style="red")
    replayed = tally.replayed
    console.print(
        f"replayed through the SDK: {replayed['turns']} turns of {replayed['executions']} histories"
    )
    for text in replayed["found"]:
        console.print(f"a replay differs: {text}", style="red")
    for kind in tally.missing():
        console.print(f"{kind} never struck: a defect of the simulator", style="red")
    if tally.broken:
        seed = min(result.seed for result in tally.broken)
        console.print(f"{len(tally.broken)} seeds broke promises; make simulate SEED={seed}")
    else:
        console.print("0 violations", style="green")
    return 1 if tally.broken or tally.missing() or replayed["found"] else 0


def _coverage(tally: Tally) -> Table:
    table = Table(title="how often each kind of fault struck", title_justify="left")
    for _ in range(2):
        table.add_column("fault")
        table.add_column("times", justify="right")
    half = (len(EVERY) + 1) // 2
    for row in range(half):
        cells = []
        for kind in EVERY[row::half]:
            cells += [kind, str(tally.fired[kind])]
        table.add_row(*cells)
    return table
