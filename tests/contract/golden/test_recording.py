"""What `python -m tools.record_golden` cannot work with, and the scripts that it follows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.golden.running import OWN_SCENARIOS, recorded
from tests.contract.golden.scripts import SCRIPTS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--engine", "/nowhere", "nonsense"], "no such scenario: nonsense; there are restore_"),
        ([], "name the engine's executable by --engine or DURABLE_ENGINE"),
        (["--engine", "/nowhere", "rewound"], "There is no durable-engine at /nowhere."),
    ],
)
def test_what_cannot_be_recorded_is_said_in_a_sentence(arguments: list[str], sentence: str) -> None:
    command = [sys.executable, "-m", "tools.record_golden", *arguments]
    environ = {**os.environ, "DURABLE_ENGINE": ""}
    told = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 2
    assert sentence in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("name", OWN_SCENARIOS)
def test_what_is_kept_is_what_the_script_says_today(name: str) -> None:
    """A script that has changed must be recorded again."""
    script = SCRIPTS[name]
    sent = [{key: request[key] for key in _ASKED} for request in script.requests]
    assert [{key: reply[key] for key in _ASKED} for reply in recorded(name)["http"]] == sent


_ASKED = ("method", "path", "body", "status")
