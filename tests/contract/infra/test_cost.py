"""What docs/deploy.md counts of the bill is what the app does, and its table is its formula."""

import pytest

from restore.settings import Settings
from tests.contract.infra import rules
from tests.contract.infra.conftest import kept
from tests.contract.infra.rules import INFRA
from tools import cost
from tools.cost import Executions

DEPLOY = (INFRA.parent / "docs" / "deploy.md").read_text()
AGAIN = "the app has become cheaper or dearer: python -m tools.cost"


@pytest.fixture(scope="module")
def found() -> Executions:
    return cost.counted()


def test_the_formula_is_what_the_app_was_seen_to_do(found: Executions) -> None:
    assert cost.formula(found) in DEPLOY, AGAIN
    tick, restore = found.tick, found.restore
    assert (
        f"a tick is {found.per_tick} executions: the timer, {tick.turns} turns of the orchestrator "
        f"`reconcile` and its {tick.activities} activities"
    ) in DEPLOY
    assert (
        f"{found.per_restore} executions for a job of 20 minutes: {restore.turns} turns of "
        f"orchestrators, {restore.activities} activities, the queue message"
    ) in DEPLOY


def test_what_is_not_in_the_formula_is_told(found: Executions) -> None:
    assert f"adds {cost.probes_in_a_month():,} a month" in DEPLOY
    assert f"An\n  alert is {found.per_alert}, and then its restores" in DEPLOY


def test_the_table_is_the_formula(found: Executions) -> None:
    assert cost.table(found) in DEPLOY, AGAIN
    assert f"With {cost.MEMORY_GB} GB and a tick every {_period_s()} s, a month:" in DEPLOY


def test_the_table_is_for_the_memory_that_is_deployed() -> None:
    (site,) = rules.of_kind(kept("default")["predictedResources"], "Microsoft.Web/sites")
    memory_mb = site["properties"]["functionAppConfig"]["scaleAndConcurrency"]["instanceMemoryMB"]
    assert memory_mb == cost.MEMORY_GB * 1024


def test_more_work_is_more_executions(found: Executions) -> None:
    idle, busy = found.in_a_month(0), found.in_a_month(1_000)
    assert found.per_day > 0
    assert busy - idle == 1_000 * found.per_restore > 0


def test_an_instance_that_is_always_there_is_billed_all_the_time() -> None:
    assert f"of 2 GB is {2 * cost.DAYS * 24 * 3600:,} GB-s a month" in DEPLOY


def _period_s() -> int:
    return Settings().restore_reconcile_s
