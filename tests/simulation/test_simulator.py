"""The simulator itself: the same seed is the same run everywhere, and its parts are like the real
ones."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from devhost.engine.store import Store
from tests.fakes import app_harness
from tests.fakes.store import MemoryStore
from tests.simulation import replaying
from tests.simulation.drawing import draw
from tests.simulation.fault_kinds import ALWAYS, EVERY, KINDS
from tests.simulation.report import Tally
from tests.simulation.running import Result, judged, run, run_scenario
from tests.simulation.scenario import tell

FAST_SEEDS = 25
FIRST = 7_000_000

_DIGESTS = (
    "from tests.simulation.running import run; print([run(seed).digest for seed in range(3)])"
)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + FAST_SEEDS))
def test_a_drawn_play_keeps_every_promise(seed: int) -> None:
    assert run(seed).violations == []


def test_the_same_seed_is_the_same_play_in_every_process() -> None:
    digests = {_digests(hash_seed) for hash_seed in ("1", "2")}
    digests.add(str([run(seed).digest for seed in range(3)]))
    assert len(digests) == 1


def test_other_seeds_are_other_plays() -> None:
    assert len({run(seed).digest for seed in range(3)}) == 3


def test_a_scenario_can_be_told() -> None:
    told = "\n".join(tell(draw(4)))
    assert "seed 4" in told
    assert "nothing goes wrong any more" in told


def test_every_kind_of_trouble_is_drawn() -> None:
    drawn = {fault.kind for seed in range(300) for fault in draw(seed).faults}
    assert drawn == set(KINDS)
    assert set(EVERY) == set(KINDS) | set(ALWAYS)


def test_a_kind_that_never_strikes_in_a_long_run_is_a_defect() -> None:
    tally = Tally(0, 1000, finished=1000)
    tally.fired = Counter(dict.fromkeys(EVERY, 1)) - Counter(["quota_spent"])
    assert tally.missing() == ["quota_spent"]


def test_a_kind_need_not_strike_in_a_short_run() -> None:
    tally = Tally(0, 10)
    tally.add(Result(0, [], "", Counter()))
    assert tally.missing() == []


@pytest.mark.parametrize("seed", range(3))
def test_histories_replay_byte_for_byte_without_the_simulator(seed: int, tmp_path: Path) -> None:
    kept = tmp_path / "histories.jsonl"
    run(seed, kept)
    executions, turns, found = replaying.replay(kept, app_harness.worker())
    assert found == []
    assert executions > 0
    assert turns > executions


def test_a_replay_that_differs_is_noticed(tmp_path: Path) -> None:
    kept = tmp_path / "histories.jsonl"
    run(0, kept)
    kept.write_text(kept.read_text().replace("find_protected_item", "find_something_else"))
    assert replaying.replay(kept, app_harness.worker())[2]


def test_a_play_on_the_engines_own_store_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory = judged(run_scenario(draw(0))).digest
    for name, part in vars(Store).items():
        if name in vars(MemoryStore) and callable(part):
            monkeypatch.setattr(MemoryStore, name, part)
    assert judged(run_scenario(draw(0))).digest == in_memory


def _digests(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", _DIGESTS]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        command, env=environment, cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
