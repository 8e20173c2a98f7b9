"""Histories that an earlier build has written must replay to the very same actions.

A restore in flight is replayed by whatever build is deployed next. Every action is compared whole,
for the Python engine accepts a renamed activity in silence. A difference means: make a new version
of the orchestration, and keep the old one until its last instance is gone. New scenarios are
recorded by tools/record_histories.py.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from restore.messages.activity_io import RESTORE_VERSION
from tests.fakes.app_harness import worker
from tests.replay.scenarios import SCENARIOS, record

KEPT = Path(__file__).parent / "histories"
NOW = f"v{RESTORE_VERSION}"
FILES = sorted(KEPT.glob("*/*.json"))


def replayed(turn: dict[str, Any]) -> dict[str, Any]:
    answer = worker().run_orchestrator(turn["orchestrator"], json.dumps(turn["context"]))
    parsed: dict[str, Any] = json.loads(answer)
    return parsed


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_kept_history_replays_to_the_same_actions(path: Path) -> None:
    for turn in json.loads(path.read_text()):
        assert replayed(turn) == turn["answer"]


def test_every_scene_is_kept() -> None:
    assert {path.stem for path in FILES if path.parent.name == NOW} == set(SCENARIOS)


@pytest.mark.parametrize("path", FILES[:3], ids=lambda path: path.stem)
def test_a_planted_difference_is_noticed(path: Path) -> None:
    turn = json.loads(path.read_text())[0]
    renamed = json.dumps(turn["answer"]).replace("open_restore", "open_restores")
    assert replayed(turn) != json.loads(renamed)


@pytest.mark.parametrize("scenario", ["restore_disks", "cancelled", "approved"])
def test_todays_build_still_writes_the_kept_history(scenario: str) -> None:
    kept = json.loads((KEPT / NOW / f"{scenario}.json").read_text())
    fresh = record(scenario)
    assert [_shape(turn) for turn in fresh] == [_shape(turn) for turn in kept]


def _shape(turn: dict[str, Any]) -> tuple[str, list[int]]:
    events = [event["EventType"] for event in turn["context"]["history"]]
    return turn["orchestrator"], events
