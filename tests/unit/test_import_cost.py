"""Importing the app brings in nothing heavy; tools/import_cost.py measures what that is worth."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SDKS = "import azure.functions, azure.durable_functions\n"
HEAVY = [
    "aiohttp",
    "arm.backup",
    "azure.core",
    "azure.identity",
    "azure.storage.blob",
    "azure.storage.queue",
    "cryptography",
    "difflib",
    "msal",
    "requests",
    "shlex",
]


def told(code: str, ask: str) -> Any:
    """Run code in a fresh process and return what an expression is worth after it."""
    command = [sys.executable, "-c", f"import json, sys\n{code}\nprint(json.dumps({ask}))"]
    set_up = os.environ | {"AzureWebJobsStorage__accountName": "a"}
    run = subprocess.run(command, cwd=ROOT, env=set_up, capture_output=True, check=False, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def loaded(code: str) -> set[str]:
    """Return what is loaded after imports in a fresh process."""
    return set(told(code, "sorted(sys.modules)"))


def searches_for_garbage(code: str) -> int:
    """Return how often imports in a fresh process have the collector at work."""
    listen = "import gc\nseen = []\ngc.callbacks.append(lambda phase, _: seen.append(phase))\n"
    return int(told(listen + code, "seen.count('start')"))


@pytest.mark.skipif(not (ROOT / "function_app.py").exists(), reason="function_app.py is absent")
def test_importing_the_app_loads_nothing_heavy_beyond_the_two_sdks() -> None:
    beyond = loaded(SDKS + "import function_app\n") - loaded(SDKS)
    assert "function_app" in beyond
    assert not beyond & set(HEAVY)


def test_something_heavy_would_be_seen() -> None:
    assert "requests" in loaded(SDKS + "import requests\n") - loaded(SDKS)


def test_importing_the_app_looks_for_no_garbage() -> None:
    assert searches_for_garbage("import function_app\n") < 5
    assert searches_for_garbage(SDKS) > 20


def test_the_collector_is_on_when_the_app_is_there() -> None:
    assert told("import gc, function_app\n", "[gc.isenabled(), gc.get_freeze_count() > 0]") == [
        True,
        True,
    ]
