"""kill -9 while restores are in flight: every verdict comes, and each restore was sent once.

All crash runs are up at the same time, a few at once; each test waits for its own.
KILL_SEED=n flies again with the dice of a run that failed.
"""

import os
import random
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from devhost.azurite import Azurite
from tests.end_to_end.crash_runs import CRASH_RUNS, RESULT_S_MAX, CrashResult, run
from tests.end_to_end.engines import why_not

AT_ONCE = 3
FLIGHT_S_MAX = 3 * RESULT_S_MAX


@pytest.fixture(scope="module")
def crash_runs(
    request: pytest.FixtureRequest, azurite: Azurite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[CrashResult]]]:
    """Every crash run that a test of this run waits for and that can run here, begun."""
    assert azurite.ports, "where one Azurite runs, another can"
    seed = int(os.environ.get("KILL_SEED") or random.randrange(10**6))
    ids = " ".join(item.nodeid for item in request.session.items)
    with ThreadPoolExecutor(AT_ONCE, "crash-run") as pool:
        yield {
            name: pool.submit(run, crash_run, tmp_path_factory.mktemp("crash-run"), seed)
            for name, crash_run in CRASH_RUNS.items()
            if f"[{name}]" in ids and why_not(crash_run.engine) is None
        }


@pytest.mark.slow
@pytest.mark.parametrize("name", CRASH_RUNS)
def test_every_restore_ends_and_was_sent_once_though_this_was_killed(
    crash_runs: dict[str, Future[CrashResult]], name: str
) -> None:
    crash_run = CRASH_RUNS[name]
    reason = why_not(crash_run.engine)
    if reason:
        pytest.skip(reason)
    result = crash_runs[name].result(FLIGHT_S_MAX)
    again = f"fly again with KILL_SEED={result.seed}: {result}"
    assert result.killed.total() == crash_run.kills + crash_run.exits, again
    assert result.verdicts == {"Completed": crash_run.restores}, again
    assert list(result.posts.values()) == [1] * crash_run.restores, again
    assert (result.lost, result.poison) == ([], 0), again
