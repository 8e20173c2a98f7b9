"""Importing the app brings in nothing heavy; tools/import_cost.py measures what that is worth."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SDKS = "import azure.functions, azure.durable_functions\n"
HEAVY = [
    "aiohttp",
    "azure.core",
    "azure.identity",
    "azure.storage.blob",
    "azure.storage.queue",
    "cryptography",
    "msal",
    "requests",
]


def loaded(code: str) -> set[str]:
    """Run imports in a fresh process and return what is loaded after them."""
    ask = "import json, sys\nprint(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-c", code + ask]
    set_up = os.environ | {"AzureWebJobsStorage__accountName": "a"}
    run = subprocess.run(command, cwd=ROOT, env=set_up, capture_output=True, check=False, text=True)
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout.splitlines()[-1]))


@pytest.mark.skipif(not (ROOT / "function_app.py").exists(), reason="function_app.py is absent")
def test_importing_the_app_loads_nothing_heavy_beyond_the_two_sdks() -> None:
    beyond = loaded(SDKS + "import function_app\n") - loaded(SDKS)
    assert "function_app" in beyond
    assert not beyond & set(HEAVY)


def test_something_heavy_would_be_seen() -> None:
    assert "requests" in loaded(SDKS + "import requests\n") - loaded(SDKS)
