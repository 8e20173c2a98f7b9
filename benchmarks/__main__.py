"""`python -m benchmarks [ENTRY] [--restores N]`: what `make bench` runs."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import engines, health, report
from benchmarks.machine import this_machine
from benchmarks.pairs import compare
from devhost.starting import BadStart

RESULTS = Path(__file__).resolve().parents[1] / ".cache" / "bench"
RESTORES, RESTORES_MAX = 200, 999
"""A policy lets a thousand run at once at most, and one is for warming up."""


def main(arguments: Sequence[str]) -> int:
    """Measure, print, keep; 2 for a start that makes no sense, 1 for restores that went wrong and
    for answers that came late."""
    given = _parse(arguments)
    console = Console(highlight=False)
    if given.entry == "health":
        return _health(console)
    try:
        engine = engines.real_engine()
        machine = this_machine(engine, given.restores, engines.SCALE, engines.EVERY_S)
        sides = engines.run(given.restores, engine, RESULTS / "engines", console)
    except BadStart as error:
        console.print(str(error), soft_wrap=True)
        return 2
    except engines.NotDone as error:
        console.print(f"{error} The logs are in {_shown(RESULTS / 'engines')}.", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped; nothing was measured.")
        return 130
    pairs = compare(sides[0].efforts, sides[1].efforts) if engine else None
    report.say(console, machine, sides, pairs)
    path = RESULTS / "engines.json"
    report.save(path, machine, sides, pairs)
    console.print(f"All numbers: {_shown(path)}")
    return 0


def _health(console: Console) -> int:
    try:
        measured = health.run(RESULTS / "health", console)
    except BadStart as error:
        console.print(str(error), soft_wrap=True)
        return 2
    health.say(console, measured)
    path = RESULTS / "health.json"
    health.save(path, measured)
    console.print(f"All numbers: {_shown(path)}")
    return 0 if all(one.is_in_time for one in measured) else 1


def _shown(path: Path) -> Path:
    return path.relative_to(RESULTS.parents[1])


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("entry", nargs="?", default="engines", choices=["engines", "health"])
    parser.add_argument("--restores", type=_count, default=RESTORES, help="how many, per engine")
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= RESTORES_MAX:
        raise argparse.ArgumentTypeError(f"from 1 to {RESTORES_MAX}")
    return number


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
