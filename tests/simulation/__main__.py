"""`make simulate SEEDS=n [FIRST=k]` runs many seeds, SEED=x tells one, SWEEP=all sweeps."""

import argparse
import sys

from tests.simulation.many_seeds import run_many, sweep_all
from tests.simulation.telling import tell_one


def main() -> int:
    """Read what is wanted, do it, and return 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, metavar="N", help="how many")
    parser.add_argument("--first", type=int, default=0, metavar="K", help="the first of them")
    parser.add_argument("--seed", type=int, metavar="X", help="run this one alone, and tell it")
    parser.add_argument("--sweep", action="store_true", help="every point of every sweep")
    parser.add_argument("--processes", type=int, metavar="P", help="default: one per core")
    wanted = parser.parse_args()
    if wanted.seed is not None:
        return tell_one(wanted.seed)
    if wanted.sweep:
        return sweep_all(wanted.processes)
    return run_many(wanted.first, wanted.seeds, wanted.processes)


if __name__ == "__main__":
    sys.exit(main())
