"""`python -m tools.import_cost`: what importing the app costs beyond the two Functions SDKs.

All are imported in fresh processes, turn about, so that a busy machine slows them alike; medians
are compared. The app is measured twice: with its byte code cached, and compiled anew each time, as
it is where the deployed folder is read-only or PYTHONDONTWRITEBYTECODE is set. Not a test: a time
measured on a shared machine proves nothing by itself.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tools.tidy.source import SHIPPED

ROOT = Path(__file__).resolve().parents[1]
ROUNDS_MIN = 15
RATIO_MAX = 1.25

_TIMED = """
import time
began = time.perf_counter()
{code}
print(time.perf_counter() - began)
"""


class Import(NamedTuple):
    """One import that is measured, in which copy of the app, and with which environment."""

    title: str
    code: str
    app: Path
    environment: dict[str, str]


def main() -> int:
    """Print the medians and their ratios; return 1 when the app with byte code costs too much."""
    parser = argparse.ArgumentParser(prog="python -m tools.import_cost")
    parser.add_argument("--rounds", type=int, default=25, help=f"at least {ROUNDS_MIN}")
    rounds = max(ROUNDS_MIN, parser.parse_args().rounds)
    with tempfile.TemporaryDirectory() as folder:
        measured = _measure(_imports(Path(folder)), rounds)
    sdks_s, *_ = measured.values()
    for title, import_s in measured.items():
        print(f"{title:32} {import_s * 1000:7.1f} ms  ratio {import_s / sdks_s:5.3f}")
    print(f"medians of {rounds} rounds; the ratio with byte code may be {RATIO_MAX}")
    return int(measured["function_app"] / sdks_s > RATIO_MAX)


def _imports(folder: Path) -> list[Import]:
    compiled, bare = _copy(folder / "compiled"), _copy(folder / "bare")
    # What the installer compiled stays compiled in all three; only the app's own code differs.
    write: dict[str, str] = {}
    never = {"PYTHONDONTWRITEBYTECODE": "1"}
    return [
        Import("the two SDKs", "import azure.functions, azure.durable_functions", compiled, write),
        Import("function_app", "import function_app", compiled, write),
        Import("function_app, not compiled", "import function_app", bare, never),
    ]


def _copy(app: Path) -> Path:
    app.mkdir()
    for name in ("function_app.py", "host.json"):
        shutil.copy(ROOT / name, app)
    for room in SHIPPED:
        shutil.copytree(ROOT / room, app / room, ignore=shutil.ignore_patterns("__pycache__"))
    return app


def _measure(imports: list[Import], rounds: int) -> dict[str, float]:
    for one in imports:  # once unmeasured: byte code is written, disks are warm
        _import_s(one)
    times = [[_import_s(one) for one in imports] for _ in range(rounds)]
    columns = zip(*times, strict=True)
    return {one.title: median(column) for one, column in zip(imports, columns, strict=True)}


def _import_s(one: Import) -> float:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment = own | {"AzureWebJobsStorage__accountName": "a"} | one.environment
    command = [sys.executable, "-c", _TIMED.format(code=one.code)]
    run = subprocess.run(
        command, cwd=one.app, env=environment, capture_output=True, check=True, text=True
    )
    return float(run.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
