"""What would be deployed: the rooms, the table of contents, the settings of the host; no more."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from restore.messages.activity_io import RESTORE_VERSION
from tools.tidy.source import SHIPPED

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(),
    reason="the ignore patterns are read by git, which is not here",
)


def listed(*options: str) -> set[str]:
    command = ["git", "ls-files", "-z", "--cached", *options]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    return {name for name in run.stdout.split("\0") if name}


def test_the_rooms_and_three_files_are_deployed_and_nothing_else() -> None:
    deployed = listed() - listed("--ignored", "--exclude-from=.funcignore")
    at_root = {name.partition("/")[0] for name in deployed}
    assert at_root <= {*SHIPPED, "function_app.py", "host.json", "requirements.txt"}
    assert {"function_app.py", "host.json", "requirements.txt", "restore"} <= at_root


def test_of_the_rooms_only_python_is_deployed() -> None:
    deployed = listed() - listed("--ignored", "--exclude-from=.funcignore")
    assert {Path(name).suffix for name in deployed if "/" in name} == {".py"}


def test_the_orchestrations_have_the_version_of_their_order_of_steps() -> None:
    """An older build must leave alone what a newer one began; a newer one goes on with both."""
    host = json.loads((ROOT / "host.json").read_text())
    durable = host["extensions"]["durableTask"]
    assert durable["defaultVersion"] == str(RESTORE_VERSION)
    assert durable["versionMatchStrategy"] == "CurrentOrOlder"
    assert durable["versionFailureStrategy"] == "Reject"


def test_no_line_of_the_log_is_sampled_away_or_left_out() -> None:
    """Traces are what an app's lines are in Application Insights."""
    host = json.loads((ROOT / "host.json").read_text())["logging"]
    sampling = host["applicationInsights"]["samplingSettings"]
    assert {"Trace", "Request", "Exception"} <= set(sampling["excludedTypes"].split(";"))
    levels = host["logLevel"]
    assert levels["default"] == "Information"
    louder = {name for name, level in levels.items() if level != "Information"}
    assert not any("Function".startswith(name) or name.startswith("Function") for name in louder)


def test_one_trace_goes_from_a_request_through_its_orchestrations() -> None:
    host = json.loads((ROOT / "host.json").read_text())
    tracing = host["extensions"]["durableTask"]["tracing"]
    assert tracing == {
        "distributedTracingEnabled": True,
        "version": "V2",
        "traceInputsAndOutputs": False,
    }
