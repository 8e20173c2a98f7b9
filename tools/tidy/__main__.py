"""`python -m tools.tidy`: print what breaks a house rule, then advice; fail only for the former."""

import sys
from pathlib import Path

from tools.tidy import rules, shape
from tools.tidy.source import project_files

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Return 1 when a rule is broken."""
    sources = project_files(ROOT)
    broken = [finding for rule in rules.ALL for finding in rules.check(rule, sources)]
    for finding in broken:
        print(finding)
    for finding in rules.check(shape.advice, sources):
        print(f"{finding} (advice)")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
