"""Activities and orchestrators are functions called like their modules; the app loads none."""

import inspect
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from activities import registration
from orchestrators import registration as orchestrations

ROOT = Path(__file__).resolve().parents[2]
TAKES = (
    *((name, ["order"]) for name in registration.PLAIN),
    *((name, ["order", "settings"]) for name in registration.BY_SETTINGS),
    *((name, ["order", "client", "settings"]) for name in registration.WITH_CLIENT),
)


@pytest.mark.parametrize(("name", "parameters"), TAKES, ids=[name for name, _ in TAKES])
def test_an_activity_takes_what_its_table_says(name: str, parameters: list[str]) -> None:
    function = getattr(import_module(f"activities.{name}"), name)
    assert [*inspect.signature(function).parameters] == parameters
    assert inspect.iscoroutinefunction(function) is ("client" in parameters)


def test_no_activity_stands_in_two_tables() -> None:
    names = [name for name, _ in TAKES]
    assert len({*names}) == len(names)


@pytest.mark.parametrize("name", orchestrations.ORCHESTRATORS)
def test_an_orchestrator_takes_its_context_alone(name: str) -> None:
    function = getattr(import_module(f"orchestrators.{name}"), name)
    assert [*inspect.signature(function).parameters] == ["context"]


def test_importing_the_app_loads_no_activity_and_no_orchestrator() -> None:
    code = "import function_app, json, sys; print(json.dumps([*sys.modules]))"
    set_up = os.environ | {"AzureWebJobsStorage__accountName": "a"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=set_up, capture_output=True, check=True
    )
    loaded = {*json.loads(run.stdout.splitlines()[-1])}
    assert "activities.registration" in loaded
    assert not loaded & {f"activities.{name}" for name, _ in TAKES}
    assert not loaded & {f"orchestrators.{name}" for name in orchestrations.ORCHESTRATORS}
