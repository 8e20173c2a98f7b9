"""The published engine still does what it was recorded doing, where its executable is.

All scenarios are run side by side on one engine; a scenario that a busy machine has spoilt is
run again.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from devhost.starting import BadStart
from tests.contract.golden.compare import differences
from tests.contract.golden.real import HANG_S, play_all, script_of
from tests.contract.golden.running import SCENARIOS, Recording, load_app, recorded
from tests.contract.life_cycle.harness import APP

ENGINE = os.environ.get("DURABLE_ENGINE", "")
PLAYED_MAX = 3

pytestmark = [
    pytest.mark.slow,
    pytest.mark.durable_engine,
    pytest.mark.skipif(not ENGINE, reason="DURABLE_ENGINE does not name the executable"),
]


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recording]:
    """Every scenario's last run."""
    found: dict[str, Recording] = {}
    names = sorted(SCENARIOS, key=_length_s, reverse=True)
    for _ in range(PLAYED_MAX):
        found |= _play(names, tmp_path_factory.mktemp("app"))
        names = [name for name in names if _differences(name, found[name])]
        if not names:
            break
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_plays_on_the_real_engine_as_it_was_recorded(
    name: str, recordings: dict[str, Recording]
) -> None:
    assert _differences(name, recordings[name]) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_change_of_the_recording_is_found(name: str, recordings: dict[str, Recording]) -> None:
    """Even of what is compared more loosely between two runs by the clock."""
    changed = recorded(name)
    calls = changed["orchestrator_calls"]
    calls[0]["context"]["history"][1]["Tags"] = {}
    assert differences(changed, recordings[name], by_clock=True) != []


def _play(names: list[str], folder: Path) -> dict[str, Recording]:
    shutil.copy(APP / "host.json", folder)
    scripts = [script_of(recorded(name)) for name in names]
    try:
        return asyncio.run(play_all(ENGINE, load_app(folder), scripts))
    except BadStart as error:
        pytest.skip(str(error))


def _differences(name: str, recording: Recording) -> list[str]:
    return differences(recorded(name), recording, by_clock=True)


def _length_s(name: str) -> float:
    after_s: float = recorded(name)["http"][-1]["after_s"]
    return min(after_s, HANG_S)
