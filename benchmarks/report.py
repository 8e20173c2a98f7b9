"""What a person reads at the end, and the same as JSON for whoever compares runs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.machine import Machine
from benchmarks.measures import Measures
from benchmarks.pairs import Pairs

_COUNTS = (
    ("orchestrator calls", "turns"),
    ("history events at the end", "events"),
    ("history events replayed", "replayed"),
    ("activity calls", "activities"),
    ("  of them polls of operation and job", "polls"),
    ("generations, child included", "generations"),
)
_CPU = (
    ("orchestrator calls (replay)", "turns"),
    ("activity calls", "activities"),
    ("host process, all in all", "host"),
    ("engine process", "engine"),
    ("Azurite, for comparison", "storage"),
)
NOTHING = "–"


class Row(NamedTuple):
    """A line of the table; a line without values is a heading."""

    label: str
    values: tuple[str, ...] = ()


def rows(sides: Sequence[Measures]) -> Iterator[Row]:
    """The table's lines, one value per side."""
    yield Row("Counts per restore (mean)")
    for label, name in _COUNTS:
        yield _row(label, [side.mean(name) for side in sides], 2)
    yield _row("activities that ran", [sum(one.ran.values()) / one.restores for one in sides], 2)
    yield _row("ARM requests", [side.arm_requests for side in sides], 2)
    yield _row("seconds from accepted to verdict", [side.took_s for side in sides], 1)
    yield Row("CPU per restore, idle taken off (ms)")
    for label, name in _CPU:
        yield _row(label, [side.cpu_ms[name] for side in sides], 0)
    yield Row("Storage requests per restore, idle taken off")
    yield from _by_owner([side.requests for side in sides], 1)
    yield Row("Storage requests per restore, polling included")
    yield from _by_owner([side.requests_all for side in sides], 1)
    yield Row("With nothing to do")
    yield from _by_owner([side.idle_requests for side in sides], 0, " (a minute)")
    for name in ("host", "engine"):
        yield _row(f"{name} CPU (ms a second)", [side.idle_cpu_ms[name] for side in sides], 1)


def table(sides: Sequence[Measures]) -> Table:
    """The rows for a terminal."""
    drawn = Table(title=None, header_style="bold")
    drawn.add_column("")
    for side in sides:
        drawn.add_column(side.name, justify="right")
    for label, values in rows(sides):
        if not values:
            drawn.add_section()
            drawn.add_row(f"[bold]{label}[/]")
            continue
        drawn.add_row(label, *values)
    return drawn


def markdown(machine: Machine, sides: Sequence[Measures], pairs: Pairs | None) -> str:
    """Everything as the table of docs/engines.md."""
    lines = [f"{machine.line}.", "", f"| | {' | '.join(side.name for side in sides)} |"]
    lines.append("|---" + "|--:" * len(sides) + "|")
    for label, values in rows(sides):
        cells = values or ("",) * len(sides)
        lines.append(f"| {label.strip() if values else f'**{label}**'} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *sentences(sides, pairs), ""])


def sentences(sides: Sequence[Measures], pairs: Pairs | None) -> Iterator[str]:
    """What the table cannot say."""
    if pairs is None:
        yield (
            "Only the embedded engine was measured: DURABLE_ENGINE names no executable of the "
            "real one (docs/engines.md)."
        )
    else:
        yield (
            f"Of {pairs.all_} restores, {pairs.same_polls} were polled equally often on both "
            f"engines; of these, {pairs.equal} are equal in every count."
        )
        for more, count in pairs.polls_more.items():
            if more:
                yield f"{count} were polled {more:+d} times on the real one: the clock decides."
        if pairs.odd:
            yield f"Equally often, yet different, were {', '.join(pairs.odd[:5])}: look into it."
    for side in sides:
        if side.engine_restarts:
            yield f"The {side.name} was started again {side.engine_restarts} times: run it anew."


def say(console: Console, machine: Machine, sides: Sequence[Measures], pairs: Pairs | None) -> None:
    """Print everything."""
    console.print(machine.line, soft_wrap=True)
    console.print(table(sides))
    for sentence in sentences(sides, pairs):
        console.print(sentence, soft_wrap=True)


def save(path: Path, machine: Machine, sides: Sequence[Measures], pairs: Pairs | None) -> None:
    """Write everything as JSON, and the table once more for the docs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    found = {
        "machine": asdict(machine),
        "sides": [asdict(side) for side in sides],
        "pairs": asdict(pairs) if pairs else None,
    }
    path.write_text(json.dumps(found, indent=1) + "\n")
    path.with_suffix(".md").write_text(markdown(machine, sides, pairs))


def _by_owner(found: Sequence[Mapping[str, float]], digits: int, suffix: str = "") -> Iterator[Row]:
    for key in sorted({key for one in found for key in one}):
        yield _row(f"{key}{suffix}", [one.get(key, 0.0) for one in found], digits)
    yield _row(f"all{suffix}", [sum(one.values()) for one in found], digits)


def _row(label: str, values: Sequence[float | None], digits: int) -> Row:
    return Row(label, tuple(_number(value, digits) for value in values))


def _number(value: float | None, digits: int) -> str:
    return NOTHING if value is None else f"{value:,.{digits}f}"
