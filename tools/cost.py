"""`python -m tools.cost`: the executions that docs/deploy.md bills, counted, and its table.

The app runs in the simulation's virtual time, with default settings: one restore of a job of
20 minutes, and ticks of the reconciler with nothing and with something open. An execution is what
Flex Consumption bills as one: a trigger, a turn of an orchestrator, an activity.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from restore.settings import Settings  # noqa: E402
from tests.alert_samples import common, vm  # noqa: E402
from tests.end_to_end.harness import request_for  # noqa: E402
from tests.fakes.alert_door import AlertDoor  # noqa: E402
from tests.fakes.app_harness import AppHarness  # noqa: E402

MEMORY_GB = 2
DAYS = 30
JOB_S = 20 * 60
RESTORES = (0, 10, 1_000)
_DAY_S = 24 * 3600
_TRIGGER = 1


class Counted(NamedTuple):
    """Turns of orchestrators and activities."""

    turns: int
    activities: int

    @property
    def all(self) -> int:
        return self.turns + self.activities


class Executions(NamedTuple):
    """What was counted."""

    tick: Counted
    tick_that_deletes: Counted
    tick_with_one_open: Counted
    restore: Counted
    alert: Counted

    @property
    def per_tick(self) -> int:
        return self.tick.all + _TRIGGER

    @property
    def per_day(self) -> int:
        """More in the tick that deletes than in another."""
        return self.tick_that_deletes.all - self.tick.all

    @property
    def per_restore(self) -> int:
        """With its message, and with the ticks that find it open."""
        ticks = JOB_S // Settings().restore_reconcile_s
        open_then = self.tick_with_one_open.all - self.tick.all
        return self.restore.all + _TRIGGER + ticks * open_then

    @property
    def per_alert(self) -> int:
        """One by HTTP or on the queue, that nothing is restored for."""
        return self.alert.all + _TRIGGER

    def in_a_month(self, restores: int) -> int:
        ticks = DAYS * _DAY_S // Settings().restore_reconcile_s
        return ticks * self.per_tick + DAYS * self.per_day + restores * self.per_restore


def counted() -> Executions:
    """Run the app and count."""
    return Executions(
        tick=_count(lambda harness: harness.reconcile()),
        tick_that_deletes=_count(lambda harness: harness.reconcile(deletes=True)),
        tick_with_one_open=_count(lambda harness: harness.reconcile(), first=_ask),
        restore=_count(_restore),
        alert=_count(_alert),
    )


def formula(found: Executions) -> str:
    return (
        f"executions = ticks x {found.per_tick} + days x {found.per_day} "
        f"+ restores x {found.per_restore}"
    )


def table(found: Executions) -> str:
    """Return the table of docs/deploy.md."""
    rows = [
        f"| {restores:,} | {found.in_a_month(restores):,} | "
        f"{found.in_a_month(restores) * MEMORY_GB:,} |"
        for restores in RESTORES
    ]
    return "\n".join(["| restores | executions | GB-s, at a second each |", "|--:|--:|--:|", *rows])


def _count(
    action: Callable[[AppHarness], object], first: Callable[[AppHarness], object] | None = None
) -> Counted:
    where: list[str] = []
    with AppHarness().open() as harness:
        harness.simulator.state.jobs.duration_s = JOB_S
        if first is not None:
            first(harness)
        harness.at_boundary = where.append
        action(harness)
    turns = sum(each.endswith(": turn begun") for each in where)
    return Counted(turns, sum(each.endswith(": begun") for each in where))


def _ask(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(60)


def _restore(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(2 * JOB_S)
    assert harness.verdict("r1").succeeded, "what does not end well is no restore to count"


def _alert(harness: AppHarness) -> None:
    taken = AlertDoor(harness).post(common(vm(), fired=harness.clock.now()))
    harness.run_for(60)
    assert taken.status == 202, "what is not taken is no alert to count"


def probes_in_a_month() -> int:
    """Return how often a monitor asks that asks once a minute."""
    return DAYS * _DAY_S // 60


def main() -> int:
    """Print what was counted."""
    found = counted()
    print(found, formula(found), "", table(found), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
