"""Record the project's own golden scenarios: `python -m tools.record_golden [--engine PATH] NAME…`.

They are played on the published engine, all of them where none is named, and written to
tests/data/golden/own in the form of the given recordings. Only for scenarios that are new or
changed, and for a newer engine: a recording is the truth that the embedded engine is held to.
"""

import argparse
import asyncio
import json
import os
import sys
import sysconfig
import tempfile
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
warnings.simplefilter("ignore")  # the SDK's own notices

from devhost.starting import BadStart  # noqa: E402
from tests.contract.golden.real import play_all  # noqa: E402
from tests.contract.golden.running import OWN, load_app  # noqa: E402
from tests.contract.golden.scripts import SCRIPTS  # noqa: E402

_PACKAGES = sysconfig.get_path("purelib")


def main() -> int:
    """Record what the command line asks for; 2 and a sentence when the engine cannot start."""
    asked = _command_line()
    try:
        record(asked.engine, asked.names)
    except BadStart as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def record(engine: str, names: list[str]) -> None:
    """Write one file per scenario. Raises BadStart."""
    scripts = [SCRIPTS[name] for name in names or SCRIPTS]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder).resolve()
        recordings = asyncio.run(play_all(engine, load_app(place), scripts))
    OWN.mkdir(exist_ok=True)
    for name, recording in recordings.items():
        text = json.dumps(recording, ensure_ascii=False, indent=1)
        # Python's stacks are in failures, and where this machine keeps its files is in the stacks.
        text = text.replace(str(place), "/app").replace(_PACKAGES, "/site-packages")
        (OWN / f"{name}.json").write_text(text + "\n", "utf-8")
        statuses = " ".join(str(reply["status"]) for reply in recording["http"])
        print(f"{name}: {len(recording['orchestrator_calls'])} calls, HTTP {statuses}")


def _command_line() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.record_golden", description=__doc__)
    parser.add_argument(
        "--engine",
        default=os.environ.get("DURABLE_ENGINE"),
        help="the published engine's executable; default: DURABLE_ENGINE",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="scenarios; default: all")
    asked = parser.parse_args()
    if not asked.engine:
        parser.error("name the engine's executable by --engine or DURABLE_ENGINE")
    unknown = sorted(set(asked.names) - set(SCRIPTS))
    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)}; there are {', '.join(SCRIPTS)}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
