"""One restore of each type, and one failure of each kind: what the log is to tell the story of.

Those whose histories are kept (tests/replay/scenarios.py), and more ways to fail.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from unittest.mock import patch

import msgspec

from activities import policies
from restore.messages import names
from restore.policy import rules
from restore.result import conclude
from simulated_azure.faults import Fault
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.replay import scenarios

HOUR = 3600.0
Scenario = Callable[[AppHarness], None]


class Row(NamedTuple):
    """A record of the log as a table of Application Insights has it."""

    timestamp: datetime
    message: str
    level: int


@contextmanager
def recorded(harness: AppHarness) -> Iterator[list[Row]]:
    """Keep what is logged at INFO and louder, with the world's time."""
    rows: list[Row] = []

    class Keeps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            rows.append(Row(harness.clock.now(), record.getMessage(), record.levelno))

    root, handler = logging.getLogger(), Keeps()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield rows
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


def _asked(harness: AppHarness, kind: str = "RestoreDisks", seconds: float = 2 * HOUR) -> None:
    harness.ask(request_for(kind, "r1"))
    harness.run_for(seconds)


def _faulty(**fault: Any) -> Scenario:
    def run(harness: AppHarness) -> None:
        harness.simulator.faults.add([msgspec.convert(fault, Fault)])
        _asked(harness)

    return run


def _job_ends(outcome: str, kind: str = "RestoreDisks") -> Scenario:
    def run(harness: AppHarness) -> None:
        jobs = harness.simulator.state.jobs
        jobs.outcome = msgspec.convert(outcome, type(jobs).__annotations__["outcome"])
        _asked(harness, kind)

    return run


def _not_allowed(harness: AppHarness) -> None:
    none = msgspec.structs.replace(harness.policy, rules=())
    with policies.use(none):
        _asked(harness, seconds=60)


def _bug(harness: AppHarness) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("our insides")

    with patch.object(conclude, "of_watched", broken):
        _asked(harness)


def _given_up(harness: AppHarness) -> None:
    """Somebody terminates it, as often as it is started again."""
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    for _ in range(4):
        harness.driver.client.terminate(names.instance_id("r1"), "by hand")
        harness.run_for(120)
        harness.reconcile()
    harness.run_for(HOUR)


def _asks_approval(harness: AppHarness) -> None:
    """Nobody decides for two hours of ticks, and its events cannot be sent."""
    with policies.use(rules.DEFAULT):
        harness.ask(request_for("OriginalLocation", "r1"))
        for _ in range(24):
            harness.run_for(300)
            harness.reconcile()


_POST = {"method": "POST", "path": "/restore$"}

SCENARIOS: dict[str, Scenario] = scenarios.SCENARIOS | {
    "job_failed": _job_ends("Failed"),
    "job_with_warnings": _job_ends("CompletedWithWarnings", "OriginalLocation"),
    "azure_refuses": _faulty(match=_POST, kind="status", status=400, code="BMSUserErrorInvalid"),
    "no_right": _faulty(match=_POST, kind="status", status=403, times=None),
    "job_lost": _faulty(kind="job_404", times=None),
    "not_allowed": _not_allowed,
    "bug": _bug,
    "given_up": _given_up,
}
