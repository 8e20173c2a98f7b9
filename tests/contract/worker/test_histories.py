"""The kept histories of this app, turn by turn on Microsoft's worker and its Python.

What tests/replay holds for the SDK in our own process is held here for the worker of Azure: the
same actions for the same history, byte for byte but for the order of keys.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from devhost.language_worker.messages import Json, Text
from tests.contract.worker.caller import ROOT, WorkerCaller, serving
from tests.contract.worker.test_indexing import APP_SETTINGS
from tests.real_worker import REAL_ID, command

KEPT = sorted((ROOT / "tests" / "replay" / "histories").glob("*/*.json"))


@pytest.fixture(scope="module")
def app() -> Iterator[WorkerCaller]:
    with serving(command(REAL_ID), ROOT, APP_SETTINGS) as caller:
        yield caller


@pytest.mark.real_worker
@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_kept_history_replays_to_the_same_actions(app: WorkerCaller, path: Path) -> None:
    for turn in json.loads(path.read_text()):
        name = app.worker.orchestrators[turn["orchestrator"]].name
        answer = app.call(name, Text(json.dumps(turn["context"]))).value
        assert isinstance(answer, Json)
        assert json.loads(answer.value) == turn["answer"]
