"""What docs/deploy.md counts of the bill is what the app does, and its table is its formula."""

import re

from restore.settings import Settings
from tests.contract.infra import rules
from tests.contract.infra.conftest import kept
from tests.contract.infra.rules import INFRA
from tests.fakes.app_harness import AppHarness

DOCS = INFRA.parent / "docs"
DEPLOY = (DOCS / "deploy.md").read_text()
TICK = 8
_MONTH_S = 30 * 24 * 3600


def test_an_idle_tick_is_as_many_executions_as_told() -> None:
    where: list[str] = []
    with AppHarness().open() as harness:
        harness.at_boundary = where.append
        harness.reconcile()
    turns = [each for each in where if each.endswith(": turn begun")]
    activities = [each for each in where if each.endswith(": begun")]
    told = f"the timer, {len(turns)} turns of the orchestrator `reconcile`"
    assert f"a tick is {TICK} executions: {told} and its {len(activities)} activities" in DEPLOY
    assert 1 + len(turns) + len(activities) == TICK
    assert f"ticks x {TICK} + restores x {_restore()}" in DEPLOY


def test_the_table_is_the_formula() -> None:
    (site,) = rules.of_kind(kept("default")["predictedResources"], "Microsoft.Web/sites")
    memory_mb = site["properties"]["functionAppConfig"]["scaleAndConcurrency"]["instanceMemoryMB"]
    assert f"With {memory_mb // 1024} GB and a tick every {_period_s()} s, a month:" in DEPLOY
    rows = re.findall(r"^\| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", DEPLOY, re.MULTILINE)
    assert [row[0] for row in rows] == ["0", "10", "1,000"]
    for restores, executions, gb_s in rows:
        count = _MONTH_S // _period_s() * TICK + int(restores.replace(",", "")) * _restore()
        assert executions == f"{count:,}"
        assert gb_s == f"{count * memory_mb // 1024:,}"


def test_an_instance_that_is_always_there_is_billed_all_the_time() -> None:
    assert f"of 2 GB is {2 * _MONTH_S:,} GB-s a month" in DEPLOY


def _restore() -> int:
    """Executions of one restore: what the benchmark counted, and the queue message."""
    _, _, text = (DOCS / "engines.md").read_text().partition("| **Counts per restore** |")
    turns, activities = (
        re.findall(rf"^\| {kind} calls \| (\d+) \|", text, re.MULTILINE)[0]
        for kind in ("orchestrator", "activity")
    )
    return int(turns) + int(activities) + 1


def _period_s() -> int:
    return Settings().restore_reconcile_s
