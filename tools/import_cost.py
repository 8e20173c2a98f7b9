"""`python -m tools.import_cost`: what importing the app costs beyond the two Functions SDKs.

All are imported in fresh processes, turn about, so that a busy machine slows them alike; each time
is compared with the one beside it, and the median of these ratios counts. The app is measured
twice: with its byte code cached, and compiled anew each time, as it is where the deployed folder is
read-only and holds none. With `--package` what `make package` built is measured instead, as Azure
has it: packages and byte code from there, by the Python that it was built for, nothing else. Not a
test: a time measured on a shared machine proves nothing by itself.
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

from tools import package
from tools.tidy.source import SHIPPED

ROOT = Path(__file__).resolve().parents[1]
ROUNDS_MIN = 15
RATIO_MAX = 1.25
RATIO_OF_PACKAGE_MAX = 1.15
SDKS = "import azure.functions, azure.durable_functions"
APP = "import function_app"

_TIMED = """
import sys, time
sys.path[:0] = {path!r}
began = time.perf_counter()
{code}
print(time.perf_counter() - began)
"""


class Import(NamedTuple):
    """One import that is measured: by which command, in which copy of the app."""

    title: str
    code: str
    app: Path
    command: list[str]
    path: tuple[str, ...] = ("",)


def main() -> int:
    """Print the medians and their ratios; return 1 when the app with byte code costs too much."""
    parser = argparse.ArgumentParser(prog="python -m tools.import_cost")
    parser.add_argument("--rounds", type=int, default=31, help=f"at least {ROUNDS_MIN}")
    parser.add_argument("--package", action="store_true", help="measure what make package built")
    asked = parser.parse_args()
    rounds = max(ROUNDS_MIN, asked.rounds)
    ratio_max = RATIO_OF_PACKAGE_MAX if asked.package else RATIO_MAX
    with tempfile.TemporaryDirectory() as folder:
        imports = packaged(package.FOLDER) if asked.package else _copied(Path(folder))
        times = measured(imports, rounds)
    sdks_s, app_s, *_ = times
    for one, each_s in zip(imports, times, strict=True):
        print(f"{one.title:32} {median(each_s) * 1000:7.1f} ms  ratio {ratio(each_s, sdks_s):5.3f}")
    print(f"medians of {rounds} rounds; the ratio with byte code may be {ratio_max}")
    return int(ratio(app_s, sdks_s) > ratio_max)


def ratio(app_s: list[float], sdks_s: list[float]) -> float:
    """Return the median of the ratios, each of two times that were measured side by side."""
    return median(app / sdks for app, sdks in zip(app_s, sdks_s, strict=True))


def packaged(folder: Path) -> list[Import]:
    """Measure what a package holds. Raises SystemExit when there is none, or not its Python."""
    version = built_for(folder)
    python = package.find_python(version) if version else None
    if python is None:
        raise SystemExit(f"import_cost: make package first (Python {version or 'of the plan'})")
    # Isolated and without site: no package of this machine can stand in for one of the package.
    command = [python, "-I", "-S", "-B"]
    path = (str(folder), str(folder / package.SITE))
    return [
        Import("the two SDKs", SDKS, folder, command, path),
        Import("function_app", APP, folder, command, path),
    ]


def built_for(folder: Path) -> str | None:
    """Return the Python, such as 3.12, whose byte code is in a package."""
    tags = [path.suffixes[0] for path in folder.glob("__pycache__/function_app.*.pyc")]
    digits = tags[0].rpartition("-")[2] if tags else ""
    return f"{digits[0]}.{digits[1:]}" if digits else None


def measured(imports: list[Import], rounds: int) -> list[list[float]]:
    """Return the seconds that each import took, round by round."""
    for one in imports:  # once unmeasured: byte code is written, disks are warm
        _import_s(one)
    times = [[_import_s(one) for one in imports] for _ in range(rounds)]
    return [list(column) for column in zip(*times, strict=True)]


def _copied(folder: Path) -> list[Import]:
    compiled, bare = _copy(folder / "compiled"), _copy(folder / "bare")
    # What the installer compiled stays compiled in all three; only the app's own code differs.
    write, never = [sys.executable], [sys.executable, "-B"]
    return [
        Import("the two SDKs", SDKS, compiled, write),
        Import("function_app", APP, compiled, write),
        Import("function_app, not compiled", APP, bare, never),
    ]


def _copy(app: Path) -> Path:
    app.mkdir()
    for name in ("function_app.py", "host.json"):
        shutil.copy(ROOT / name, app)
    for room in SHIPPED:
        shutil.copytree(ROOT / room, app / room, ignore=shutil.ignore_patterns("__pycache__"))
    return app


def _import_s(one: Import) -> float:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment = own | {"AzureWebJobsStorage__accountName": "account"}
    command = [*one.command, "-c", _TIMED.format(path=[*one.path], code=one.code)]
    run = subprocess.run(
        command, cwd=one.app, env=environment, capture_output=True, check=True, text=True
    )
    return float(run.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
