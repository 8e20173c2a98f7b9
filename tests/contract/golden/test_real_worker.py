"""The scenarios on the published engine and Microsoft's own worker: nothing of either is ours.

By hand, with `make test WORKER=real`. Stacks are left out of the comparison: this worker's have the
failure's text in them once more (normal.py).
"""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from devhost.language_worker.functions import Function
from devhost.language_worker.keeper import LanguageWorker
from devhost.starting import BadStart
from tests import real_worker
from tests.contract.golden.compare import differences
from tests.contract.golden.real import play_all, script_of
from tests.contract.golden.running import (
    SCENARIOS,
    Recorder,
    Recording,
    copy_app,
    recorded,
)
from tests.contract.life_cycle.harness import APP

ENGINE = os.environ.get("DURABLE_ENGINE", "")
PLAYED_MAX = 3

pytestmark = [
    pytest.mark.slow,
    pytest.mark.durable_engine,
    pytest.mark.real_worker,
    pytest.mark.skipif(not ENGINE, reason="DURABLE_ENGINE does not name the executable"),
    pytest.mark.skipif(not real_worker.is_chosen(), reason="by hand: make test WORKER=real"),
]


class RecordingRealWorker:
    """Microsoft's worker, with every orchestrator call kept in the recordings' form."""

    def __init__(self, worker: LanguageWorker) -> None:
        self._worker, self.app_dir = worker, worker.app_dir
        self._recorder = Recorder()
        self.calls = self._recorder.calls
        self.has_orchestrator, self.has_activity = worker.has_orchestrator, worker.has_activity
        self.orchestrator_names = worker.orchestrator_names
        self.run_activity = worker.run_activity

    @property
    def functions(self) -> list[Function]:
        return self._worker.functions

    def run_orchestrator(self, name: str, context_json: str) -> str:
        return self._recorder.turn(self._worker.run_orchestrator, name, context_json)


async def play(names: list[str], folder: Path) -> dict[str, Recording]:
    """Play scenarios side by side."""
    scripts = [script_of(recorded(name)) for name in names]
    async with real_worker.running(folder, "own_scenarios_app.py") as worker:
        return await play_all(ENGINE, RecordingRealWorker(worker), scripts)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recording]:
    """Every scenario's last run; what a busy machine has spoilt is run again."""
    found: dict[str, Recording] = {}
    names = [*SCENARIOS]
    for _ in range(PLAYED_MAX):
        folder = tmp_path_factory.mktemp("app")
        copy_app(folder)
        shutil.copy(APP / "host.json", folder)
        try:
            found |= asyncio.run(play(names, folder))
        except BadStart as error:
            pytest.skip(str(error))
        names = [name for name in names if found_differences(name, found[name])]
        if not names:
            break
    return found


def found_differences(name: str, run: Recording) -> list[str]:
    return differences(recorded(name), run, by_clock=True, without_stacks=True)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_plays_on_microsofts_worker_as_it_was_recorded(
    name: str, recordings: dict[str, Recording]
) -> None:
    assert found_differences(name, recordings[name]) == []
