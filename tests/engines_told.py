"""The last lines of a test run: how many tests ran on which engine and worker, and how they ended.

Many tests are parametrised by what they run on; a row of dots does not tell whether the real engine
or Microsoft's own worker was among it.
"""

from collections import Counter
from collections.abc import Iterable

import pytest

ENGINES = ("embedded", "durable-engine", "functions-host", "own-worker", "real-worker")
OUTCOMES = ("passed", "failed", "error", "skipped")


class EnginesTold:
    """A plugin that counts by engine."""

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell one line per engine."""
        counts = counted(
            (report.nodeid, outcome)
            for outcome in OUTCOMES
            for report in terminalreporter.stats.get(outcome, [])
            if hasattr(report, "nodeid")
        )
        for line in told(counts):
            terminalreporter.write_line(line)


def counted(reports: Iterable[tuple[str, str]]) -> dict[str, Counter[str]]:
    """Count outcomes by engine, from the ids of tests that name one."""
    counts = {engine: Counter[str]() for engine in ENGINES}
    for test_id, outcome in reports:
        for engine in engines_of(test_id):
            counts[engine][outcome] += 1
    return counts


def engines_of(test_id: str) -> list[str]:
    """Return the engine that a test's parameters name; none for most tests."""
    _, _, parameters = test_id.partition("[")
    return [engine for engine in ENGINES if engine in parameters]


def told(counts: dict[str, Counter[str]]) -> list[str]:
    """Return a line for each engine that a test names."""
    return [
        f"on {engine}: " + ", ".join(f"{count} {outcome}" for outcome, count in found.items())
        for engine, found in counts.items()
        if found
    ]
