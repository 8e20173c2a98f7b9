"""`python -m tools.az_contract AZ`: run every step and say what passed."""

import sys
from pathlib import Path

from tools.az_contract import reading, restoring
from tools.az_contract.az import not_served, simulated


def main(program: str) -> int:
    """Run everything; 0 when all holds and every path that was asked for is served."""
    with simulated(Path(program)) as az:
        restoring.prepare(az.simulator.state)
        reading.run(az)
        restoring.run(az)
        lost = not_served(az.simulator)
    failed = [step for step in az.steps if step.fault]
    for step in failed:
        print(f"\n{step.title}\n  {step.command}\n  {step.fault}")
    for path in lost:
        print(f"\nnot served: {path}")
    passed = len(az.steps) - len(failed)
    print(f"\n{passed} of {len(az.steps)} steps passed, {len(lost)} paths are not served")
    return 1 if failed or lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
