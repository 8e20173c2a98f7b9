"""`python -m tools.mutants --faults 200 --seed 1`: draw faults, run tests, tell what survived."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tools.mutants import equivalents, faults, forking, running, tracing
from tools.mutants.faults import Change, Fault
from tools.mutants.reach import Reach, Test
from tools.mutants.running import Ending

ROOT = Path(__file__).resolve().parents[2]
_LISTED = ROOT / "tools" / "mutants" / "equivalent.toml"
_PERCENT_MIN = 95
_TESTS_S_MAX = 30.0
"""So much processor time the tests of one fault cost at most without a fault; cheap ones first."""
_LIMIT_S, _LIMIT_FACTOR = 15, 3
"""With the fault they may use so much, and so many times what they cost without."""
_NEAR_FILES = 3


@dataclass(frozen=True)
class Drawn:
    """One fault and how its tests ended."""

    fault: Fault
    change: Change
    ending: Ending
    is_equivalent: bool
    tests: int


def main() -> int:
    """Return 1 when too few of the faults that change something were noticed."""
    asked = _parser().parse_args()
    equivalent = equivalents.known(_LISTED, ROOT)
    shipped = [path for path in faults.shipped(ROOT) if path.startswith(tuple(asked.under))]
    sys.path.append(str(ROOT / ".cache" / "mutants" / f"packages{_of_this_python()}"))
    forking.warm_up()
    reach = tracing.traced(ROOT, faults.shipped(ROOT))
    found = []
    for drawn in islice(_drawn(shipped, asked.seed, reach, equivalent), asked.faults):
        found.append(drawn)
        print(f"{len(found):4} {_told(drawn)}", flush=True)
    return _report(found)


def _of_this_python() -> str:
    """Return what `make PYTHON=` adds to the names of what belongs to one Python: -3.13."""
    return Path(sys.prefix).name.removeprefix(".venv")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("--faults", type=int, default=200, help="how many to draw")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("under", nargs="*", default=[""], help="only in these rooms or files")
    return parser


def _drawn(
    shipped: list[str], seed: int, reach: Reach, equivalent: set[tuple[str, Change]]
) -> Iterator[Drawn]:
    """Try one fault after the other; one that leaves no importable module is not counted."""
    for fault in faults.drawn(ROOT, shipped, seed):
        text = faults.mutated(ROOT, fault)
        if text is None:
            continue
        change = faults.change(ROOT, fault, text)
        is_equivalent = (fault.path, change) in equivalent
        tests = _affordable(reach.of(ROOT, fault.path, fault.line))
        ending = Ending.SURVIVED
        for part in [] if is_equivalent else _in_two(tests):
            if ending is Ending.SURVIVED:
                ending = running.run(ROOT, fault.path, text, part, _limit_s(part))
        if ending is not Ending.NO_IMPORT:
            yield Drawn(fault, change, ending, is_equivalent, len(tests))


def _affordable(tests: list[Test]) -> list[Test]:
    chosen, cost_s = [], 0.0
    for test in tests:
        cost_s += test.cost_s
        if cost_s <= _TESTS_S_MAX:
            chosen.append(test)
    return chosen


def _in_two(tests: list[Test]) -> list[list[Test]]:
    """The tests of the nearest files first: importing all that reach a line takes its time."""
    near = set(list(dict.fromkeys(test.file for test in tests))[:_NEAR_FILES])
    parts = (
        [test for test in tests if test.file in near],
        [test for test in tests if test.file not in near],
    )
    return [part for part in parts if part]


def _limit_s(tests: list[Test]) -> int:
    return round(_LIMIT_S + _LIMIT_FACTOR * sum(test.cost_s for test in tests))


def _told(drawn: Drawn) -> str:
    ending = "equivalent" if drawn.is_equivalent else drawn.ending.name.lower().replace("_", " ")
    head = f"{ending:10} {drawn.fault.path}:{drawn.fault.line}"
    if ending != "survived":
        return head
    lines = [f"{head} ({drawn.tests} tests)", f"- {drawn.change.before}", f"+ {drawn.change.after}"]
    return "\n     ".join(lines)


def _report(found: list[Drawn]) -> int:
    for drawn in found:
        if drawn.ending is Ending.SURVIVED and not drawn.is_equivalent:
            print(_told(drawn))
    equivalent = sum(drawn.is_equivalent for drawn in found)
    survived = sum(drawn.ending is Ending.SURVIVED for drawn in found) - equivalent
    changing = len(found) - equivalent
    noticed = changing - survived
    rooms = Counter(drawn.fault.path.partition("/")[0] for drawn in found)
    print("drawn in", ", ".join(f"{room} {count}" for room, count in sorted(rooms.items())))
    print(f"{len(found)} drawn: {noticed} noticed, {equivalent} equivalent, {survived} survived")
    print(f"noticed: {noticed} of {changing} that change something (at least {_PERCENT_MIN} %)")
    return 0 if found and noticed * 100 >= changing * _PERCENT_MIN else 1


if __name__ == "__main__":
    sys.exit(main())
